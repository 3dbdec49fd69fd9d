"""What an act does to the promises of a case under way: kept from where it stands, or set aside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.engine.definition import Model
from service.engine.guarantees import Subject
from service.engine.guarantees.here import Done, Here
from service.engine.guarantees.onward import set_aside
from service.engine.progress import ScopeView, Spot, Stand
from tests.engine import diagrams as d

CASE = """
main: p
facts:
  tier: {kind: text, label: 层级, initial: low, values: {low: 低, high: 高}}
  agreed: {kind: list, label: 同意的部门, initial: []}
""".encode()
PROMISES = """
guarantees:
  board_decides:
    name: 高层级由董事会决定
    text: 高层级未经董事会同意不得执行。
    before: run
    always: board
    concluding: said = "yes"
    when: case.tier = "high"
  legal_agrees_itself:
    name: 法务算同意必有出处
    text: 法务同意过才算同意。
    becomes: list contains(case.agreed, "legal")
    always: legal
  reported:
    name: 执行后报告
    text: 执行过的都要报告。
    after: run
    always: report
"""


def drawings():
    main = d.process(
        d.start(),
        d.user("plan"),
        d.call("deciding", "phase"),
        d.parallel("split"),
        d.user("run"),
        d.user("tell"),
        d.parallel("join"),
        d.user("report"),
        d.end(),
        d.path("begin", "plan", "deciding", "split", "run", "join", "report", "done"),
        d.path("split", "tell", "join"),
        key="p",
    )
    phase = d.process(
        d.start("started"),
        d.user("legal", outputs={"case.agreed": 'concatenate(case.agreed, ["legal"])'}),
        d.xor("which", default="which_to_decided"),
        d.user("board", outputs={"said": "answer"}),
        d.end("decided"),
        d.path("started", "legal", "which"),
        d.flow("which", "board", 'case.tier = "high"'),
        d.flow("which", "decided"),
        d.xor("passed", default="passed_to_board_again"),
        d.user("board_again"),
        d.path("board", "passed"),
        d.flow("passed", "decided", 'said = "yes"'),
        d.path("passed", "board_again", "board"),
        key="phase",
    )
    files = {"p.bpmn": main, "phase.bpmn": phase, "case.yaml": CASE, "guarantees.yaml": PROMISES.encode()}
    return Model.load(files)


@pytest.fixture(scope="module")
def model():
    return drawings()


def here(model, *paths, tier="high", agreed=(), done=(), come=(), **variables):
    parts = (each.partition(":") for each in paths)
    spots = tuple(Spot(tuple(path.split("/")), flow) for path, _, flow in parts)
    scopes = (ScopeView("root", "", "p", {}), ScopeView("s", "deciding", "phase", variables))
    facts = {"tier": tier, "agreed": list(agreed)}
    stand, at = Stand("p", spots, scopes), frozenset(tuple(each.split("/")) for each in come)
    return Here(Subject.of(model, {}), stand, facts, done, at)


def board(answer):
    return Done("phase", "board", {"answer": answer}, {}, {"tier": "high", "agreed": ["legal"]})


def moved(model, before, after):
    return [each.guarantee.key for each in set_aside(model.guarantees, before, after)]


@pytest.mark.parametrize(
    ("tier", "done", "aside"),
    [
        ("high", (), ["board_decides"]),
        ("high", (board("no"),), ["board_decides"]),
        ("high", (board("yes"),), []),
        ("low", (), []),
    ],
)
def test_a_token_put_behind_a_decision_sets_it_aside_unless_it_was_made(model, tier, done, aside):
    before = here(model, "plan", tier=tier, done=done)
    after = here(model, "run", "tell", tier=tier, done=done, come=("run", "tell"))

    assert moved(model, before, after) == aside


def test_a_token_put_before_the_decision_sets_nothing_aside(model):
    assert moved(model, here(model, "plan"), here(model, "deciding/board", come=("deciding/board",))) == []


def test_a_token_put_into_a_phase_behind_its_decision_sets_it_aside(model):
    after = here(model, "join:run_to_join", "tell", come=("tell",), done=(board("no"),))

    assert moved(model, here(model, "deciding/board", done=(board("no"),)), after) == []
    after = here(model, "run", "join:tell_to_join", come=("run",), done=(board("no"),))
    assert moved(model, here(model, "deciding/board", done=(board("no"),)), after) == ["board_decides"]


def test_a_variable_that_says_what_nobody_said_sets_the_decision_aside(model):
    before = here(model, "deciding/board_again", done=(board("no"),), said="no")

    assert moved(model, before, replace(before, come=frozenset())) == []
    changed = here(model, "deciding/passed", done=(board("no"),), come=("deciding/passed",), said="yes")
    assert moved(model, before, changed) == ["board_decides"]


def test_a_fact_written_by_hand_sets_aside_who_alone_may_make_it_so(model):
    before = here(model, "deciding/board")
    agreed = here(model, "deciding/board", agreed=["legal"])
    legal = (Done("phase", "legal", {"x": 1}, {"agreed": []}, {"agreed": []}),)

    assert moved(model, before, agreed) == ["legal_agrees_itself"]
    assert moved(model, replace(before, done=legal), replace(agreed, done=legal)) == []


def test_what_must_follow_is_set_aside_where_the_case_would_leave_it_out(model):
    ran = (Done("p", "run", {}, {}, {}), board("yes"))
    before = here(model, "join:run_to_join", "tell", done=ran)

    assert moved(model, before, here(model, "plan", done=ran, come=("plan",))) == []
    assert moved(model, before, here(model, "done", done=ran, come=("done",))) == ["reported"]


def test_what_is_broken_already_is_no_doing_of_a_later_act(model):
    broken = here(model, "run", "tell")
    assert moved(model, broken, here(model, "tell", "report", come=("report",))) == []
