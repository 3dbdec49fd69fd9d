"""What a follow-up has decided takes effect: asked for, and waited for."""

from __future__ import annotations

from service.handlers import HANDLERS
from service.handlers.ports import Wait
from tests.handlers.fake_ports import CASE, FakePorts


def test_applying_waits_until_the_facts_have_changed_together_with_the_message():
    waiting = HANDLERS["case.apply"]({"message": "plan_changed", "note": "新日期"}, FakePorts())

    assert waiting == Wait(
        "case.apply",
        {
            "name": "plan_changed",
            "payload": {"note": "新日期"},
            "case": CASE,
            "error_code": "campaign_ended",
        },
    )


def test_applying_without_a_message_tells_nobody():
    assert HANDLERS["case.apply"]({}, FakePorts()).payload["name"] is None
