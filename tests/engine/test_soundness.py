"""Joins that may wait for ever are found in drawings of any size, or it is said that nobody looked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from service.engine.check.report import Report
from service.engine.check.soundness import check_soundness
from service.engine.drawing import Container
from service.engine.drawing.reading import read_drawing
from tests.engine.diagrams import (
    boundary,
    element,
    end,
    flow,
    inclusive,
    parallel,
    path,
    process,
    start,
    timer,
    user,
    xor,
)

MOST = 6
"""Tokens on one flow that the brute force follows; the check counts one more."""


def body(drawing: bytes) -> Container:
    [only] = read_drawing("p.bpmn", drawing).processes
    return only.body


def found(drawing: bytes) -> list[str]:
    report = Report("p.bpmn")
    check_soundness(body(drawing), report)
    return [f"{finding.element}: {finding.code}" for finding in report.findings]


def branches(
    number: int, length: int, split: str = "parallelGateway", join: str = "parallelGateway", *more: str
) -> bytes:
    """Return parallel branches of so many tasks between a split and a join."""
    names = [[f"b{branch}_{step}" for step in range(length)] for branch in range(number)]
    tasks = [user(name) for each in names for name in each]
    ways = [path("split", *each, "join") for each in names]
    edges = [element(split, "split"), element(join, "join"), path("begin", "split"), path("join", "done")]
    return process(start(), *edges, *tasks, end(), *ways, *more)


def late(task: str, target: str, *, interrupting: bool = True) -> str:
    event = boundary(f"late_{task}", task, timer("duration", "PT1H"), interrupting=interrupting)
    return event + path(f"late_{task}", target)


@pytest.mark.parametrize(("number", "length"), [(5, 5), (9, 20)])
def test_long_branches_are_walked_to_the_end(number, length):
    astray = [late("b2_1", "done"), late("b1_0", "b1_1")]

    assert found(branches(number, length)) == []
    assert found(branches(number, length, "parallelGateway", "parallelGateway", *astray)) == [
        "join: join-may-wait"
    ]
    assert found(branches(number, length, "exclusiveGateway")) == ["join: join-never-passed"]


def test_many_events_at_many_branches_are_walked_to_the_end():
    early = [late(f"b{branch}_{step}", f"b{branch}_4") for branch in range(12) for step in range(4)]

    assert found(branches(12, 5, "parallelGateway", "parallelGateway", *early)) == []


def test_a_parallel_join_behind_an_inclusive_split_may_wait():
    assert found(branches(5, 5, "inclusiveGateway")) == ["join: join-may-wait"]


def test_an_inclusive_join_waits_for_what_is_under_way_alone():
    assert found(branches(6, 5, "inclusiveGateway", "inclusiveGateway")) == []
    away = late("b0_0", "done")
    assert found(branches(6, 5, "inclusiveGateway", "inclusiveGateway", away)) == []


def test_a_parallel_join_beside_an_inclusive_one_is_judged_too():
    # `a` may go past the parallel join. The inclusive one behind it waits for what stands there.
    drawing = process(
        start(),
        parallel("fork"),
        user("a"),
        user("b"),
        parallel("join"),
        inclusive("any"),
        end(),
        path("begin", "fork", "a", "join", "any", "done"),
        path("fork", "b", "join"),
        late("a", "any"),
    )

    assert found(drawing) == ["join: join-may-wait", "any: join-may-wait"]


def test_two_inclusive_joins_that_wait_for_each_other_are_found():
    drawing = process(
        start(),
        parallel("fork"),
        user("a"),
        user("b"),
        inclusive("left"),
        inclusive("right"),
        user("c"),
        user("d"),
        xor("out_left"),
        xor("out_right"),
        end(),
        path("begin", "fork", "a", "left", "c", "out_left", "right"),
        path("fork", "b", "right", "d", "out_right", "left"),
        path("out_left", "done"),
        path("out_right", "done"),
    )

    assert found(drawing) == ["left: join-may-wait", "right: join-may-wait"]


def test_what_could_not_be_walked_is_said():
    early = [late(f"b{branch}_{step}", "join") for branch in range(9) for step in range(2)]

    assert found(branches(9, 3, "inclusiveGateway", "inclusiveGateway", *early)) == [
        "join: join-not-examined"
    ]


@pytest.mark.parametrize(
    ("at", "targets", "findings"),
    [
        ("after", "a1", ["after: return-into-block"]),
        ("after", "a2", ["after: return-into-block"]),
        ("after", "before", []),
        ("after", "before、a2", ["after: return-into-block"]),
        ("a2", "a1", []),
        ("a2", "before", []),
        ("b", "a1", ["b: return-into-block"]),
    ],
)
def test_no_task_sends_back_into_a_parallel_block_that_is_over(at, targets, findings):
    names = ["before", "a1", "a2", "b", "after"]
    tasks = [user(name, properties={"returnTo": targets} if name == at else None) for name in names]
    drawing = process(
        start(),
        *tasks,
        parallel("fork"),
        parallel("join"),
        end(),
        path("begin", "before", "fork", "a1", "a2", "join", "after", "done"),
        path("fork", "b", "join"),
    )

    assert found(drawing) == findings


# ---- beside brute force ---------------------------------------------------------------------------------


def a_drawing(dice: random.Random) -> bytes:
    """Return tasks, choices and parallel gateways put together at random, forwards for the most part."""
    names = [f"n{number}" for number in range(dice.randint(3, 7))]
    ends = ["done", "kill"] if dice.random() < 0.3 else ["done"]
    parts, flows = [start(), end()], {("begin", names[0])}
    if "kill" in ends:
        parts.append(end("kill", "<bpmn:terminateEventDefinition/>"))
    for place, name in enumerate(names):
        kind = dice.choice([user, xor, parallel, parallel])
        parts.append(kind(name))
        ahead = names[place + 1 :] + ends
        targets = ahead + (names[:place] if dice.random() < 0.2 else [])
        wanted = 1 if kind is user else dice.randint(1, 3)
        flows |= {(name, each) for each in dice.sample(targets, min(wanted, len(targets)))}
        if kind is user and dice.random() < 0.5:
            parts.append(late(name, dice.choice(ahead), interrupting=dice.random() < 0.5))
    return process(*parts, *(flow(*each) for each in sorted(flows)))


class Unbounded(Exception):
    """More tokens, or more states, than the brute force follows."""


def brute_force(container: Container) -> tuple[set[str], set[str]]:
    """Return the parallel joins passed on some way, and those left waiting on some, by trying every order."""
    first = frozenset(Counter(each.id for each in container.elements["begin"].outgoing).items())
    seen, queue, passed, stuck = {first}, [first], set(), set()
    while queue:
        tokens = Counter(dict(queue.pop()))
        moves = list(_moves(container, tokens, passed))
        if not moves:
            stuck |= {flow.target for flow in container.flows if tokens[flow.id]}
        for each in moves:
            if max(each.values(), default=0) > MOST or len(seen) > 3000:
                raise Unbounded
            state = frozenset((+each).items())
            if state not in seen:
                seen.add(state)
                queue.append(state)
    return passed, stuck


def _moves(container: Container, tokens: Counter[str], passed: set[str]) -> Iterator[Counter[str]]:
    for each in container.elements.values():
        arriving = [flow.id for flow in each.incoming if tokens[flow.id]]
        out = [flow.id for flow in each.outgoing]
        if each.kind == "parallelGateway" and len(each.incoming) > 1:
            if len(arriving) == len(each.incoming):
                passed.add(each.id)
                yield tokens - Counter(arriving) + Counter(out)
        elif arriving and each.event_kind == "terminate":
            yield Counter()
        else:
            ways = [[one] for one in out] if each.kind == "exclusiveGateway" else [out]
            for event in each.boundary:
                leads = [flow.id for flow in event.outgoing]
                ways.append(leads if event.interrupts else [*out, *leads])
            for flow in arriving:
                yield from (tokens - Counter([flow]) + Counter(way) for way in ways)


@pytest.mark.parametrize("seed", range(8))
def test_random_drawings_are_judged_as_by_trying_every_order(seed):
    dice, judged = random.Random(seed), 0
    while judged < 40:
        drawing = a_drawing(dice)
        container = body(drawing)
        try:
            passed, stuck = brute_force(container)
        except Unbounded:
            continue
        joins = [
            each.id
            for each in container.elements.values()
            if each.kind == "parallelGateway" and len(each.incoming) > 1
        ]
        expected = [f"{join}: join-never-passed" for join in joins if join not in passed]
        expected += [f"{join}: join-may-wait" for join in joins if join in passed & stuck]
        assert sorted(found(drawing)) == sorted(expected), drawing.decode()
        judged += 1


# ---- back to before the fork ----------------------------------------------------------------------------


def forked(back: str, *more: str) -> bytes:
    """Return two branches; from `again` in the first of them it may go back by `back`."""
    return process(
        start(),
        xor("merge"),
        parallel("fork"),
        xor("inner"),
        user("a"),
        user("b"),
        xor("again", "no"),
        parallel("join"),
        end(),
        path("begin", "merge", "fork", "inner", "a", "again"),
        path("fork", "b", "join"),
        flow("again", "join", id="no"),
        path("join", "done"),
        back,
        *more,
    )


@pytest.mark.parametrize("target", ["merge", "before"])
def test_a_way_back_to_before_the_fork_would_begin_the_other_branch_once_more(target):
    detour = user("before") + path("before", "merge") if target == "before" else ""

    back = "before_to_merge" if detour else "back"
    assert found(forked(flow("again", target, "=x = 1", id="back"), detour)) == [f"{back}: fork-again"]


def test_a_way_back_within_a_branch_begins_nothing_else():
    assert found(forked(flow("again", "inner", "=x = 1", id="back"))) == []


def test_a_way_back_behind_the_join_is_another_round():
    drawing = process(
        start(),
        xor("merge"),
        parallel("fork"),
        user("a"),
        user("b"),
        parallel("join"),
        xor("again", "no"),
        end(),
        path("begin", "merge", "fork", "a", "join", "again"),
        path("fork", "b", "join"),
        flow("again", "merge", "=x = 1"),
        flow("again", "done", id="no"),
    )

    assert found(drawing) == []


def test_a_branch_that_ends_by_itself_may_be_begun_once_more():
    drawing = process(
        start(),
        xor("merge"),
        parallel("fork"),
        user("a"),
        user("b"),
        xor("again", "no"),
        end(),
        end("spawned"),
        path("begin", "merge", "fork", "a", "again"),
        path("fork", "b", "spawned"),
        flow("again", "merge", "=x = 1"),
        flow("again", "done", id="no"),
    )

    assert found(drawing) == []
