"""Starting another process, and sending a message to one that runs."""

from __future__ import annotations

from datetime import date

from service.handlers import HANDLERS, Wait
from tests.handlers.fake_ports import CASE, FakePorts


def test_a_process_starts_with_the_further_parameters_under_the_same_case():
    ports = FakePorts()

    outputs = HANDLERS["process.start"]({"process": "campaign_day", "day": date(2026, 11, 22)}, ports)

    assert ports.started == [("campaign_day", {"day": date(2026, 11, 22)}, CASE)]
    assert outputs == {}


def test_a_message_waits_for_its_delivery():
    sent = HANDLERS["message.send"]({"message": "plan_changed", "plan_version": 3}, FakePorts())

    assert sent == Wait(
        "message",
        {
            "name": "plan_changed",
            "payload": {"plan_version": 3},
            "case": CASE,
            "error_code": "campaign_ended",
        },
    )
