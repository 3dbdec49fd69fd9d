"""Moving a running case onto another manifest: what would happen, why not, and doing it.

A case rests as tokens on elements. It can move when every token finds the same element, of the same kind
and reached by the same flow, in the new drawings, be it inside a sub-process drawn around it since. Answers,
drafts, due dates and timers stay as they are. Nothing is guessed: a token that would be lost stops the move.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from service.engine import nodes
from service.engine.definition import Model
from service.engine.instance import Instance
from service.engine.motion.event_sub_processes import has_interrupted
from service.engine.nodes import reminders
from service.engine.nodes.reminders import Since
from service.engine.progress import Environment, Stand
from service.engine.tokens import joins, redrawn, snapshot, v0_1
from service.engine.tokens.tree import STARTED, Root, Token, TokenTree
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


def plan(blob: bytes, old: Model, new: Model) -> Plan:
    """Return what moving a stored case from one manifest to another would do, without doing it."""
    root = snapshot.decode(blob, old).root
    obstacles = tuple(_obstacles(root, old, new))
    if obstacles:
        return Plan(obstacles, ())
    moved = snapshot.decode(_moved(blob, old, new), new).root
    obstacles = tuple(_starving(root, moved))
    return Plan(obstacles, () if obstacles else (*_notes(root, new), *_events_added(moved, old)))


def stand(blob: bytes, old: Model, new: Model, env: Environment) -> Stand:
    """Return how the case would stand on another manifest; its plan must have no obstacles."""
    return Instance.load(new, _moved(blob, old, new), env).stand()


def migrate(
    blob: bytes,
    old: Model,
    new: Model,
    env: Environment,
    *,
    since: Mapping[str, Since] = MappingProxyType({}),
) -> Instance:
    """Return the case on the new manifest; its open tasks are described anew in `progress().opened`.

    `since`: by token id when an open task opened and when it is due; its reminders are reckoned from that.
    EngineFailure when the plan has obstacles and the snapshot does not fit.
    """
    instance = Instance.load(new, _moved(blob, old, new), env)
    instance.settle_on_drawing(old, since)
    return instance


def _moved(blob: bytes, old: Model, new: Model) -> bytes:
    """Return the snapshot without the armed events that are no longer drawn, inside what is drawn around."""
    rest = snapshot.decode(blob, old)
    for token in rest.root.all_live():
        if _vanishes(token, redrawn.node_in(new, token)):
            token.leave_tree()
    stored = snapshot.unpack(snapshot.encode(rest.definition, rest.state, rest.seq, rest.root))
    redrawn.surround(stored, new)
    moved = snapshot.pack(stored)
    if new.organisation.is_first_release or not old.organisation.is_first_release:
        return moved
    there = snapshot.decode(moved, new)
    v0_1.set_new_variables(there.root)
    v0_1.pass_new_branches(there.root, joins.starving(snapshot.decode(blob, old).root))
    return snapshot.encode(there.definition, there.state, there.seq, there.root)


def _starving(before: Root, after: Root) -> Iterator[Obstacle]:
    """Yield the joins that the new drawing gives a branch the case cannot come by any more."""
    for each in joins.newly_starving(after, joins.starving(before)):
        yield Obstacle(each.activity_path, "join-starves", each.message)


def _vanishes(token: Token, target: nodes.Node | None) -> bool:
    """An armed event that is no longer drawn simply goes; nobody waits at it."""
    return token.memory.only_listens and token.state == STARTED and target is None


def _obstacles(root: Root, old: Model, new: Model) -> Iterator[Obstacle]:
    for tree in root.trees():
        if redrawn.key_in(new, tree) is None:
            path = _path(tree)
            yield Obstacle(
                path,
                "process-gone",
                Text("the process {key!r} is not in the new manifest", key=tree.key),
            )
            continue
        for token in tree.live():
            found = _obstacle(token, redrawn.node_in(new, token), redrawn.newly_around(token, old, new))
            if found is not None:
                yield Obstacle(token.activity_path, *found)


def _path(tree: TokenTree) -> str:
    return tree.host.activity_path if tree.host is not None else ""


def _obstacle(
    token: Token, target: nodes.Node | None, around: Sequence[str] | None
) -> tuple[str, Text] | None:
    if _vanishes(token, target):
        return None
    name = token.node.element_id
    if target is None:
        return "element-gone", Text(
            "{name!r} is not in the new drawing, or is no longer multi-instance as before", name=name
        )
    if type(target) is not type(token.node) or target.kind != token.node.kind:
        return "kind-changed", Text(
            "{name!r} is now a {now}, it was a {before}",
            name=name,
            now=target.kind,
            before=token.node.kind,
        )
    if around is None:
        return "element-moved", Text("{name!r} stands in another sub-process in the new drawing", name=name)
    if token.memory.is_at_join and token.memory.flow not in target.incoming:
        return "flow-gone", Text("a token waits at the join {name!r} on a flow that is gone", name=name)
    was = token.node
    if (
        isinstance(target, nodes.CallActivity)
        and isinstance(was, nodes.CallActivity)
        and target.spec != was.spec
    ):
        return "call-changed", Text(
            "{name!r} now calls {now!r} while {before!r} is running",
            name=name,
            now=target.spec,
            before=was.spec,
        )
    if isinstance(target, nodes.MultiInstance) and isinstance(was, nodes.MultiInstance):
        return _loop_obstacle(name, was, target)
    return None


def _loop_obstacle(name: str, was: nodes.MultiInstance, now: nodes.MultiInstance) -> tuple[str, Text] | None:
    if was.drawn.sequential != now.drawn.sequential:
        return "loop-changed", Text(
            "{name!r} has changed between parallel and sequential while it is running", name=name
        )
    return None


def _notes(root: Root, new: Model) -> Iterator[Note]:
    for token in root.all_live():
        target, path = redrawn.node_in(new, token), token.activity_path
        if target is None:
            yield Note(path, "event-gone", Text("this event is no longer drawn and will not happen any more"))
            continue
        for name in target.boundary:
            if token.state == STARTED and name not in token.node.boundary:
                yield _added(path, name)
        yield from _differences(token, target, path)


def _events_added(moved: Root, old: Model) -> Iterator[Note]:
    """Yield the event sub-processes that listen once a case is moved, and did not before."""
    for tree in moved.trees():
        if has_interrupted(tree):
            continue
        was = old.spec(redrawn.key_in(old, tree) or "")
        for name in tree.spec.event_sub_processes:
            if was is None or name not in was.event_sub_processes:
                yield _added(_path(tree), name)


def _added(path: str, name: str) -> Note:
    return Note(
        path, "event-added", Text("the event {name!r} will be armed from the moment of the move", name=name)
    )


def _differences(token: Token, target: nodes.Node, path: str) -> Iterator[Note]:
    was, now = token.node, target
    if token.memory.due is not None and _timer_text(was) != _timer_text(now):
        yield Note(path, "due-kept", Text("the timer has changed; the due date already set stays"))
    if was.waits_for_people and token.state == STARTED:
        yield from _task_differences(was, now, path)


def _task_differences(was: nodes.Node, now: nodes.Node, path: str) -> Iterator[Note]:
    for name, meaning in (
        ("formRef", Text("the open task gets another form")),
        ("candidateGroups", Text("the open task gets other candidates")),
        ("candidateUsers", Text("the open task gets other candidates")),
    ):
        if was.extensions.attribute(name) != now.extensions.attribute(name):
            yield Note(path, "task-changed", meaning)
    if _reminds_otherwise(was, now):
        yield Note(
            path,
            "reminders-changed",
            Text("from now on people are reminded of the open task as the new drawing says"),
        )
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


def _reminds_otherwise(was: nodes.Node, now: nodes.Node) -> bool:
    before, after = was.extensions.properties, now.extensions.properties
    return any(before.get(name) != after.get(name) for name in reminders.PROPERTIES)


def _timer_text(spec: nodes.Node) -> Any:
    return getattr(getattr(spec, "event_definition", None), "text", None)
