"""Random block-structured processes: what runs straight through runs the same with a stop at every step.

One walk keeps a single instance in memory; the other stores and reloads it after every act, on a model
parsed anew each time. Both must take the same way and come to the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.engine.check import check
from service.engine.definition import Model
from service.engine.instance import Instance
from service.engine.progress import Environment
from tests.engine.diagrams import (
    element,
    end,
    flow,
    inclusive,
    loop,
    parallel,
    process,
    script,
    start,
    sub,
    user,
    xor,
)
from tests.engine.driver import MONDAY

BLOCKS = st.recursive(
    st.sampled_from(["user", "script", "votes", "pass"]),
    lambda inner: st.one_of(
        st.tuples(st.just("sequence"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("xor"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("and"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("or"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("loop"), st.lists(inner, min_size=1, max_size=1)),
        st.tuples(st.just("sub"), st.lists(inner, min_size=1, max_size=1)),
    ),
    max_leaves=10,
)


@dataclass
class Drawn:
    """Turns a block into elements and flows; every block has one way in and one way out."""

    parts: list[str] = field(default_factory=list)
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
        outer, self.parts = self.parts, []
        first, last = self.name("begin"), self.name("end")
        into, out = self.block(inner[0])
        self.join(first, into)
        self.join(out, last)
        inside, self.parts = [start(first), *self.parts, end(last)], outer
        return self.single("sub", lambda name: sub(name, *inside))


def drawn(block) -> bytes:
    drawing = Drawn()
    into, out = drawing.block(block)
    drawing.join("begin", into)
    drawing.join(out, "done")
    return process(start(n="=0"), *drawing.parts, end())


class Walk:
    """Completes the open tasks in a given order and notes every step."""

    def __init__(self, content: bytes, *, reload: bool) -> None:
        self.content, self.reload = content, reload
        self.environment = Environment(MONDAY, lambda form: None, lambda call: None)
        self.trace: list[tuple[str, str]] = []
        self.open: list[tuple[str, int | None, str]] = []

    def model(self) -> Model:
        return Model.load({"p.bpmn": self.content})

    def run(self, choices: list[int]) -> str:
        instance = Instance.start(self.model(), "p", {}, self.environment)
        progress = self.note(instance)
        turn = 0
        while self.open and turn < 400:
            choice = choices[turn % len(choices)] % len(self.open)
            turn += 1
            if self.reload:
                instance = Instance.load(self.model(), progress.snapshot, self.environment)
            instance.complete(sorted(self.open, key=str)[choice][2], {})
            progress = self.note(instance)
        assert instance.scopes()[0].variables == progress.variables
        assert len(instance.scopes()) == 1, "scopes of finished elements are left behind"
        return progress.state

    def note(self, instance: Instance):
        progress = instance.progress()
        assert not progress.incidents
        closed = {each.token_id for each in progress.closed}
        self.open = [each for each in self.open if each[2] not in closed]
        self.open += [(task.activity_path, task.element_index, task.token_id) for task in progress.opened]
        self.trace += [(step.activity_id, step.event) for step in progress.history]
        self.variables = dict(progress.variables)
        return progress


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(BLOCKS, st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_a_reload_at_every_step_changes_nothing_and_every_process_ends(block, choices):
    content = drawn(block)
    assert [each.code for each in check({"p.bpmn": content}, topics={}) if each.severity == "error"] == []

    straight, stopped = Walk(content, reload=False), Walk(content, reload=True)
    ended = straight.run(choices), stopped.run(choices)

    assert ended == ("completed", "completed")
    assert straight.trace == stopped.trace
    assert straight.variables == stopped.variables
