"""What people were told: their own list, newest first, what is unread, and where it leads."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import NotFound
from service.runtime.cases import instances
from service.runtime.effects import notifications
from service.store.models import CarbonCopy
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain


def tell(key, users, text="请查看", **params):
    """Return a drawing that tells these people something."""
    wanted = {"users": f"={users!r}".replace("'", '"'), "subject": "看一下", "text": text, **params}
    return chain(key, d.service("tell", "notify.alert", wanted))


def told(company, name, **options):
    return notifications.find(company.app, getattr(company.cast, name), **options).items


@pytest.fixture
def two_told(any_company, clock):
    """周衡 was told twice, an hour apart; 许诺 only the first time."""
    company = any_company
    company.deploy(tell("first", ["zhouheng", "xunuo"], "一"))
    company.deploy(tell("second", ["zhouheng"], "二"))
    company.start("first")
    company.run_due()
    clock.forward(hours=1)
    company.start("second")
    company.run_due()
    return company


def test_everybody_sees_what_they_were_told_the_newest_first(two_told):
    assert [each.text for each in told(two_told, "zhouheng")] == ["二", "一"]
    assert [each.text for each in told(two_told, "xunuo")] == ["一"]
    assert told(two_told, "ouwen") == ()


def test_the_list_comes_in_pages(two_told):
    first = notifications.find(two_told.app, two_told.cast.zhouheng, limit=1)
    second = notifications.find(two_told.app, two_told.cast.zhouheng, limit=1, cursor=first.next)

    assert [each.text for each in (*first.items, *second.items)] == ["二", "一"]
    assert second.next is None


def test_reading_one_keeps_the_time_it_was_first_read(two_told, clock):
    company, reader = two_told, two_told.cast.zhouheng
    newest = told(company, "zhouheng")[0]

    read_at = notifications.read(company.app, reader, newest.id).read_at
    clock.forward(days=1)
    again = notifications.read(company.app, reader, newest.id)

    assert read_at is not None
    assert again.read_at == read_at
    assert [each.text for each in told(company, "zhouheng", unread=True)] == ["一"]
    assert notifications.unread_count(company.app, reader) == 1


def test_reading_all_leaves_other_peoples_alone(two_told):
    company = two_told

    marked = notifications.read_all(company.app, company.cast.zhouheng)

    assert marked == 2
    assert notifications.unread_count(company.app, company.cast.zhouheng) == 0
    assert notifications.unread_count(company.app, company.cast.xunuo) == 1
    assert notifications.read_all(company.app, company.cast.zhouheng) == 0


@pytest.mark.parametrize("which", ["somebody else's", "nowhere", "²", "9" * 30])
def test_nobody_reads_what_is_not_theirs(two_told, which):
    company = two_told
    their = told(company, "zhouheng")[0].id if which == "somebody else's" else which

    with pytest.raises(NotFound):
        notifications.read(company.app, company.cast.admin, their)


def test_who_is_told_of_a_case_may_read_it_and_when_they_did_is_kept(any_company, clock):
    company = any_company
    company.deploy(tell("p", ["ouwen"]))

    case = company.start("p")
    [copy] = told(company, "ouwen")
    read_at = clock.forward(minutes=5)
    notifications.read(company.app, company.cast.ouwen, copy.id)

    assert copy.instance_id == case.id
    assert instances.get(company.app, company.cast.ouwen, case.id).id == case.id
    with company.app.db.read() as session:
        kept = session.execute(select(CarbonCopy.user_name, CarbonCopy.read_at)).all()
    assert kept == [("ouwen", read_at)]


def test_being_told_twice_is_one_copy(any_company):
    company = any_company
    wanted = {"users": '=["ouwen"]', "text": "请查看"}
    company.deploy(
        chain("p", d.service("once", "notify.alert", wanted), d.service("twice", "notify.alert", wanted))
    )

    company.start("p")
    company.run_due()

    assert len(told(company, "ouwen")) == 2
    with company.app.db.read() as session:
        assert session.scalars(select(CarbonCopy.user_name)).all() == ["ouwen"]


def test_a_reminder_leads_everybody_to_their_own_task(company, clock):
    drawing = d.process(
        d.start(),
        d.user("review", group="法务部", name="核对"),
        d.boundary("late", "review", d.timer("duration", "PT1H"), interrupting=False),
        d.service("remind", "notify.remind", {"activity": "review"}),
        d.end(),
        d.end("reminded"),
        d.path("begin", "review", "done"),
        d.path("late", "remind", "reminded"),
    )
    company.deploy({"p.bpmn": drawing, "organisation.yaml": ORGANISATION})
    case = company.start("p")
    task = company.task(case, "review")

    clock.forward(hours=1)
    company.run_due()

    [reminder, _task] = told(company, "zhouheng")
    assert (reminder.kind, reminder.task_id, reminder.case_name) == ("remind", task.id, case.name)
