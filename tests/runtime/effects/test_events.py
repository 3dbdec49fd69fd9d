"""Nobody is left in the dark: each event of a case, who is told of it, why, in which line; and who is not."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from service.runtime import identity
from service.runtime.cases import comments, instances
from service.runtime.effects import notifications
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.store.models import CarbonCopy, Notification, Outbox
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, review
from tests.runtime.step.test_races import at_once, winners

NOTICES = """
conclusions: {同意: good, 不同意: bad}
rights: {case.see_all: [总监]}
notices:
  task: {tell: [办理人]}
  opinion: {tell: [发起人]}
  returned: {text: 退回修改, tell: [发起人]}
  withdrawn: {text: 活动已撤销, tell: [发起人, 经办人]}
  incident: {tell: [admin]}
  comment: {tell: [发起人]}
  approved: {text: 活动已获批准, tell: [发起人, 经办人]}
  refused: {text: 活动未获批准, tell: [发起人, 经办人, 客服部]}
""".encode()
AGREED = {"conclusion": "同意", "opinion": "规则合法"}
REFUSED = {"conclusion": "不同意", "opinion": "奖品没有写明"}


def told(company, name: str) -> list[tuple[str, str, str]]:
    """Return what somebody was told, the oldest first: kind, line, and why they of all people."""
    return [(each.kind, each.subject, each.reason) for each in reversed(notices(company, name))]


def notices(company, name: str, **options):
    return notifications.find(company.app, identity.actor(company.app, name), **options).items


def properties(**given: str) -> str:
    listed = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in given.items())
    return f"<camunda:properties>{listed}</camunda:properties>"


def drawn(*elements: str, notice: str = "approved", **more: str) -> dict[str, bytes]:
    """Legal answers a form with a conclusion; then comes an element that tells of an event."""
    files = {**review(), "organisation.yaml": ORGANISATION + NOTICES}
    del files["review.bpmn"]
    legal = d.user("legal_review", camunda_formRef="legal_review", name="法务会签", **more)
    end = d.element(
        "endEvent",
        "done",
        extension=properties(notice=notice),
    )
    ids = [part.split('id="', 1)[1].split('"', 1)[0] for part in elements]
    drawing = d.process(d.start(), legal, *elements, end, d.path("begin", "legal_review", *ids, "done"))
    mark = b'"id": "f1", "properties": {"role": "conclusion"}'
    form = files["legal_review.form"].replace(b'"id": "f1"', mark)
    form = form.replace(b'"id": "f2"', b'"id": "f2", "properties": {"role": "opinion"}')
    return {**files, "legal_review.form": form, "p.bpmn": drawing}


CONFIRM = d.user("confirm", group="财务部", name="财务确认")


@pytest.fixture
def statements(app):
    """Lists what the database is asked meanwhile, below whatever puts statements together."""

    @contextmanager
    def listening():
        seen: list[str] = []

        def listen(connection, *_):
            connection.set_trace_callback(seen.append)

        app.db.engine.dispose()
        sa.event.listen(app.db.engine, "connect", listen)
        yield seen
        sa.event.remove(app.db.engine, "connect", listen)
        app.db.engine.dispose()

    return listening


# ---- events -----------------------------------------------------------------------------------------


def test_whoever_can_do_a_new_task_is_told_until_when_and_led_to_it(any_company):
    company = any_company
    company.deploy(drawn(CONFIRM, camunda_dueDate="=workdays_after(now(), 2)"))

    case = company.start("p")

    [notice] = notices(company, "zhouheng")
    assert (notice.kind, notice.subject, notice.reason) == ("task", "请办理：法务会签", "办理人")
    assert notice.text == "请在 2026-03-04 23:59 前办理。"
    assert (notice.task_id, notice.instance_id) == (company.task(case, "legal_review").id, case.id)
    assert told(company, "xunuo") == told(company, "linyue") == [], "it is not theirs"


def test_the_applicant_is_told_of_every_opinion_in_the_words_it_was_given(any_company):
    company = any_company
    company.deploy(drawn(CONFIRM))
    case = company.start("p")

    company.complete(case, "legal_review", by="zhouheng", **REFUSED)

    [notice] = notices(company, "linyue")
    assert (notice.kind, notice.subject, notice.reason) == ("opinion", "法务会签：不同意", "发起人")
    assert notice.text == "周衡：奖品没有写明"
    assert told(company, "xunuo") == [("task", "请办理：财务确认", "办理人")]
    assert [kind for kind, *_ in told(company, "zhouheng")] == ["task"], "nobody is told of their own act"


def test_an_approval_is_told_to_the_applicant_and_to_whoever_had_a_hand_in_it(any_company):
    company = any_company
    company.deploy(drawn(CONFIRM))
    case = company.start("p")
    company.complete(case, "legal_review", by="zhouheng", **AGREED)

    company.complete(case, "confirm", by="xunuo")

    assert told(company, "linyue")[-1] == ("approved", "活动已获批准", "发起人")
    assert told(company, "zhouheng")[-1] == ("approved", "活动已获批准", "经办人")
    assert [kind for kind, *_ in told(company, "xunuo")] == ["task"]


def test_who_is_told_what_an_opinion_led_to_is_not_told_of_the_opinion_as_well(any_company):
    company = any_company
    company.deploy(drawn(notice="refused"))
    case = company.start("p")

    company.complete(case, "legal_review", by="zhouheng", **REFUSED)

    [notice] = notices(company, "linyue")
    assert (notice.kind, notice.subject) == ("refused", "活动未获批准")
    assert notice.text == "周衡：法务会签：不同意。奖品没有写明"


def test_a_group_that_the_organisation_names_may_read_the_case_from_then_on(company):
    company.deploy(drawn(notice="refused"))
    case = company.start("p")

    company.complete(case, "legal_review", by="zhouheng", **REFUSED)

    assert told(company, "ouwen") == [("refused", "活动未获批准", "客服部")]
    assert instances.get(company.app, company.cast.ouwen, case.id).id == case.id
    with company.app.db.read() as session:
        assert session.scalars(select(CarbonCopy.user_name)).all() == ["ouwen"]


def test_a_return_is_told_with_its_reason(any_company):
    company = any_company
    back = d.user("confirm", group="财务部", name="财务确认", properties={"returnTo": "legal_review"})
    company.deploy(drawn(back))
    case = company.start("p")
    company.complete(case, "legal_review", by="zhouheng", **AGREED)
    task = company.task(case, "confirm")

    user_tasks.return_to(
        company.app, company.cast.xunuo, task.id, task.version, "legal_review", reason="预算有误"
    )

    notice = notices(company, "linyue")[0]
    assert (notice.kind, notice.subject, notice.text) == ("returned", "退回修改", "许诺：预算有误")
    assert told(company, "zhouheng")[-1] == ("task", "请办理：法务会签", "办理人")


def test_a_withdrawal_is_told_to_who_had_a_hand_in_it_and_to_who_was_still_asked(any_company):
    company = any_company
    company.deploy(drawn(CONFIRM))
    case = company.start("p")
    company.complete(case, "legal_review", by="zhouheng", **AGREED)

    instances.cancel(company.app, company.cast.linyue, case.id, reason="热点过去了")

    for name in ("zhouheng", "xunuo"):
        notice = notices(company, name)[0]
        assert (notice.kind, notice.subject, notice.text) == ("withdrawn", "活动已撤销", "林悦：热点过去了")
    assert [kind for kind, *_ in told(company, "linyue")] == ["opinion"]


def test_an_incident_is_told_to_the_admins(any_company):
    company = any_company
    company.deploy(drawn(d.user("check", group="信息部", name="核对")))
    case = company.start("p")

    company.complete(case, "legal_review", by="zhouheng", **AGREED)

    [notice] = notices(company, "admin")
    assert (notice.kind, notice.reason, notice.instance_id) == ("incident", "admin", case.id)
    assert company.get(case).incidents


def test_a_comment_is_told_to_the_applicant_and_to_whom_it_names(any_company):
    company = any_company
    company.deploy(drawn(CONFIRM))
    case = company.start("p")

    comments.add(company.app, company.cast.zhouheng, case.id, "请补充授权书", mentions=["xunuo"])

    assert told(company, "linyue") == [("comment", "周衡留言", "发起人")]
    assert told(company, "xunuo") == [("comment", "周衡留言", "")]
    assert [kind for kind, *_ in told(company, "zhouheng")] == ["task"]


# ---- once -------------------------------------------------------------------------------------------


def test_what_was_answered_twice_at_once_is_told_once(any_company):
    company = any_company
    company.deploy(drawn(CONFIRM))
    for _ in range(4):
        case = company.start("p")
        task = company.task(case, "legal_review")

        def answer(task=task):
            return user_tasks.complete(company.app, company.cast.zhouheng, task.id, task.version, AGREED)

        assert len(winners(at_once(answer, answer, answer))) == 1

    assert [kind for kind, *_ in told(company, "linyue")] == ["opinion"] * 4
    assert [kind for kind, *_ in told(company, "xunuo")] == ["task"] * 4


def test_what_did_not_happen_is_not_told(any_company, monkeypatch):
    company = any_company
    company.deploy(drawn(CONFIRM))
    case = company.start("p")
    before = told(company, "linyue"), told(company, "xunuo")

    def full(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr("service.runtime.step.saving._save_timer", full)
    with pytest.raises(OSError, match="full"):
        company.complete(case, "legal_review", by="zhouheng", **AGREED)

    assert (told(company, "linyue"), told(company, "xunuo")) == before
    monkeypatch.undo()
    company.complete(case, "legal_review", by="zhouheng", **AGREED)
    assert len(told(company, "linyue")) == len(told(company, "xunuo")) == 1


def test_a_row_of_the_outbox_that_an_earlier_release_left_is_told_once(any_company):
    company = any_company
    company.deploy(drawn())
    case = company.start("p")
    wanted = {"kind": "alert", "groups": ["财务部"], "users": ["linyue"], "subject": "预警", "text": "超预算"}
    with company.app.db.begin() as session:
        session.add(
            Outbox(
                id="0" * 32,
                instance_id=case.id,
                kind="notify",
                payload={**wanted, "tasks": {}},
                available_at=company.app.clock(),
                created_at=company.app.clock(),
            )
        )

    company.run_due()
    company.run_due()

    assert told(company, "linyue") == told(company, "xunuo") == [("alert", "预警", "")]


# ---- phases -----------------------------------------------------------------------------------------


def phases(**given: str) -> dict[str, bytes]:
    """A phase that is entered twice: legal sends it round again until it says otherwise."""
    phase = d.process(
        d.start(), d.user("look", name="看一看"), d.end(), d.path("begin", "look", "done"), key="phase"
    )
    call = d.call("countersign", "phase").replace(
        "<bpmn:callActivity ", '<bpmn:callActivity name="部门会签" '
    )
    call = call.replace(
        "</bpmn:callActivity>",
        f"<bpmn:extensionElements>{properties(**given)}</bpmn:extensionElements></bpmn:callActivity>",
    )
    drawing = d.process(
        d.start(),
        d.xor("merge"),
        call,
        d.user("again", group="总监", outputs={"enough": "enough"}),
        d.xor("gateway", default="round"),
        d.end(),
        d.path("begin", "merge", "countersign", "again", "gateway"),
        d.flow("gateway", "merge", id="round"),
        d.flow("gateway", "done", condition="enough = true"),
    )
    return {"p.bpmn": drawing, "phase.bpmn": phase, "organisation.yaml": ORGANISATION + NOTICES}


def test_who_is_informed_gets_one_copy_for_a_phase_however_often_it_comes_round(any_company):
    company = any_company
    company.deploy(phases(informs="财务部, 市场部, 财务部"))
    case = company.start("p")
    company.complete(case, "look", by="zhouheng")
    company.complete(case, "again", by="shenlan", enough=False)

    assert told(company, "xunuo") == [("copy", "抄送：部门会签", "财务部")]
    assert [kind for kind, *_ in told(company, "shenlan")] == ["copy", "task"]
    assert "copy" not in [kind for kind, *_ in told(company, "linyue")], "the applicant knows"
    lines = [line for line in instances.history(company.app, SYSTEM, case.id) if line.event == "informed"]
    assert [(line.name, line.note) for line in lines] == [("部门会签", "财务部、市场部")]
    assert instances.get(company.app, company.cast.xunuo, case.id).id == case.id


def test_who_is_consulted_is_asked_until_when_and_nothing_waits_for_them(any_company):
    company = any_company
    company.deploy(phases(consults="财务部", consultUntil="PT4H"))

    case = company.start("p")

    [notice] = notices(company, "xunuo")
    assert (notice.kind, notice.subject, notice.reason) == ("consult", "征询意见：部门会签", "财务部")
    assert "13:00 前提出意见" in notice.text
    [request] = comments.requests(company.app, company.cast.xunuo, case.id)
    assert (request.group, request.activity_name, request.answered_at) == ("财务部", "部门会签", None)
    assert request.is_mine
    assert not comments.requests(company.app, company.cast.linyue, case.id)[0].is_mine
    assert company.active(case) == ["look"]


def test_one_comment_of_a_group_answers_what_it_was_asked(any_company):
    company = any_company
    company.deploy(phases(consults="财务部, 技术部"))
    case = company.start("p")

    said = comments.add(company.app, company.cast.xunuo, case.id, "预算偏紧，建议留一成备用金")

    requests = comments.requests(company.app, company.cast.xunuo, case.id)
    assert comments.find(company.app, company.cast.linyue, case.id) == (said,)
    assert {each.group: each.answered_by for each in requests} == {"财务部": "xunuo", "技术部": None}
    assert not any(each.is_mine for each in requests)


def test_a_drawing_can_wait_for_opinions_until_a_time(any_company, clock):
    company = any_company
    organisation = ORGANISATION + NOTICES
    waiting = d.process(
        d.start(),
        d.element(
            "task",
            "ask",
            extension=properties(consults="财务部, 总监"),
        ),
        d.element("eventBasedGateway", "wait"),
        d.catch("given", d.message("comments_given")),
        d.catch("late", d.timer("duration", "P1D")),
        d.user("decide", name="决定"),
        d.xor("merge"),
        d.end(),
        d.path("begin", "ask", "wait", "given", "merge", "decide", "done"),
        d.path("wait", "late", "merge"),
        declared=d.declare_message("comments_given"),
    )
    company.deploy({"p.bpmn": waiting, "organisation.yaml": organisation})
    early, late = company.start("p"), company.start("p")

    comments.add(company.app, company.cast.xunuo, early.id, "可行")
    assert company.active(early) == ["given", "late"], "the director has not answered yet"
    comments.add(company.app, company.cast.shenlan, early.id, "同意财务意见")
    clock.forward(days=1)
    company.run_due()

    assert company.active(early) == company.active(late) == ["decide"]
    assert "message_received" in company.events(early)
    assert "message_received" not in company.events(late)


# ---- people -----------------------------------------------------------------------------------------


def test_a_substitute_is_told_in_the_stead_of_whom_they_stand_in_for(any_company, clock):
    company = any_company
    company.deploy(drawn(CONFIRM))
    now = clock()
    rule = identity.substitute(company.app, company.cast.zhouheng, "ouwen", now, now + timedelta(days=1))
    case = company.start("p")

    [notice] = notices(company, "ouwen")
    assert (notice.kind, notice.on_behalf_of, notice.reason) == ("task", "zhouheng", "办理人")
    assert (notice.instance_id, notice.task_id) == (case.id, company.task(case, "legal_review").id)
    assert [each.on_behalf_of for each in notices(company, "zhouheng")] == [None]

    identity.end_substitution(company.app, company.cast.zhouheng, rule.id)
    company.start("p")
    assert len(notices(company, "ouwen")) == 1, "the rule has ended"


def test_who_must_not_do_a_task_is_not_told_of_it_nor_is_their_substitute(any_company, clock):
    company = any_company
    company.deploy(
        drawn(d.user("head", group="部门负责人, 总监", name="审批", properties={"notBy": "applicant"}))
    )
    now = clock()
    for absent, substitute in (("shenlan", "ouwen"), ("zhouheng", "shenlan")):
        identity.substitute(
            company.app, getattr(company.cast, absent), substitute, now, now + timedelta(days=1)
        )
    case = company.start("p", by="shenlan")

    company.complete(case, "legal_review", by="zhouheng", **AGREED)

    assert [kind for kind, *_ in told(company, "ouwen")] == ["opinion"]
    assert ("task", "请办理：审批", "办理人") not in told(company, "shenlan")


def test_nobody_is_told_who_cannot_sign_in(any_company):
    company = any_company
    company.deploy(drawn(CONFIRM))
    identity.create_user(company.app, SYSTEM, "mengxiao", groups=("法务部",), department="法务部")
    identity.update_user(company.app, company.cast.admin, "zhouheng", active=False)

    company.start("p")

    with company.app.db.read() as session:
        told_of_task = session.scalars(select(Notification.user_name).where(Notification.kind == "task"))
        assert list(told_of_task) == ["mengxiao"]


def test_whom_a_task_is_assigned_to_is_told(any_company):
    company = any_company
    company.deploy(drawn())
    case = company.start("p")
    task = company.task(case, "legal_review")

    user_tasks.act(company.app, company.cast.admin, task.id, "assign", {"to": "ouwen", "reason": "周衡休假"})

    assert told(company, "ouwen") == [("task", "请办理：法务会签", "办理人")]


# ---- bounds -----------------------------------------------------------------------------------------


def test_what_is_told_of_a_task_is_settled_once_the_task_is_done(any_company):
    company = any_company
    company.deploy(drawn(CONFIRM))
    case = company.start("p")
    legal = company.cast.zhouheng
    assert notifications.unread_count(company.app, legal) == 1

    company.complete(case, "legal_review", by="zhouheng", **AGREED)

    assert notifications.unread_count(company.app, legal) == 0
    assert notices(company, "zhouheng", unread=True) == ()
    [notice] = notices(company, "zhouheng")
    assert notice.settled_at is not None
    assert notice.read_at is None


def test_the_work_of_telling_does_not_grow_with_the_people_told(app, company, hire, statements):
    company.deploy(drawn(CONFIRM))
    few = company.start("p")
    with statements() as asked_few:
        company.complete(few, "legal_review", by="zhouheng", **AGREED)
    for number in range(20):
        hire(f"clerk{number}", "财务部")
    many = company.start("p")

    with statements() as asked_many:
        company.complete(many, "legal_review", by="zhouheng", **AGREED)

    kinds_few, kinds_many = (
        {" ".join(text.split()[:4]) for text in asked} for asked in (asked_few, asked_many)
    )
    assert kinds_many == kinds_few
    of_notices = {text for text in kinds_few if "notification" in text or "anon_" in text}
    assert len(of_notices) <= 3, of_notices
    with app.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Notification)) > 20
