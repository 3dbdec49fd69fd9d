"""Random nested scopes with event sub-processes, beside a token game that knows nothing of the engine.

The game is played on what was drawn, not on flows: a scope is a row of steps and a set of listeners. After
every answer and every message both must have the same tasks open and listen to the same messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.engine.check import check
from tests.engine.diagrams import (
    declare_message,
    end,
    event_sub,
    loop,
    message,
    path,
    process,
    start,
    sub,
    user,
)
from tests.engine.driver import Case


@dataclass(frozen=True)
class Listener:
    """An event sub-process: what begins it is named like itself."""

    name: str
    interrupts: bool
    scope: Scope


@dataclass(frozen=True)
class Scope:
    """Steps one after the other, each a task or a sub-process, and what listens meanwhile."""

    steps: tuple[str | Scope, ...]
    listeners: tuple[Listener, ...]
    name: str
    repeats: bool = False


@st.composite
def scopes(draw, depth: int = 2, numbers: count | None = None) -> Scope:
    numbers = numbers or count()
    inner = scopes(depth - 1, numbers)
    kinds = st.lists(st.sampled_from(["task", "scope"] if depth else ["task"]), min_size=1, max_size=3)
    steps = tuple(f"t{next(numbers)}" if kind == "task" else draw(inner) for kind in draw(kinds))
    modes = draw(st.lists(st.booleans(), max_size=2)) if depth else []
    listeners = tuple(Listener(f"e{next(numbers)}", mode, draw(inner)) for mode in modes)
    return Scope(steps, listeners, f"s{next(numbers)}", draw(st.booleans()))


# ---- drawn -----------------------------------------------------------------------------------------------


def drawn(scope: Scope) -> bytes:
    names = [each.name for one in within(scope) for each in one.listeners]
    return process(
        *contents(scope, "begin"), declared="".join(declare_message(f"m_{name}", name) for name in names)
    )


def contents(scope: Scope, begin: str) -> Iterator[str]:
    last = f"{scope.name}_end"
    if begin in ("begin", f"{scope.name}_begin"):
        yield start(begin)
    names = [step if isinstance(step, str) else step.name for step in scope.steps]
    for step in scope.steps:
        if isinstance(step, str):
            yield user(step)
        else:
            many = [loop("=[1, 2]")] if step.repeats else []
            yield sub(step.name, *many, *contents(step, f"{step.name}_begin"))
    yield end(last)
    yield path(begin, *names, last)
    for each in scope.listeners:
        inside = contents(each.scope, f"{each.name}_begins")
        yield event_sub(each.name, message(f"m_{each.name}"), *inside, interrupting=each.interrupts)


def within(scope: Scope) -> Iterator[Scope]:
    yield scope
    for step in scope.steps:
        if isinstance(step, Scope):
            yield from within(step)
    for each in scope.listeners:
        yield from within(each.scope)


# ---- played ----------------------------------------------------------------------------------------------


@dataclass
class Play:
    """One scope at play: the step it is at, what runs inside it, and who still listens."""

    scope: Scope
    where: str
    opened: list[Play]
    at: int = -1
    inside: list[Play] = field(default_factory=list)
    begun: list[Play] = field(default_factory=list)
    listening: list[Listener] = field(default_factory=list)

    def begin(self) -> None:
        self.opened.append(self)
        self.listening = list(self.scope.listeners)
        self.go_on()

    def go_on(self) -> None:
        self.at += 1
        if self.at < len(self.scope.steps) and isinstance(step := self.scope.steps[self.at], Scope):
            self.inside = [self.child(step, step.name) for _ in range(2 if step.repeats else 1)]
            for each in self.inside:
                each.begin()

    def child(self, scope: Scope, name: str) -> Play:
        return Play(scope, f"{self.where}{name}/", self.opened)

    @property
    def is_over(self) -> bool:
        return self.at >= len(self.scope.steps) and not self.begun

    def everything(self) -> Iterator[Play]:
        yield self
        for each in (*self.inside, *self.begun):
            yield from each.everything()

    def tasks(self) -> list[str]:
        found = []
        for play in self.everything():
            if play.at < len(play.scope.steps) and isinstance(step := play.scope.steps[play.at], str):
                found.append(play.where + step)
        return found

    def listens(self) -> list[str]:
        return [each.name for play in self.everything() for each in play.listening]

    def complete(self, task: str) -> None:
        next(play for play in self.in_order() if task in play.own()).go_on()
        self.settle()

    def own(self) -> list[str]:
        is_task = self.at < len(self.scope.steps) and isinstance(self.scope.steps[self.at], str)
        return [f"{self.where}{self.scope.steps[self.at]}"] if is_task else []

    def in_order(self) -> list[Play]:
        live = {id(each) for each in self.everything()}
        return [each for each in self.opened if id(each) in live]

    def hear(self, name: str) -> None:
        play = next(each for each in self.in_order() if name in [one.name for one in each.listening])
        listener = next(each for each in play.listening if each.name == name)
        if listener.interrupts:
            play.at, play.inside, play.begun, play.listening = len(play.scope.steps), [], [], []
        child = play.child(listener.scope, listener.name)
        play.begun.append(child)
        child.begin()

    def settle(self) -> None:
        """End what is over, the innermost first."""
        for each in (*self.inside, *self.begun):
            each.settle()
        self.begun = [each for each in self.begun if not each.is_over]
        if self.inside:
            self.inside = [each for each in self.inside if not each.is_over]
            if not self.inside:
                self.go_on()
                self.settle()
        if self.is_over:
            self.listening = []


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(scopes(), st.lists(st.integers(0, 9), min_size=3, max_size=12))
def test_the_engine_plays_what_is_drawn(scope, choices):
    drawing = drawn(scope)
    assert [each.code for each in check({"p.bpmn": drawing}, topics={}) if each.severity == "error"] == []

    game = Play(scope, "", [])
    game.begin()
    case = Case(drawing)

    for turn in range(60):
        tasks, listens = sorted(game.tasks()), sorted(set(game.listens()))
        assert sorted(task.activity_path for task in case.open.values()) == tasks
        assert list(case.progress.awaited) == listens
        if not tasks:
            break
        # Messages first, while there are choices; then only answers, so that it comes to an end.
        possible = [*tasks, *listens] if turn < len(choices) else tasks
        chosen = possible[choices[turn % len(choices)] % len(possible)]
        if chosen in listens:
            assert case.send(chosen)
            game.hear(chosen)
        else:
            answer(case, chosen)
            game.complete(chosen)
    assert game.tasks() or case.state == "completed"


def answer(case: Case, path: str) -> None:
    """Answer the task of a path; of several, that of the process that was opened first."""
    token = next(task.token_id for task in case.open.values() if task.activity_path == path)
    case.act(lambda instance: instance.complete(token, {}))
