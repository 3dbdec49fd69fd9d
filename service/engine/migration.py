"""Moving a running case onto another manifest: what would happen, why not, and doing it.

A case rests as tokens on elements. It can move when every token finds the same element, of the same kind
and reached by the same flow, in the new drawings. Answers, drafts, due dates and timers stay as they are.
Nothing is guessed: a token that would be lost stops the move.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.engine import nodes, snapshot
from service.engine.definition import Model
from service.engine.events import attached
from service.engine.instance import Instance
from service.engine.progress import Environment
from service.engine.run import Run
from service.engine.tokens import STARTED, Branch, Token
from service.wording import Text


@dataclass(frozen=True)
class Obstacle:
    """Why a case cannot move: the token at `activity_path` would be lost or wait for ever."""

    activity_path: str
    code: str
    message: str


@dataclass(frozen=True)
class Note:
    """What will be different after the move at `activity_path`."""

    activity_path: str
    code: str
    message: str


@dataclass(frozen=True)
class Plan:
    """What moving one case would do."""

    obstacles: tuple[Obstacle, ...]
    notes: tuple[Note, ...]

    @property
    def is_possible(self) -> bool:
        return not self.obstacles


def plan(blob: bytes, old: Model, new: Model, env: Environment) -> Plan:
    """Return what moving a stored case from one manifest to another would do, without doing it."""
    run = _load(blob, old, env)
    obstacles = tuple(_obstacles(run, new))
    notes = () if obstacles else tuple(_notes(run, new))
    return Plan(obstacles, notes)


def migrate(blob: bytes, old: Model, new: Model, env: Environment) -> Instance:
    """Return the case on the new manifest; its open tasks are described anew in `progress().opened`.

    EngineFailure when the plan has obstacles and the snapshot does not fit.
    """
    before = _load(blob, old, env)
    gone = [token.token_id for token in before.root.all_live() if _vanishes(token, _spec_in(new, token))]
    instance = Instance.load(new, _without(blob, gone), env)
    run = instance._run
    for token in run.root.all_live():
        if token.state != STARTED:
            continue
        for name in token.task_spec.boundary:
            run.arm_boundary(token, name)
        if token.task_spec.waits_for_people:
            run.open_task(token)
    run.drain()
    return instance


def _load(blob: bytes, model: Model, env: Environment) -> Run:
    return Instance.load(model, blob, env)._run


def _without(blob: bytes, token_ids: list[str]) -> bytes:
    return snapshot.drop_tokens(blob, set(token_ids)) if token_ids else blob


def _spec_in(model: Model, token: Token) -> Any | None:
    tree = model.spec(token.workflow.spec.key)
    return tree.task_specs.get(token.task_spec.name) if tree is not None else None


def _vanishes(token: Token, target: Any | None) -> bool:
    """An armed boundary event that is no longer drawn simply goes; nobody waits at it."""
    return isinstance(token.task_spec, nodes.BoundaryEvent) and token.state == STARTED and target is None


def _obstacles(run: Run, new: Model) -> Iterator[Obstacle]:
    for tree in run.root.trees():
        if new.spec(tree.spec.key) is None:
            path = run.path_of(tree.parent_token) if isinstance(tree, Branch) else ""
            yield Obstacle(
                path,
                "process-gone",
                Text("the process {key!r} is not in the new manifest", key=tree.spec.key),
            )
            continue
        for token in tree.live():
            found = _obstacle(token, _spec_in(new, token))
            if found is not None:
                yield Obstacle(run.path_of(token), *found)


def _obstacle(token: Token, target: Any | None) -> tuple[str, Text] | None:
    if _vanishes(token, target):
        return None
    name = token.task_spec.element_id
    if target is None:
        return "element-gone", Text(
            "{name!r} is not in the new drawing, or is no longer multi-instance as before", name=name
        )
    if type(target) is not type(token.task_spec) or target.kind != token.task_spec.kind:
        return "kind-changed", Text(
            "{name!r} is now a {now}, it was a {before}",
            name=name,
            now=target.kind,
            before=token.task_spec.kind,
        )
    if token.memory.get("arrived") and token.memory.get("flow") not in target.incoming:
        return "flow-gone", Text("a token waits at the join {name!r} on a flow that is gone", name=name)
    if isinstance(target, nodes.SubProcess) and target.spec != token.task_spec.spec:
        return "call-changed", Text(
            "{name!r} now calls {now!r} while {before!r} is running",
            name=name,
            now=target.spec,
            before=token.task_spec.spec,
        )
    if isinstance(target, nodes.MultiInstance):
        return _loop_obstacle(name, token, target)
    return None


def _loop_obstacle(name: str, token: Token, target: nodes.MultiInstance) -> tuple[str, Text] | None:
    was, now = token.task_spec.extensions.multi_instance, target.extensions.multi_instance
    if was.sequential != now.sequential:
        return "loop-changed", Text(
            "{name!r} has changed between parallel and sequential while it is running", name=name
        )
    return None


def _notes(run: Run, new: Model) -> Iterator[Note]:
    for token in run.root.all_live():
        target, path = _spec_in(new, token), run.path_of(token)
        if _vanishes(token, target):
            yield Note(path, "event-gone", Text("this event is no longer drawn and will not happen any more"))
            continue
        armed = {each.task_spec.name for each in attached(token)}
        for name in target.boundary:
            if token.state == STARTED and name not in armed:
                yield Note(
                    path,
                    "event-added",
                    Text("the event {name!r} will be armed from the moment of the move", name=name),
                )
        yield from _differences(token, target, path)


def _differences(token: Token, target: nodes.Node, path: str) -> Iterator[Note]:
    was, now = token.task_spec, target
    if token.memory.get("due") is not None and _timer_text(was) != _timer_text(now):
        yield Note(path, "due-kept", Text("the timer has changed; the due date already set stays"))
    if was.waits_for_people and token.state == STARTED:
        yield from _task_differences(was, now, path)


def _task_differences(was: nodes.Node, now: nodes.Node, path: str) -> Iterator[Note]:
    for name, meaning in (
        ("formRef", Text("the open task gets another form")),
        ("candidateGroups", Text("the open task gets other candidates")),
    ):
        if was.extensions.attribute(name) != now.extensions.attribute(name):
            yield Note(path, "task-changed", meaning)
    if was.lane != now.lane:
        yield Note(
            path,
            "task-changed",
            Text(
                "the open task moves from the lane {before} to {now}",
                before=repr(was.lane),
                now=repr(now.lane),
            ),
        )


def _timer_text(spec: nodes.Node) -> Any:
    return getattr(getattr(spec, "event_definition", None), "text", None)
