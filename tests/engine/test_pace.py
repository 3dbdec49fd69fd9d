"""How `case.yaml` says how long deciding takes is reckoned, and what it is told of slips."""

from __future__ import annotations

import pytest

from service import resources
from service.engine.case import schema
from service.engine.case.pace import Pace

FACTS = """
main: p
facts:
  begun: {kind: datetime, label: 提交, initial: null}
  ended: {kind: datetime, label: 批准, initial: null}
  way: {kind: text, label: 方式}
"""


def read(line):
    return schema.read(f"{FACTS}{line}\n".encode())


def test_the_shipped_cases_are_reckoned_from_submission_to_decision():
    pace = schema.read((resources.processes() / "case.yaml").read_bytes()).schema.pace

    assert pace == Pace("submitted_at", "decided_at", 3, 7, "urgency", "green", "tier", "start_date")


def test_nothing_need_be_apart_and_there_need_be_no_tiers():
    assert read("pace: {from: begun, to: ended, target: [2, 2]}").schema.pace == Pace("begun", "ended", 2, 2)


@pytest.mark.parametrize(
    "line",
    [
        "pace: {from: begun, to: way, target: [3, 7]}",
        "pace: {from: begun, target: [3, 7]}",
        "pace: {from: begun, to: ended}",
        "pace: {from: begun, to: ended, target: [7, 3]}",
        "pace: {from: begun, to: ended, target: [3, 7, 9]}",
        "pace: {from: begun, to: ended, target: [3, soon]}",
        "pace: {from: begun, to: ended, target: [3, 7], apart: {mood: bad}}",
        "pace: {from: begun, to: ended, target: [3, 7], tier: mood}",
        "pace: {from: begun, to: ended, target: [3, 7], needed_by: ended}",
    ],
)
def test_a_slip_is_named_and_nothing_is_reckoned(line):
    found = read(line)

    assert found.schema.pace is None
    assert len(found.findings) == 1
    assert found.findings[0].line == 7


def test_an_unknown_word_is_named_and_the_rest_counts():
    found = read("pace: {from: begun, to: ended, target: [3, 7], aim: 5}")

    assert [each.element for each in found.findings] == ["aim"]
    assert found.schema.pace == Pace("begun", "ended", 3, 7)
