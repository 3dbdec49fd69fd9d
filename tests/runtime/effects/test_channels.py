"""Telling people by channels outside: at least once, and never again what can never be delivered."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Undeliverable
from service.runtime.effects import channels, notifications
from service.runtime.effects.channel import Channel, Paused
from service.runtime.effects.outbox import MAX_TELLINGS
from service.runtime.mending import queue
from service.runtime.step.context import SYSTEM
from service.store.models import Outbox
from tests.engine import diagrams as d
from tests.runtime.drawings import chain


@pytest.fixture
def pager(company, monkeypatch):
    """A channel that reaches legal, and what it was told; it fails with what is put into `fails`.

    It is the only one, whatever else is installed.
    """

    class Pager:
        def __init__(self):
            self.told, self.fails, self.attempts = [], [], 0

        def tell(self, app, person, notice):
            self.attempts += 1
            if self.fails:
                raise self.fails.pop()
            self.told.append((person.name, notice.subject, notice.id))

    made = Pager()
    channel = Channel("pager", made.tell, reaches=lambda person: "法务部" in person.groups)
    monkeypatch.setattr(channels, "channels", lambda: {"pager": channel})
    return made


@pytest.fixture
def case(company, pager):
    wanted = {"groups": '=["法务部", "财务部"]', "subject": "请尽快会签", "text": "还差一天"}
    company.deploy(chain("p", d.service("alert", "notify.alert", wanted), d.user("review", group="市场部")))
    return company.start("p")


def rows(company):
    with company.app.db.read() as session:
        return session.execute(select(Outbox.kind, Outbox.state).order_by(Outbox.id)).all()


def test_whoever_a_channel_reaches_is_told_by_it_besides_the_list_here(company, pager, case):
    company.run_due()

    assert [(name, subject) for name, subject, _ in pager.told] == [("zhouheng", "请尽快会签")]
    assert len(notifications.find(company.app, company.cast.zhouheng).items) == 1
    assert rows(company) == [("notify", "done"), ("tell", "done")]


def test_what_may_yet_be_delivered_is_tried_again_under_the_same_id(company, pager, case, clock):
    pager.fails.append(TimeoutError("nobody answers"))
    company.run_due()
    assert (pager.told, pager.attempts) == ([], 1)

    clock.forward(minutes=5)
    company.run_due()

    [(_, _, told_as)] = pager.told
    with company.app.db.read() as session:
        assert session.scalars(select(Outbox.id).where(Outbox.kind == "tell")).all() == [told_as]


def test_what_nobody_answers_for_hours_is_given_up_and_shown_and_holds_up_no_case(
    company, pager, case, clock
):
    pager.fails += [TimeoutError("nobody answers")] * MAX_TELLINGS
    for _ in range(MAX_TELLINGS):
        company.run_due()
        clock.forward(hours=1)

    [job] = queue.find(company.app, SYSTEM, state="failed")
    assert (job.what, job.attempts, job.error) == ("tell.pager", MAX_TELLINGS, "TimeoutError: nobody answers")
    assert "undeliverable" in company.events(case)
    assert company.get(case).incidents == ()


def test_what_was_given_up_can_be_told_after_all(company, pager, case, clock):
    pager.fails.append(Undeliverable("There is no such number."))
    company.run_due()
    [job] = queue.find(company.app, SYSTEM, state="failed")

    queue.retry(company.app, SYSTEM, job.id)
    company.run_due()

    assert [name for name, _, _ in pager.told] == ["zhouheng"]


def test_a_channel_that_must_pause_loses_no_attempt(company, pager, case, clock):
    pager.fails += [Paused(60)] * (MAX_TELLINGS + 1)
    for _ in range(MAX_TELLINGS + 2):
        company.run_due()
        clock.forward(minutes=2)

    assert [name for name, _, _ in pager.told] == ["zhouheng"]


def test_what_can_never_be_delivered_is_given_up_at_once_and_recorded(company, pager, case, clock):
    pager.fails.append(Undeliverable("There is no such number."))
    company.run_due()
    clock.forward(minutes=10)
    company.run_due()

    assert pager.attempts == 1
    assert rows(company)[1] == ("tell", "failed")
    assert "undeliverable" in company.events(case)
    assert company.get(case).incidents == ()
    assert len(notifications.find(company.app, company.cast.zhouheng).items) == 1
