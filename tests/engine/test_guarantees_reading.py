"""`guarantees.yaml`: read with its lines, refused where it says what nobody knows."""

from __future__ import annotations

import pytest

from service.engine import guarantees
from service.engine.check import check
from service.engine.guarantees.model import (
    After,
    Agrees,
    Becomes,
    Before,
    DoneBy,
    KnownGap,
    Never,
    NotBy,
    NoTimer,
    Told,
)
from tests.engine.diagrams import end, path, process, start, user

DRAWING = process(start(), user("legal"), user("launch"), end(), path("begin", "legal", "launch", "done"))
CASE = b"main: p\nfacts:\n  tier: {kind: text, label: t, values: {a: A, b: B}, initial: a}\n"


def read(*lines: str) -> guarantees.Reading:
    said = "\n".join(f"    {line}" for line in lines)
    return guarantees.read(f"guarantees:\n  one:\n    name: 一\n    text: 一句\n{said}\n".encode())


def found(*lines: str, case: bytes = CASE) -> list[tuple[int, str, str]]:
    said = "\n".join(f"    {line}" for line in lines)
    text = f"guarantees:\n  one:\n    name: 一\n    text: 一句\n{said}\n"
    files = {"p.bpmn": DRAWING, "case.yaml": case, "guarantees.yaml": text.encode()}
    return [
        (each.line, each.code, str(each.message))
        for each in check(files, topics={})
        if each.file == guarantees.FILE
    ]


@pytest.mark.parametrize(
    ("lines", "claim"),
    [
        (("before: launch", "always: legal"), Before(("launch",), ("legal",))),
        (("after: [legal]", "always: [launch, done]"), After(("legal",), ("launch", "done"))),
        (("never: launch", 'when: case.tier = "a"'), Never(("launch",), 'case.tier = "a"')),
        (("who_does: approvals", "is_never: applicant"), NotBy(("approvals",), ("applicant",))),
        (("who_does: legal", "is_always: [法务部]"), DoneBy(("legal",), ("法务部",))),
        (
            ("becomes: case.tier = 1", "always: legal", "concluding: ok"),
            Becomes("case.tier = 1", ("legal",), "ok"),
        ),
        (
            ("agrees: case.tier", "with_table: tiers", "given: {sum: case.total}", "at: launch"),
            Agrees("case.tier", "tiers", (("sum", "case.total"),), ("launch",)),
        ),
        (("waits_at: legal", "told_within: 2"), Told(("legal",), 2)),
        (("no_timer_concludes: [legal, launch]",), NoTimer(("legal", "launch"))),
    ],
)
def test_each_kind_of_sentence_is_read(lines, claim):
    reading = read(*lines)

    assert not reading.findings
    assert reading.guarantees[0].claim == claim


def test_a_sentence_knows_its_line_its_processes_and_its_gap():
    reading = read("never: launch", "in: p", "known_gap: {since: 2026-11-27, why: 尚未画出}")

    [sentence] = reading.guarantees
    assert (sentence.line, sentence.within) == (2, ("p",))
    assert sentence.known_gap == KnownGap("2026-11-27", "尚未画出")
    assert sentence.said("en") == "一句"


@pytest.mark.parametrize(
    ("lines", "line", "code", "part"),
    [
        (("befor: launch", "always: legal"), 2, "guarantee-claim", "one of after, agrees"),
        (("before: launch", "allways: legal"), 6, "unknown-word", "Did you mean 'always'?"),
        (("before: launch",), 2, "guarantee-incomplete", "leaves out 'always'"),
        (("never: launch", "after: legal", "always: launch"), 2, "guarantee-claim", "one thing"),
        (("waits_at: legal", "told_within: 两天"), 6, "declaration-shape", "a number of workdays"),
        (("never: launch", "known_gap: {since: 去年, why: 因}"), 6, "declaration-shape", "2026-10-10"),
        (("never: launch", "known_gap: {since: 2026-01-01}"), 6, "guarantee-incomplete", "known_gap.why"),
        (("never: lunch",), 2, "unknown-activity", "Did you mean 'launch'?"),
        (("never: p/lunch",), 2, "unknown-activity", "Did you mean 'p/launch'?"),
        (("never: launch", "in: q"), 2, "unknown-process", "Known are p"),
        (("never: launch", "when: case.tear = 1"), 2, "unknown-fact", "Did you mean 'tier'?"),
        (("who_does: legal", "is_always: 法务"), 2, "unknown-group", "no group or relation '法务'"),
        (("who_does: legal", "is_always: 法务部", "is_never: x"), 2, "guarantee-claim", "both is_never"),
        (("who_does: legal",), 2, "guarantee-incomplete", "leaves out 'is_never'"),
        (("becomes: said = 1", "always: legal"), 2, "no-fact", "only facts"),
        (("becomes: count(case.tier) = 1", "always: legal"), 2, "no-fact", "cannot be followed"),
        (("becomes: case.tear = 1", "always: legal"), 2, "unknown-fact", "Did you mean 'tier'?"),
        (("becomes: case.tier = 1", "always: leagl"), 2, "unknown-activity", "Did you mean 'legal'?"),
        (("agrees: case.tier", "with_table: t", "given: {a: 1}", "at: legal"), 2, "unknown-decision", "'t'"),
        (("never: launch", 'when: case.tier = "c"'), 2, "unknown-value", "is never 'c'"),
        (("never: launch", 'when: "case.tier ="'), 2, "not-feel", "cannot be used"),
    ],
)
def test_what_nobody_knows_is_refused_by_line_and_nearest_word(lines, line, code, part):
    told = found(*lines)

    assert any(each[:2] == (line, code) and part in each[2] for each in told), told


def test_what_is_no_yaml_is_told():
    assert [each.code for each in guarantees.read(b"guarantees: [").findings] == ["not-yaml"]


def test_a_gap_that_is_closed_asks_to_be_taken_out():
    told = found("before: launch", "always: legal", "known_gap: {since: 2026-01-01, why: 曾经没有}")

    assert [each[1] for each in told] == ["guarantee-gap-closed"]


def test_on_drawings_with_errors_it_is_told_that_nothing_was_judged():
    broken = DRAWING.replace(b'targetRef="launch"', b'targetRef="nowhere"')
    text = "guarantees:\n  one: {name: 一, text: 一句, never: launch}\n".encode()

    told = check({"p.bpmn": broken, "guarantees.yaml": text}, topics={})

    assert [each.code for each in told if each.file == guarantees.FILE] == ["guarantee-not-proven"]
