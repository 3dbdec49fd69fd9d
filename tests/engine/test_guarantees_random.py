"""Random drawings whose ways hang on answers: what is proven of them no run of the engine breaks.

The engine itself plays every run within limits: all orders of tasks, both answers, timers or not. Where it
has played all there is, a sentence said to be broken must have been broken by one. Only where
automatic steps run beside something else more is walked than played: an incident may hold them up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.engine.check import check
from service.engine.definition import Model
from service.engine.instance import Instance
from service.engine.progress import Environment
from tests.engine.diagrams import call, end, event_sub, message, process, script, start, user
from tests.engine.driver import MONDAY
from tests.engine.guarantee_cases import proof
from tests.engine.test_random_processes import Drawn

BLOCKS = st.recursive(
    st.sampled_from(["user", "user", "script", "pass", "late", "remind", "votes"]),
    lambda inner: st.one_of(
        st.tuples(st.just("sequence"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("xor"), st.lists(inner, min_size=2, max_size=2)),
        st.tuples(st.just("and"), st.lists(inner, min_size=2, max_size=2)),
        st.tuples(st.just("or"), st.lists(inner, min_size=2, max_size=2)),
        st.tuples(st.just("again"), st.lists(inner, min_size=1, max_size=1)),
        st.tuples(st.just("sub"), st.lists(inner, min_size=1, max_size=1)),
        st.tuples(st.just("call"), st.lists(inner, min_size=1, max_size=1)),
    ),
    max_leaves=7,
)
ANSWERS = ("x", "y")
MOST_STEPS, MOST_DEPTH = 150, 9


class Asking(Drawn):
    """Draws blocks in which people choose: what a task is answered with decides at the gateways after it."""

    def draw_user(self, _):
        return self.single("user", lambda name: user(name, outputs={"v": "=a"}))

    def draw_script(self, _):
        return self.single("script", lambda name: script(name, 'if v = "x" then "y" else "x"', "v"))

    def split(self, kind, gateway, inner, conditions):
        into, out = super().split(kind, gateway, inner, conditions)
        if conditions:
            asked = [number for number, part in enumerate(self.parts) if "modulo(n" in part]
            for number in asked:
                before, _, behind = self.parts[number].partition("=modulo(n")
                self.parts[number] = f'{before}=v = "x"{behind[behind.index("</bpmn:condition") :]}'
        return into, out

    def draw_again(self, inner):
        """What is repeated as long as the last answer says so."""
        again, enough, back = self.name("again"), self.name("enough"), self.name("d")
        self.parts += [xor_merge(again), xor_asking(enough, back)]
        into, out = self.block(inner[0])
        self.join(again, into)
        self.join(out, enough)
        leave = self.name("pass")
        self.parts += [
            flow_if(enough, again, 'v = "y"', self.name("f")),
            f'<bpmn:task id="{leave}"/>',
            plain(enough, leave, back),
        ]
        return again, leave

    def draw_call(self, inner):
        into, out = super().draw_call(inner)
        key, content = self.called.popitem()
        self.called[key] = content.replace(b'value="n"', b'value="v"')
        self.parts[-1] = call(into, key.removesuffix(".bpmn"), {"v": "=v"}, {"v": "=v"})
        return into, out


def xor_merge(name: str) -> str:
    return f'<bpmn:exclusiveGateway id="{name}"/>'


def xor_asking(name: str, default: str) -> str:
    return f'<bpmn:exclusiveGateway id="{name}" default="{default}"/>'


def plain(source: str, target: str, name: str) -> str:
    return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}"/>'


def flow_if(source: str, target: str, condition: str, name: str) -> str:
    asked = f"<bpmn:conditionExpression>={condition}</bpmn:conditionExpression></bpmn:sequenceFlow>"
    return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{asked}'


@dataclass(frozen=True)
class Drawing:
    """A drawing, and the activities a sentence may speak of."""

    files: dict[str, bytes]
    activities: list[str]

    @property
    def has_branches(self) -> bool:
        return b"parallelGateway" in self.whole or b"inclusiveGateway" in self.whole

    @property
    def runs_side_by_side(self) -> bool:
        return self.has_branches or b"triggeredByEvent" in self.whole

    @property
    def whole(self) -> bytes:
        return b"".join(self.files.values())

    @property
    def may_be_held_up(self) -> bool:
        asks = b"conditionExpression" in self.whole
        return b"scriptTask" in self.whole or b"triggeredBy" in self.whole or (asks and self.has_branches)


@st.composite
def drawings(draw) -> Drawing:
    asking = Asking()
    into, out = asking.block(draw(BLOCKS))
    asking.join("begin", into)
    asking.join(out, "done")
    parts = [*asking.parts, *(aside() if draw(st.booleans()) else [])]
    first = process(start(v='="x"'), *parts, end(), declared='<bpmn:message id="stop" name="stop"/>')
    files = {"p.bpmn": first, **asking.called}
    model = Model.load(files)
    named = [
        element.id
        for each in model.processes.values()
        for element in each.elements.values()
        if element.kind in ("userTask", "scriptTask", "task")
    ]
    return Drawing(files, sorted(named))


def aside() -> list[str]:
    """What a message begins, whatever stands elsewhere."""
    inside = user("user_stop", outputs={"v": "=a"}), end("stop_done")
    joined = plain("stop_all_begins", "user_stop", "s1"), plain("user_stop", "stop_done", "s2")
    return [event_sub("stop_all", message("stop"), *inside, *joined)]


@dataclass
class Played:
    """All runs, as far as the limits go: each the list of what happened, and whether it is over."""

    files: dict[str, bytes]
    values: set[tuple[str, str]] = field(default_factory=set)
    steps: int = 0
    was_cut: bool = False

    def runs(self) -> Iterator[tuple[list[tuple[str, str]], bool]]:
        self.model = Model.load(self.files)
        instance = Instance.start(self.model, "p", {}, self.environment(MONDAY))
        yield from self.after(instance.progress(), {}, [], 0, MONDAY)

    def environment(self, now) -> Environment:
        return Environment(now, lambda form: None, lambda call: None)

    def after(self, progress, tasks, trace, depth, now):
        tasks = {
            key: value for key, value in tasks.items() if key not in {c.token_id for c in progress.closed}
        }
        tasks |= {task.token_id: task.activity_path for task in progress.opened}
        self.values |= {(task.activity_id, task.variables["v"]) for task in progress.opened}
        trace = [*trace, *((step.activity_path, step.event) for step in progress.history)]
        is_over = progress.state != "active"
        yield trace, is_over
        if is_over:
            return
        if depth >= MOST_DEPTH or self.steps >= MOST_STEPS or progress.incidents:
            self.was_cut = True
            return
        for act, at in self.acts(progress, tasks, now):
            self.steps += 1
            if self.steps > MOST_STEPS:
                self.was_cut = True
                return
            instance = Instance.load(self.model, progress.snapshot, self.environment(at))
            act(instance)
            yield from self.after(instance.progress(), tasks, trace, depth + 1, at)

    def acts(self, progress, tasks, now):
        for token in tasks:
            for answer in ANSWERS:
                yield (lambda one, token=token, answer=answer: one.complete(token, {"a": answer})), now
        if progress.next_due is not None:
            yield (lambda one: one.fire_due()), max(now, progress.next_due)
        for name in progress.awaited:
            yield (lambda one, name=name: one.deliver(name, {})), now


def happened(trace: list[tuple[str, str]], activity: str, event: str) -> int | None:
    """Return when something happened first to an activity."""
    for place, (path, what) in enumerate(trace):
        if what == event and path.rpartition("/")[2] == activity:
            return place
    return None


def breaks_before(trace: list[tuple[str, str]], one: str, other: str) -> bool:
    came, done = happened(trace, one, "entered"), happened(trace, other, "left")
    return came is not None and (done is None or done > came)


def breaks_after(trace: list[tuple[str, str]], one: str, other: str) -> bool:
    left = [place for place, step in enumerate(trace) if step[1] == "left"]
    of = {name: [p for p in left if trace[p][0].rpartition("/")[2] == name] for name in (one, other)}
    return bool(of[one]) and (not of[other] or of[other][-1] < of[one][-1])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawings(), st.data())
def test_what_is_proven_no_run_breaks_and_what_is_broken_some_run_breaks(drawing, data):
    assert [each.code for each in check(drawing.files, topics={}) if each.severity == "error"] == []
    one, other = (data.draw(st.sampled_from(drawing.activities)) for _ in range(2))
    played = Played(drawing.files)

    runs = list(played.runs())
    before = proof(f"before: {one}\nalways: {other}\nin: p", extra=drawing.files)
    after = proof(f"after: {one}\nalways: {other}\nin: p", extra=drawing.files)
    never = proof(f'never: {one}\nwhen: v = "y"', extra=drawing.files)

    broke_before = any(breaks_before(trace, one, other) for trace, _ in runs)
    broke_after = any(is_over and breaks_after(trace, one, other) for trace, is_over in runs)
    assert not (before.state == "holds" and broke_before)
    assert not (after.state == "holds" and one != other and broke_after)
    if not drawing.runs_side_by_side:
        assert not (never.state == "holds" and (one, "y") in played.values)
    are_tasks = one.startswith("user") and other.startswith("user")
    if not played.was_cut and are_tasks and not drawing.may_be_held_up:
        assert before.state != "broken" or not before.is_sure or broke_before
        assert after.state != "broken" or not after.is_sure or one == other or broke_after
