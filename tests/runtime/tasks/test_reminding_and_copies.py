"""Reminding people by hand (催办), and sending copies (抄送)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from service.errors import Conflict, InvalidInput, NotFound, Throttled
from service.runtime import identity
from service.runtime.cases import copies, instances
from service.runtime.effects import notifications
from service.runtime.keeping import audit
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.runtime.drawings import review


@pytest.fixture
def case(any_company):
    any_company.deploy(review())
    return any_company.start("review")


@pytest.fixture
def company(any_company, case):
    return any_company


@pytest.fixture
def task(company, case):
    return company.task(case, "legal_review")


def act(company, who, task, name, **given):
    return user_tasks.act(company.app, identity.actor(company.app, who), task.id, name, given)


def told(company, name):
    company.run_due()
    found = notifications.find(company.app, identity.actor(company.app, name)).items
    return [each.subject for each in found if not each.subject.startswith("请办理")]


def last_line(company, case):
    line = instances.history(company.app, SYSTEM, case.id)[-1]
    return line.event, line.by, line.note


def sent_to(company, name, **options):
    return copies.find(company.app, identity.actor(company.app, name), **options).items


def test_reminding_tells_everybody_who_may_take_the_task(company, case, task):
    reminded = act(company, "linyue", task, "remind", note="今天要上线")

    # Whoever is writing their answer is not thrown out by it.
    assert reminded.version == task.version
    assert told(company, "zhouheng") == ["催办：法务会签"]
    assert last_line(company, case) == ("urged", "linyue", "周衡：今天要上线")
    assert audit.entries(company.app, SYSTEM, case.id)[-1].action == "task.urged"


def test_reminding_tells_the_holder_alone(company, case, task):
    act(company, "zhouheng", task, "transfer", to="liangxiao", reason="出差")

    act(company, "linyue", task, "remind")

    assert told(company, "liangxiao")[0] == "催办：法务会签"
    assert told(company, "zhouheng") == []


def test_reminding_again_has_to_wait(company, case, task, clock):
    act(company, "linyue", task, "remind")
    clock.forward(minutes=20)

    with pytest.raises(Throttled) as refused:
        act(company, "linyue", task, "remind")

    assert refused.value.detail["retry_after_seconds"] == 40 * 60
    assert "at 09:00 already" in refused.value.message
    assert "from 10:01 on" in refused.value.message
    clock.forward(minutes=40)
    act(company, "linyue", task, "remind")
    assert company.events(case).count("urged") == 2


def test_who_can_do_the_task_reminds_nobody(company, task):
    with pytest.raises(Conflict):
        act(company, "zhouheng", task, "remind")
    seen = user_tasks.get(company.app, company.cast.zhouheng, task.id)
    assert not seen.offers("remind")


def test_of_two_who_remind_at_once_one_waits(company, case, task):
    together, outcomes = threading.Barrier(2), []

    def remind():
        together.wait()
        try:
            act(company, "linyue", task, "remind")
            outcomes.append("told")
        except Throttled:
            outcomes.append("throttled")

    threads = [threading.Thread(target=remind) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["throttled", "told"]
    assert company.events(case).count("urged") == 1


def test_a_copy_lets_its_reader_see_the_case_and_keeps_when_they_did(company, case, task, clock):
    with pytest.raises(NotFound):
        instances.get(company.app, company.cast.ouwen, case.id)

    act(company, "zhouheng", task, "copies", users=("ouwen", "xunuo"), note="供参考")

    assert instances.get(company.app, company.cast.ouwen, case.id).id == case.id
    [copy] = sent_to(company, "ouwen", unread=True)
    assert (copy.sent_by, copy.note, copy.read_at, copy.task_id) == ("zhouheng", "供参考", None, task.id)
    assert told(company, "ouwen") == [f"抄送：{case.name}"]
    assert last_line(company, case) == ("copied", "zhouheng", "欧文、许诺：供参考")
    read_at = clock.forward(hours=2)
    copies.note_read(company.app, company.cast.ouwen, case.id)
    clock.forward(hours=2)
    copies.note_read(company.app, company.cast.ouwen, case.id)
    assert sent_to(company, "ouwen", unread=True) == ()
    assert sent_to(company, "ouwen")[0].read_at == read_at


def test_nobody_gets_a_second_copy(company, case, task):
    act(company, "zhouheng", task, "copies", users=("ouwen",))
    copies.note_read(company.app, company.cast.ouwen, case.id)

    act(company, "linyue", task, "copies", users=("ouwen", "xunuo", "xunuo"))

    assert last_line(company, case) == ("copied", "linyue", "许诺")
    assert [copy.sent_by for copy in sent_to(company, "ouwen")] == ["zhouheng"]
    assert sent_to(company, "ouwen")[0].read_at is not None


def test_a_copy_gives_no_right_to_answer_or_to_send_on(company, task):
    act(company, "zhouheng", task, "copies", users=("ouwen",))

    offered = {each.name for each in user_tasks.get(company.app, company.cast.ouwen, task.id).actions}

    assert offered == {"remind"}


@pytest.mark.parametrize(
    ("users", "path"), [((), "users"), (("nobody",), "users[0]"), (("ouwen", "nobody"), "users[1]")]
)
def test_a_copy_goes_to_people_who_can_sign_in(company, task, users, path):
    with pytest.raises(InvalidInput) as refused:
        act(company, "zhouheng", task, "copies", users=users)

    assert [error.path for error in refused.value.errors] == [path]
    assert sent_to(company, "ouwen") == ()


def test_the_list_of_copies_comes_in_pages(company, task, clock):
    for _ in range(3):
        case = company.start("review")
        act(company, "zhouheng", company.task(case, "legal_review"), "copies", users=("ouwen",))
        clock.forward(minutes=1)

    first = copies.find(company.app, company.cast.ouwen, limit=2)
    second = copies.find(company.app, company.cast.ouwen, limit=2, cursor=first.next)

    assert (len(first.items), len(second.items), second.next) == (2, 1, None)
    assert clock.now - first.items[0].sent_at == timedelta(minutes=1)
