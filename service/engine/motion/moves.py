"""Placing and removing tokens from outside: starting, retrying, returning, ending, settling on new drawings.

Whoever moves tokens by hand comes through here (`modifying` for administrators), so that what the tree needs
is checked in one place: activities armed, joins that would wait for ever refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine import nodes
from service.engine.definition import Model
from service.engine.failures import UnknownToken
from service.engine.motion import event_sub_processes, moving
from service.engine.nodes import EventSubProcess, UserTask, reminders
from service.engine.nodes.memory import Memory
from service.engine.nodes.reminders import Since
from service.engine.tokens import joins, redrawn, removing
from service.engine.tokens.running import Running
from service.engine.tokens.tree import ERROR, STARTED, Root, Token
from service.errors import FieldError, InvalidInput
from service.wording import Text


def begin(running: Running, answers: Mapping[str, Any]) -> None:
    """Put the first token on the start event; its output parameters read the start form's answers."""
    root = running.root
    moving.listen(running, root)
    root.place(running.model.start_of(root.spec), Memory(came=answers)).ready()
    moving.drain(running)


def retry(running: Running, token_id: str, variables: Mapping[str, Any]) -> None:
    """Try an incident's element again, with some of its scope's variables corrected."""
    token = running.root.token(token_id)
    if token is None or token.state != ERROR:
        raise UnknownToken(Text("There is no incident at this place any more."))
    token.scope.set(variables)
    running.journal.resolve(token)
    token.ready()
    moving.drain(running)


def return_to(running: Running, token: Token, activity_id: str) -> None:
    """Go back to an activity visited before in this process; what grew out of its branch is cancelled."""
    tree = token.tree
    path = tree.visited.get(activity_id)
    if path is None:
        raise InvalidInput(Text("The activity {activity!r} has not been visited here.", activity=activity_id))
    if not token.memory.path.is_within(path):
        # Its parallel partners have been through the join: alone it would wait there for ever.
        raise InvalidInput(
            Text(
                "{activity!r} lies in a parallel block that is over: return to before it.",
                activity=activity_id,
            )
        )
    before = joins.starving(running.root)
    for other in tree.live():
        if other.memory.path.is_within(path) and not isinstance(other.node, EventSubProcess):
            removing.cancel(other, running.journal)
    tree.place(tree.spec.task_specs[activity_id], Memory(path=path)).ready()
    refuse_starving(running.root, before)
    moving.drain(running)


def end(running: Running) -> None:
    """Take every token away."""
    for token in running.root.live():
        removing.cancel(token, running.journal)
    running.state = "cancelled"


def settle_on_drawing(running: Running, before: Model, since: Mapping[str, Since]) -> None:
    """Arm the events that were not drawn `before`, and describe the open tasks as they are drawn now.

    `since` says by token id when a task opened and when it is due: what it keeps, and reminds from.
    """
    for tree in running.root.trees():
        if not event_sub_processes.has_interrupted(tree):
            was = before.spec(redrawn.key_in(before, tree) or "")
            moving.listen(running, tree, but=was.event_sub_processes if was is not None else ())
    for token in running.root.all_live():
        if token.state != STARTED or not token.is_live:
            continue
        if token.inside is not None:
            running.journal.enter(token)
        moving.arm(running, token, but=_drawn_on(token, before))
        if isinstance(token.node, UserTask):
            described = token.node.enter(running.view(token))
            running.journal.opened[token.token_id] = described.task
            kept = since.get(token.token_id, Since(running.env.now, described.task.due_at))
            _remind_as_drawn(running, token, token.node, redrawn.node_in(before, token), kept)
    moving.drain(running)


def _remind_as_drawn(
    running: Running, token: Token, now: UserTask, was: nodes.Node | None, since: Since
) -> None:
    """Reckon a task's reminders anew where they are drawn otherwise than before.

    Of a kind that was told before, nothing is told again for what is past.
    """
    before = was.extensions.properties if was is not None else {}
    told = {kind for kind, names in reminders.BY_KIND.items() if any(before.get(name) for name in names)}
    if all(before.get(name) == now.extensions.properties.get(name) for name in reminders.PROPERTIES):
        return
    token.memory.reminders = tuple(
        each
        for each in now.reminders(running.view(token), since)
        if each.due > running.env.now or each.kind not in told
    )


def _drawn_on(token: Token, model: Model) -> list[str]:
    """Return the boundary events that a model draws on the activity of a token."""
    node = redrawn.node_in(model, token)
    return node.boundary if node is not None else []


def refuse_starving(root: Root, before: Mapping[str, joins.Starving]) -> None:
    """InvalidInput when a join would wait now for what nothing can send any more, and not `before`."""
    errors = [FieldError(each.activity_path, each.message) for each in joins.newly_starving(root, before)]
    if errors:
        raise InvalidInput(errors[0].message, errors=errors)
