"""Random block-structured processes: what runs straight through runs the same with a stop at every step.

One walk keeps a single instance in memory; the other stores and reloads it after every act, on a model
parsed anew each time. Both must take the same way and come to the end.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.engine.check import check
from service.engine.definition import Model
from service.engine.instance import Instance
from service.engine.progress import Environment
from tests.engine.diagrams import (
    boundary,
    call,
    catch,
    element,
    end,
    event_sub,
    flow,
    inclusive,
    loop,
    parallel,
    process,
    script,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.engine.driver import MONDAY

BLOCKS = st.recursive(
    st.sampled_from(["user", "script", "votes", "pass", "wait", "late", "remind", "told"]),
    lambda inner: st.one_of(
        st.tuples(st.just("sequence"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("xor"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("and"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("or"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("loop"), st.lists(inner, min_size=1, max_size=1)),
        st.tuples(st.just("sub"), st.lists(inner, min_size=1, max_size=1)),
        st.tuples(st.just("limited"), st.lists(inner, min_size=3, max_size=3)),
        st.tuples(st.just("call"), st.lists(inner, min_size=1, max_size=1)),
    ),
    max_leaves=10,
)


@dataclass
class Drawn:
    """Turns a block into elements and flows; every block has one way in and one way out."""

    parts: list[str] = field(default_factory=list)
    called: dict[str, bytes] = field(default_factory=dict)
    count: int = 0

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def join(self, *names: str) -> None:
        for source, target in pairwise(names):
            self.parts.append(flow(source, target, id=self.name("f")))

    def block(self, block) -> tuple[str, str]:
        kind, inner = (block, []) if isinstance(block, str) else block
        return getattr(self, f"draw_{kind}")(inner)

    def single(self, kind: str, part) -> tuple[str, str]:
        name = self.name(kind)
        self.parts.append(part(name))
        return name, name

    def draw_user(self, _):
        return self.single("user", lambda name: user(name, outputs={"n": "=n + 1"}))

    def draw_script(self, _):
        return self.single("script", lambda name: script(name, "n + 1", "n"))

    def draw_pass(self, _):
        return self.single("pass", lambda name: element("task", name))

    def draw_votes(self, _):
        return self.single(
            "votes",
            lambda name: user(
                name, loop("=[1, 2]", "who"), properties={"outputCollection": name, "outputElement": "=who"}
            ),
        )

    def draw_wait(self, _):
        return self.single("wait", lambda name: catch(name, timer("duration", "PT1H")))

    def draw_late(self, _):
        """A task that an interrupting timer may take away; both ways meet again."""
        task, event, meet = self.name("user"), self.name("late"), self.name("meet")
        self.parts += [user(task), boundary(event, task, timer("duration", "PT2H")), xor(meet)]
        self.join(task, meet)
        self.join(event, meet)
        return task, meet

    def draw_remind(self, _):
        """A task with a timer beside it that leads to an end of its own."""
        task, event, told = self.name("user"), self.name("remind"), self.name("told")
        self.parts += [
            user(task),
            boundary(event, task, timer("cycle", "R2/PT1H"), interrupting=False),
            end(told),
        ]
        self.join(event, told)
        return task, task

    def draw_told(self, _):
        """A task of which people are reminded, once before it is due and then again and again."""
        wanted = {"remindAt": "-PT1H", "remindEvery": "PT1H", "escalateAfter": "0", "escalateTo": "财务部"}
        return self.single("user", lambda name: user(name, properties=wanted, camunda_dueDate="PT2H"))

    def draw_call(self, inner):
        outer, self.parts = self.parts, []
        key, first, last = self.name("process"), self.name("begin"), self.name("end")
        into, out = self.block(inner[0])
        self.join(first, into)
        self.join(out, last)
        self.called[f"{key}.bpmn"] = process(start(first), *self.parts, end(last), key=key, inputs="n")
        self.parts = outer
        return self.single("call", lambda name: call(name, key, {"n": "=n"}, {"n": "=n"}))

    def draw_sequence(self, inner):
        ends = [self.block(each) for each in inner]
        for (_, out), (into, _) in pairwise(ends):
            self.join(out, into)
        return ends[0][0], ends[-1][1]

    def split(self, kind, gateway, inner, conditions):
        fork, meet = self.name(kind), self.name(kind)
        default = self.name("d")
        self.parts += [gateway(fork, default), gateway(meet, "")]
        for number, each in enumerate(inner):
            into, out = self.block(each)
            last = number == len(inner) - 1
            condition = "" if last or not conditions else f"=modulo(n + {number}, {number + 2}) = 0"
            self.parts.append(flow(fork, into, condition, default if last else self.name("f")))
            self.join(out, meet)
        return fork, meet

    def draw_xor(self, inner):
        return self.split("xor", xor, inner, True)

    def draw_or(self, inner):
        return self.split("or", inclusive, inner, True)

    def draw_and(self, inner):
        return self.split("and", lambda name, _: parallel(name), inner, False)

    def draw_loop(self, inner):
        again, enough, turns = self.name("again"), self.name("enough"), self.name("turns")
        before, count, back = self.name("before"), self.name("count"), self.name("d")
        self.parts += [
            script(before, "0", turns),
            xor(again),
            script(count, f"{turns} + 1", turns),
            xor(enough, back),
        ]
        into, out = self.block(inner[0])
        self.join(before, again, into)
        self.join(out, count, enough)
        self.parts.append(flow(enough, again, id=back))
        leave = self.name("leave")
        self.parts += [element("task", leave), flow(enough, leave, f"={turns} >= 2", self.name("f"))]
        return before, leave

    def draw_sub(self, inner):
        first = self.name("begin")
        inside = [start(first), *self.inside(first, inner[0])]
        return self.single("sub", lambda name: sub(name, *inside))

    def draw_limited(self, inner):
        """A sub-process with a rhythm beside what runs in it, and a limit that takes the place of it all."""
        first, daily, late = self.name("begin"), self.name("daily"), self.name("late")
        inside = [
            start(first),
            *self.inside(first, inner[0]),
            event_sub(
                daily,
                timer("cycle", "R2/PT1H"),
                *self.inside(f"{daily}_begins", inner[1]),
                interrupting=False,
            ),
            event_sub(late, timer("duration", "PT3H"), *self.inside(f"{late}_begins", inner[2])),
        ]
        return self.single("sub", lambda name: sub(name, *inside))

    def inside(self, first, block):
        """Return what stands in a sub-process behind its start event."""
        outer, self.parts = self.parts, []
        last = self.name("end")
        into, out = self.block(block)
        self.join(first, into)
        self.join(out, last)
        inside, self.parts = [*self.parts, end(last)], outer
        return inside


def drawn(block) -> dict[str, bytes]:
    drawing = Drawn()
    into, out = drawing.block(block)
    drawing.join("begin", into)
    drawing.join(out, "done")
    return {"p.bpmn": process(start(n="=0"), *drawing.parts, end()), **drawing.called}


class Walk:
    """Answers open tasks or lets time pass, as the choices say, and notes every step."""

    def __init__(self, files: dict[str, bytes], *, reload: bool) -> None:
        self.files, self.reload, self.now = files, reload, MONDAY
        self.trace: list[tuple[str, str]] = []
        self.open: list[tuple[str, str]] = []

    def environment(self) -> Environment:
        return Environment(self.now, lambda form: None, lambda call: None)

    def run(self, choices: list[int]) -> str:
        instance = Instance.start(Model.load(self.files), "p", {}, self.environment())
        progress = self.note(instance)
        for turn in range(600):
            if progress.state != "active":
                break
            choice = choices[turn % len(choices)] % (len(self.open) + 1)
            # Some are reminded again and again: nobody waits for ever.
            waits = choice == len(self.open) and turn < 300
            passes = progress.next_due is not None and (waits or not self.open)
            self.now = max(self.now, progress.next_due) if passes else self.now
            instance = self.at_now(instance, progress)
            if passes:
                instance.fire_due()
            else:
                # Several may have one path; they stay in the order in which they were opened.
                by_path = sorted(self.open, key=lambda task: task[0])
                instance.complete(by_path[choice % len(by_path)][1], {})
            progress = self.note(instance)
        assert progress.state == "active" or progress.next_due is None, "something is told of what is over"
        assert [scope.id for scope in instance.scopes()] == ["root"], "scopes of what is over are left behind"
        return progress.state

    def at_now(self, instance: Instance, progress) -> Instance:
        if self.reload:
            return Instance.load(Model.load(self.files), progress.snapshot, self.environment())
        instance.continue_with(self.environment())
        return instance

    def note(self, instance: Instance):
        progress = instance.progress()
        assert not progress.incidents
        closed = {each.token_id for each in progress.closed}
        self.open = [each for each in self.open if each[1] not in closed]
        self.open += [
            (f"{task.activity_path} {task.element_index}", task.token_id) for task in progress.opened
        ]
        self.trace += [(step.activity_path, step.event) for step in progress.history]
        # Several may be told at one moment, of tasks whose ids differ from walk to walk.
        self.trace += sorted((each.kind, str(each.names)) for each in progress.told)
        self.variables = dict(progress.variables)
        return progress


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(BLOCKS, st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_a_reload_at_every_step_changes_nothing_and_every_process_ends(block, choices):
    files = drawn(block)
    assert [each.code for each in check(files, topics={}) if each.severity == "error"] == []

    straight, stopped = Walk(files, reload=False), Walk(files, reload=True)
    ended = straight.run(choices), stopped.run(choices)

    assert ended == ("completed", "completed")
    assert straight.trace == stopped.trace
    assert straight.variables == stopped.variables


def one_step(files: dict[str, bytes], snapshot: bytes | None, now: datetime) -> tuple[Any, ...]:
    """Do one act as a process that has just been started would: parse, load, act, store."""
    environment = Environment(now, lambda form: None, lambda call: None)
    model = Model.load(files)
    if snapshot is None:
        instance = Instance.start(model, "p", {}, environment)
    else:
        instance = Instance.load(model, snapshot, environment)
        people = [each for each in instance.active() if each.kind == "userTask"]
        if people:
            instance.complete(min(people, key=lambda each: each.activity_path).token_id, {})
        else:
            instance.fire_due()
    progress = instance.progress()
    trace = [(step.activity_path, step.event) for step in progress.history]
    return progress.snapshot, progress.state, trace, progress.next_due


def walked(step: Callable[..., Any]) -> list[tuple[str, str]]:
    files = drawn(("sequence", [("and", ["votes", ("call", ["late"])]), ("or", ["remind", "user", "wait"])]))
    snapshot, state, trace, due = step(files, None, MONDAY)
    while state == "active":
        snapshot, state, steps, due = step(files, snapshot, due or MONDAY)
        trace += steps
    return trace


def test_a_fresh_process_for_every_step_changes_nothing():
    def elsewhere(*arguments):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
            return fresh.submit(one_step, *arguments).result(timeout=120)

    assert walked(elsewhere) == walked(one_step)
