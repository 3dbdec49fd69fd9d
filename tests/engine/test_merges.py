"""Branches of one fork that meet where none waits for the other: what follows would run once for each."""

from __future__ import annotations

import pytest

from service.engine.check.merges import check_merges
from service.engine.check.report import Report
from service.engine.drawing.reading import read_drawing
from tests.engine.diagrams import (
    boundary,
    element,
    end,
    flow,
    parallel,
    path,
    process,
    start,
    sub,
    timer,
    user,
    xor,
)

TERMINATE = "<bpmn:terminateEventDefinition/>"


def found(*parts: str) -> list[str]:
    """Return what is found of a process that begins and has the tasks a, b and c and an end."""
    tasks = [user(name) for name in "abc"]
    drawing = process(start(), *tasks, end(), *parts)
    [only] = read_drawing("p.bpmn", drawing).processes
    report = Report("p.bpmn")
    check_merges(only.body, report)
    return [f"{each.element}: {each.severity} {each.code}" for each in report.findings]


def fork(kind: str = "parallelGateway", meet: str = "exclusiveGateway") -> tuple[str, ...]:
    """Return two branches from a fork to where they meet, before the task c."""
    return (
        element(kind, "fork"),
        element(meet, "meet"),
        path("begin", "fork", "a", "meet", "c", "done"),
        path("fork", "b", "meet"),
    )


def test_parallel_branches_that_meet_at_an_exclusive_gateway():
    assert found(*fork()) == ["meet: warning branches-unjoined"]


def test_parallel_branches_that_meet_at_a_task():
    assert found(parallel("fork"), path("begin", "fork", "a", "c", "done"), path("fork", "b", "c")) == [
        "c: warning branches-unjoined"
    ]


@pytest.mark.parametrize(
    "legitimate",
    [fork(meet="parallelGateway"), fork("exclusiveGateway"), fork("inclusiveGateway", "inclusiveGateway")],
    ids=["joined", "one of them", "some joined"],
)
def test_branches_that_are_joined_or_never_run_together_are_fine(legitimate):
    assert found(*legitimate) == []


def test_branches_of_an_inclusive_fork_only_may_come_together():
    assert found(*fork("inclusiveGateway")) == ["meet: warning branches-unjoined"]


def test_a_branch_that_may_end_before_only_may_come_there():
    parts = [parallel("fork"), xor("enough"), xor("meet"), end("over"), path("enough", "over")]
    ways = [path("begin", "fork", "a", "enough", "meet", "c", "done"), path("fork", "b", "meet")]

    assert found(*parts, *ways) == ["meet: warning branches-unjoined"]


def test_it_is_said_where_they_meet_first_and_not_again_behind_it():
    parts = [parallel("fork"), xor("meet"), xor("again"), xor("enough"), path("enough", "again")]
    ways = [path("begin", "fork", "a", "meet", "again", "c", "enough", "done"), path("fork", "b", "meet")]

    assert found(*parts, *ways) == ["meet: warning branches-unjoined"]


def test_branches_with_a_fork_and_a_join_of_their_own_meet_as_any_other():
    inner = [parallel("inner"), parallel("joined"), user("d")]
    ways = [
        path("begin", "fork", "inner", "a", "joined", "meet", "c", "done"),
        path("inner", "d", "joined"),
        path("fork", "b", "meet"),
    ]

    assert found(parallel("fork"), xor("meet"), *inner, *ways) == ["meet: warning branches-unjoined"]


def test_a_way_back_within_a_branch_or_from_behind_the_join_is_fine():
    parts = [parallel("fork"), parallel("join"), xor("before"), xor("within"), xor("again"), xor("enough")]
    ways = [
        path("begin", "before", "fork", "within", "a", "again", "join", "c", "enough", "done"),
        path("again", "within"),
        path("enough", "before"),
        path("fork", "b", "join"),
    ]

    assert found(*parts, *ways) == []


def test_a_way_back_from_behind_the_join_into_a_branch_is_fine():
    parts = [parallel("fork"), parallel("join"), xor("within"), xor("enough")]
    ways = [
        path("begin", "fork", "within", "a", "join", "c", "enough", "done"),
        path("enough", "within"),
        path("fork", "b", "join"),
    ]

    assert found(*parts, *ways) == []


@pytest.mark.parametrize("inside", ["", TERMINATE], ids=["plain", "terminate"])
def test_branches_that_only_end_together_are_fine(inside):
    parts = [parallel("fork"), xor("meet"), element("endEvent", "over", inside)]
    ways = [path("begin", "fork", "a", "meet", "over"), path("fork", "b", "meet"), path("c", "done")]

    assert found(*parts, *ways) == []


def test_what_is_told_beside_the_tasks_of_branches_may_be_told_for_each():
    late = [boundary(f"late_{name}", name, timer("duration", "PT1H"), interrupting=False) for name in "ab"]
    ways = [
        path("begin", "fork", "a", "join", "done"),
        path("fork", "b", "join"),
        path("late_a", "meet", "c", "told"),
        path("late_b", "meet"),
    ]

    assert found(parallel("fork"), parallel("join"), xor("meet"), end("told"), *late, *ways) == []


def test_the_branches_of_a_sub_process_are_looked_at_too():
    inside = [element("startEvent", "i"), parallel("f"), user("x"), user("y"), xor("m"), user("z"), end("e")]
    edges = [path("i", "f", "x", "m", "z", "e"), path("f", "y", "m")]

    assert found(sub("s", *inside, *edges), path("begin", "s", "a", "b", "c", "done")) == [
        "m: warning branches-unjoined"
    ]


def test_both_flows_of_a_fork_to_one_task_run_it_twice():
    assert found(parallel("fork"), path("begin", "fork", "c", "done"), flow("fork", "c", id="second")) == [
        "c: warning branches-unjoined"
    ]
