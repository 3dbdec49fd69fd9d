"""How people want to be told: channels by kind, quiet hours, the digest, and what everybody gets at first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

import pytest
from sqlalchemy import update

from service.domain.workdays import official_calendar
from service.errors import Forbidden, InvalidInput
from service.runtime.effects import channels, health, notifications, preferences
from service.runtime.effects.channel import Channel
from service.settings import ZONE
from service.store.models import User
from tests.engine import diagrams as d
from tests.runtime.drawings import chain

FORENOON, NIGHT = (datetime(2026, 3, 2, hour, 30, tzinfo=ZONE) for hour in (10, 23))


@pytest.fixture
def box(monkeypatch):
    """A letter box for those who have given an address; what does not press comes with the digest."""

    class Box:
        def __init__(self):
            self.told, self.fails = [], []

        def tell(self, app, person, message):
            if self.fails:
                raise self.fails.pop()
            self.told.append((person.name, message))

        @property
        def lines(self):
            return [message.line for _, message in self.told]

    made = Box()
    channel = Channel("box", made.tell, address=r"\S+@\S+", default="digest")
    monkeypatch.setattr(channels, "channels", lambda: {"box": channel})
    return made


@pytest.fixture
def any_box(any_company, box, clock):
    clock.set(FORENOON)
    given = {"box": "legal@a.example"}
    preferences.change(any_company.app, any_company.cast.zhouheng, addresses=given)
    return box


def ask(company, **options):
    """Start a case that gives 法务部 a task."""
    company.deploy(chain("p", d.user("check", group="法务部", name="核对合同", **options)))
    return company.start("p")


def test_a_task_is_told_at_once_in_a_line_that_says_who_wants_what_by_when(any_company, any_box):
    case = ask(any_company, camunda_dueDate="=workdays_after(now(), 2)")

    any_company.run_due()

    [(name, message)] = any_box.told
    assert (name, message.address) == ("zhouheng", "legal@a.example")
    assert message.line == "林悦“p”：请办理：核对合同 请在 2026-03-04 23:59 前办理。"
    assert message.link.endswith(f"/tasks/{any_company.task(case, 'check').id}")


def test_the_line_is_in_the_language_of_who_is_told(any_company, any_box):
    with any_company.app.db.begin() as session:
        session.execute(update(User).where(User.name == "zhouheng").values(language="en"))

    ask(any_company)
    any_company.run_due()

    assert any_box.lines == ["林悦, “p”: Please do: 核对合同"]


def test_nobody_is_told_where_they_have_given_no_address(any_company, any_box):
    preferences.change(any_company.app, any_company.cast.zhouheng, addresses={"box": None})

    ask(any_company)
    any_company.run_due()

    assert any_box.told == []


def test_what_somebody_does_not_want_they_are_not_told(any_company, any_box):
    preferences.change(any_company.app, any_company.cast.zhouheng, modes={"box": {"task": "off"}})

    ask(any_company)
    any_company.run_due()

    assert any_box.told == []
    assert len(notifications.find(any_company.app, any_company.cast.zhouheng).items) == 1


def test_at_night_nobody_is_woken(any_company, any_box, clock):
    clock.set(NIGHT)
    ask(any_company)

    any_company.run_due()
    at_night = list(any_box.told)
    clock.set(datetime(2026, 3, 3, 8, 0, tzinfo=ZONE))
    any_company.run_due()

    assert at_night == []
    assert [name for name, _ in any_box.told] == ["zhouheng"]


def test_what_is_done_when_the_night_is_over_is_not_told(any_company, any_box, clock):
    clock.set(NIGHT)
    case = ask(any_company)
    any_company.run_due()
    any_company.complete(case, "check", by="zhouheng")

    clock.set(datetime(2026, 3, 3, 8, 0, tzinfo=ZONE))
    any_company.run_due()

    assert any_box.told == []


def test_the_digest_comes_at_nine_on_the_next_workday_with_what_is_unread(any_company, any_box, clock):
    friday = clock.set(datetime(2026, 3, 6, 17, 0, tzinfo=ZONE))
    wanted = {"users": '=["zhouheng"]', "subject": "看一下", "text": "一"}
    told = [d.service(name, "notify.alert", {**wanted, "text": name}) for name in ("one", "two")]
    any_company.deploy(chain("p", *told, d.user("wait", group="财务部")))
    any_company.start("p")
    any_company.run_due()
    newest, _ = notifications.find(any_company.app, any_company.cast.zhouheng).items

    notifications.read(any_company.app, any_company.cast.zhouheng, newest.id)
    clock.set(datetime(2026, 3, 8, 12, 0, tzinfo=ZONE))
    any_company.run_due()
    on_sunday = list(any_box.told)
    clock.set(datetime(2026, 3, 9, 9, 0, tzinfo=ZONE))
    any_company.run_due()
    any_company.run_due()

    [(name, message)] = any_box.told
    assert (on_sunday, name, friday.weekday()) == ([], "zhouheng", 4)
    assert message.line == "2026-03-09 通知摘要：1 条未读"
    assert len(message.text.splitlines()) == 1
    assert "看一下" in message.text


def test_a_digest_of_what_has_been_read_is_not_sent(any_company, any_box, clock):
    wanted = {"users": '=["zhouheng"]', "subject": "看一下", "text": "一"}
    any_company.deploy(chain("p", d.service("one", "notify.alert", wanted), d.user("wait", group="财务部")))
    any_company.start("p")
    any_company.run_due()
    notifications.read_all(any_company.app, any_company.cast.zhouheng)

    clock.forward(days=1)
    any_company.run_due()

    assert any_box.told == []


@pytest.mark.parametrize(
    ("told_at", "begins", "ends"),
    [
        ("2026-03-06T17:00", "2026-03-06", "2026-03-09"),
        ("2026-03-09T08:59", "2026-03-06", "2026-03-09"),
        ("2026-03-09T09:00", "2026-03-09", "2026-03-10"),
        # 2026-02-14 is a Saturday that is worked, and the Spring Festival follows.
        ("2026-02-13T12:00", "2026-02-13", "2026-02-14"),
        ("2026-02-14T12:00", "2026-02-14", "2026-02-24"),
    ],
)
def test_a_digest_counts_from_one_workday_morning_to_the_next(told_at, begins, ends):
    moment = datetime.fromisoformat(told_at).replace(tzinfo=ZONE)

    span = preferences.digest_span(moment, time(9), official_calendar())

    assert [f"{each:%Y-%m-%dT%H:%M}" for each in span] == [f"{begins}T09:00", f"{ends}T09:00"]


@pytest.mark.parametrize(
    ("quiet", "hour", "until"),
    [
        (("22:00", "08:00"), 23, "2026-03-03T08:00"),
        (("22:00", "08:00"), 7, "2026-03-02T08:00"),
        (("22:00", "08:00"), 8, "2026-03-02T08:00"),
        (("12:00", "14:00"), 13, "2026-03-02T14:00"),
        (("12:00", "14:00"), 14, "2026-03-02T14:00"),
        (None, 3, "2026-03-02T03:00"),
    ],
)
def test_quiet_hours_end_when_they_end(quiet, hour, until):
    now = datetime(2026, 3, 2, hour, tzinfo=ZONE)

    assert preferences.Chosen(quiet=quiet).after_quiet("task", now) == datetime.fromisoformat(until).replace(
        tzinfo=ZONE
    )
    assert preferences.Chosen(quiet=quiet).after_quiet("pause", now) == now


@pytest.mark.parametrize(
    "wrong",
    [
        {"addresses": {"box": "nobody"}},
        {"addresses": {"pigeon": "a@b.c"}},
        {"modes": {"box": {"task": "louder"}}},
        {"modes": {"box": {"weather": "now"}}},
        {"modes": {"pigeon": {"task": "now"}}},
        {"quiet_from": "22:00", "quiet_to": None},
        {"quiet_from": "25:00", "quiet_to": "08:00"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(company, box, wrong):
    before = preferences.get(company.app, company.cast.zhouheng)

    with pytest.raises(InvalidInput):
        preferences.change(company.app, company.cast.zhouheng, **wrong)

    assert preferences.get(company.app, company.cast.zhouheng) == before


def test_the_owners_say_when_the_digest_comes_and_when_nobody_is_told(any_company, any_box, clock):
    files = chain("p", d.user("wait", group="法务部"))
    files["organisation.yaml"] += b'\nhours: {digest_at: "11:30", quiet_from: "10:00", quiet_to: "11:00"}\n'
    any_company.deploy(files)
    any_company.start("p")

    any_company.run_due()
    in_the_quiet_hour = list(any_box.told)
    clock.set(FORENOON.replace(hour=11, minute=0))
    any_company.run_due()

    assert in_the_quiet_hour == []
    assert [name for name, _ in any_box.told] == ["zhouheng"]
    seen = preferences.get(any_company.app, any_company.cast.zhouheng)
    assert (seen.digest_at, seen.quiet_from, seen.quiet_to) == ("11:30", "10:00", "11:00")


def test_quiet_hours_somebody_has_chosen_stay_when_the_owners_move_theirs(company, box):
    actor = company.cast.zhouheng
    preferences.change(company.app, actor, quiet_from="20:00", quiet_to="07:00")
    preferences.change(company.app, actor, modes={"box": {"copy": "now"}})
    files = chain("p", d.user("wait", group="法务部"))
    files["organisation.yaml"] += b'\nhours: {quiet_from: "10:00", quiet_to: "11:00"}\n'

    company.deploy(files)

    seen = preferences.get(company.app, actor)
    assert (seen.quiet_from, seen.quiet_to) == ("20:00", "07:00")


def test_a_change_leaves_everything_else_as_it_was(company, box):
    actor = company.cast.zhouheng
    preferences.change(company.app, actor, addresses={"box": "a@b.c"}, modes={"box": {"copy": "now"}})

    after = preferences.change(company.app, actor, quiet_from=None, quiet_to=None)

    [channel] = after.channels
    assert (channel.address, channel.modes["copy"], channel.modes["remind"]) == ("a@b.c", "now", "now")
    assert (after.quiet_from, after.quiet_to, after.digest_at) == (None, None, "09:00")


def test_admins_see_how_a_channel_fares_and_nobody_else(any_company, any_box, clock):
    any_box.fails.append(TimeoutError("nobody answers"))
    ask(any_company)
    any_company.run_due()
    [ill] = health.find(any_company.app, any_company.cast.admin).channels
    clock.forward(minutes=5)
    any_company.run_due()
    [well] = health.find(any_company.app, any_company.cast.admin).channels

    assert (ill.is_well, ill.last_error, ill.succeeded_at) == (False, "TimeoutError: nobody answers", None)
    assert (well.is_well, well.succeeded_at) == (True, clock())
    with pytest.raises(Forbidden):
        health.find(any_company.app, any_company.cast.linyue)


def test_nothing_is_queued_while_no_channel_is_set_up(company, monkeypatch):
    never = Channel("box", lambda *_: None, is_set_up=lambda settings: bool(settings.wecom_url))
    monkeypatch.setattr(channels, "channels", lambda: {"box": never})

    ask(company)
    without = company.run_due()
    company.app.settings = replace(company.app.settings, wecom_url="https://qyapi.weixin.qq.com/x")
    ask(company)

    assert (without, company.run_due() > 0) == (0, True)
