"""What a case at rest is stored as, and what earlier releases stored."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

import pytest

from service.engine.failures import EngineFailure
from service.engine.instance import Instance
from service.engine.nodes.memory import (
    MAIN,
    BranchPath,
    Cycle,
    Memory,
    Round,
    from_stored,
    to_stored,
)
from service.engine.tokens import snapshot
from service.feel import codec
from tests.engine.diagrams import boundary, call, end, loop, path, process, start, timer, user
from tests.engine.driver import MONDAY, Case

FULL = Memory(
    path=BranchPath(("a:0", "b:1")),
    flow="f1,f2",
    is_recorded=True,
    is_leaving=True,
    is_at_join=True,
    came={"x": 1},
    due=datetime(2026, 3, 2, tzinfo=UTC),
    cycle=Cycle(None, "P1D"),
    host="h",
    race="g",
    element=0,
    round=Round(["a", "b", "c"], 3, {0: "yes", 2: None}, frozenset({1})),
    failure=("code", "message"),
)


@pytest.mark.parametrize("memory", [Memory(), FULL], ids=["fresh", "full"])
def test_a_memory_comes_back_as_it_was(memory):
    assert from_stored(codec.loads(codec.dumps(to_stored(memory)))) == memory


def test_a_fresh_memory_costs_nothing():
    assert to_stored(Memory()) == {}


# ---- branch paths and rounds -----------------------------------------------------------------------


def test_branches_of_one_fork_share_what_lies_before_it():
    left, right = MAIN.fork("0123456789abcdef", 0), MAIN.fork("0123456789abcdef", 1)
    deeper = left.fork("fedcba9876543210", 1)

    assert left.steps == ("0123456789ab:0",)
    assert left.shared(right) == MAIN
    assert deeper.shared(left) == left
    assert deeper.is_within(left)
    assert deeper.is_within(MAIN)
    assert not left.is_within(deeper)
    assert not right.is_within(left)


def test_a_round_counts_those_asked_those_through_and_those_left_out():
    asked = Round(["a", "b", "c"], 3)
    heard = asked.with_result(2, "yes")

    assert (asked.total, asked.active, asked.is_over) == (3, 3, False)
    assert (heard.active, heard.collected) == (2, ["yes"])
    assert (heard.without(0).total, heard.without(0).active) == (2, 1)
    assert heard.without(0).without(1).is_over
    assert heard.starting(2).collected == []
    assert heard.without(0).starting(0).total == 3
    assert list(Round(["a"], 1).next_ones) == []
    assert list(Round(["a", "b"], 1).next_ones) == [1]


# ---- formats ---------------------------------------------------------------------------------------


CALLED = process(start(), user("sign"), end(), path("begin", "sign", "done"), key="q", inputs="who")
DRAWN = process(
    start(),
    user("vote", loop('=["a", "b"]', "who")),
    call("phase", "q", {"who": '="c"'}),
    boundary("remind", "phase", timer("cycle", "R3/P1D"), interrupting=False),
    end(),
    end("told"),
    path("begin", "vote", "phase", "done"),
    path("remind", "told"),
)


def first_release(state: str, **more: object) -> bytes:
    """Return a snapshot as the first release wrote it."""
    stored = {"format": 1, "definition": "p", "state": state, "seq": 7, **more}
    return zlib.compress(codec.dumps(stored).encode(), 1)


def id_of(number: int) -> str:
    return f"{number:032x}"


def row(number: int, parent: int | None, state: int, name: str, **memory: object) -> list[object]:
    return [id_of(number), None if parent is None else id_of(parent), state, name, memory]


COMPLETED, STARTED = 64, 32


def test_a_round_of_the_first_release_goes_on():
    stored = first_release(
        "active",
        visited={"": {"vote": []}},
        variables={"x": 1},
        scopes=[
            [f"element:{id_of(3)}", "root", {"who": "b", "loopCounter": 1}],
        ],
        trees=[
            [
                None,
                "p",
                "root",
                False,
                [
                    row(1, None, COMPLETED, "Start"),
                    row(
                        2,
                        1,
                        STARTED,
                        "vote",
                        **{"in": True},
                        flow="begin_to_vote",
                        branch=[],
                        items=["a", "b"],
                        started=2,
                        results={"0": None},
                    ),
                    row(3, 2, STARTED, "vote [element]", **{"in": True}, element=1, branch=[]),
                ],
            ]
        ],
    )
    case = Case(DRAWN, CALLED)
    instance = Instance.load(case.model, stored, case.environment())

    assert [(each.activity_path, each.token_id) for each in instance.active()] == [("vote", id_of(3))]
    assert [dict(each.variables) for each in instance.scopes()] == [{"x": 1}, {"who": "b", "loopCounter": 1}]
    instance.complete(id_of(3), {})

    progress = instance.progress()
    assert [task.activity_path for task in progress.opened] == ["phase/sign"]
    assert [step.seq for step in progress.history][0] == 8


def test_a_phase_and_its_reminder_of_the_first_release_go_on():
    due = MONDAY + timedelta(hours=1)
    stored = first_release(
        "active",
        visited={id_of(2): {"sign": ["0123456789ab:0"]}},
        variables={},
        scopes=[[f"call:{id_of(2)}", None, {"who": "c"}]],
        trees=[
            [
                None,
                "p",
                "root",
                False,
                [
                    row(1, None, COMPLETED, "Start"),
                    row(2, 1, STARTED, "phase", **{"in": True}, branch=[], flow="vote_to_phase"),
                    row(
                        3,
                        1,
                        STARTED,
                        "remind",
                        host=id_of(2),
                        branch=[],
                        due=due,
                        cycle={"left": 3, "interval": "P1D"},
                    ),
                ],
            ],
            [
                id_of(2),
                "q",
                f"call:{id_of(2)}",
                False,
                [
                    row(4, None, COMPLETED, "Start"),
                    row(5, 4, STARTED, "sign", **{"in": True}, branch=["0123456789ab:0"]),
                ],
            ],
        ],
    )
    case = Case(DRAWN, CALLED)
    case.now = due
    instance = Instance.load(case.model, stored, case.environment())

    assert instance.fire_due()
    progress = instance.progress()
    assert [step.activity_id for step in progress.history] == ["remind", "remind", "told", "told"]
    assert progress.next_due == due + timedelta(days=1)

    instance.return_to(id_of(5), "sign")
    assert [task.activity_path for task in instance.progress().opened] == ["phase/sign"]
    assert [dict(each.variables) for each in instance.scopes()] == [{}, {"who": "c"}]


def test_a_snapshot_of_an_unknown_format_is_refused_by_its_number():
    case = Case(DRAWN, CALLED)
    blob = zlib.compress(codec.dumps({"format": 99}).encode())

    with pytest.raises(EngineFailure, match="format 99"):
        snapshot.decode(blob, case.model)


def test_a_snapshot_that_does_not_fit_its_drawings_is_refused_by_name():
    case = Case(DRAWN, CALLED)
    other = Case(process(start("other"), user("there"), end(), path("other", "there", "done")))

    with pytest.raises(EngineFailure, match="'vote"):
        snapshot.decode(case.progress.snapshot, other.model)
