"""A finished case once more: its own answers at their own times, through whichever drawings.

The engine asks, the record answers. Where a drawing asks what nobody was asked then, the way ends there.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.engine.progress import NewEvaluation
from service.errors import InvalidAnswers
from service.feel.codec import plain
from service.runtime.forecasting.playing import MOST_ANSWERS
from service.runtime.forecasting.premises import Knowledge, Premises
from service.runtime.forecasting.record import Given, Place, Record
from service.runtime.forecasting.running import Ground
from service.runtime.forecasting.walking import Asked, Walk


@dataclass(frozen=True)
class Past:
    """A finished case: what it was given, its start answers, its other answers in order, when it ended."""

    given: Mapping[str, Any]
    began: datetime
    ended: datetime
    start: Given | None
    answers: Sequence[Given]
    main: str


@dataclass(frozen=True)
class Route:
    """The way a case takes: which flows and ends it passed how often, what tables answered, its facts.

    `asks`: activities of which nobody was asked then; the way ends there.
    """

    passed: Mapping[Place, int] = field(default_factory=dict)
    decided: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    asks: tuple[Place, ...] = ()
    stuck: Mapping[str, str] = field(default_factory=dict)


def replay_all(ground: Ground, record: Record, cases: Sequence[Past]) -> list[Route]:
    """Return the way of each case through the drawings of the ground."""
    premises = ground.premises(record)
    return [replay(premises, case) for case in cases]


def replay(premises: Premises, case: Past) -> Route:
    """Return the way of a case through the drawings."""
    walk = Walk(premises, Knowledge(dict(case.given)), case.began)
    try:
        walk.start(case.main, {}, case.start.answers if case.start else None)
        _answer(walk, case)
    except InvalidAnswers as error:
        walk.stuck[case.main] = error.message
    return Route(
        Counter(walk.entered),
        _decided(walk.evaluations),
        plain(walk.known.facts),
        tuple(sorted({(each.task.definition, each.task.activity_id) for each in walk.open.values()})),
        dict(walk.stuck),
    )


def _answer(walk: Walk, case: Past) -> None:
    left: dict[tuple[Place, Any], deque[Given]] = defaultdict(deque)
    for given in case.answers:
        left[given.place, _text(given.element)].append(given)
    for _ in range(MOST_ANSWERS):
        answered = {token: queue for token, asked in walk.open.items() if (queue := left[_asked(asked)])}
        token = min(answered, key=lambda each: (answered[each][0].at, each), default=None)
        at = case.ended if token is None else answered[token][0].at
        due = walk.next_due
        if due is not None and due <= at:
            walk.wake(max(due, walk.now))
        elif token is None:
            return
        else:
            walk.answer(token, answered[token].popleft().answers, max(at, walk.now))


def _asked(asked: Asked) -> tuple[Place, str | None]:
    task = asked.task
    return (task.definition, task.activity_id), _text(task.element_value)


def _text(element: Any) -> str | None:
    return element if isinstance(element, str) else None


def _decided(evaluations: Sequence[NewEvaluation]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for each in evaluations:
        found[each.decision].append(plain(each.outputs))
    return {decision: tuple(outputs) for decision, outputs in found.items()}
