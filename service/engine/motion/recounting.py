"""Workdays counted anew: when what waits falls due, by another calendar than it was reckoned with.

Everything is reckoned from the moment it began to wait, as it was then. What people were told already is not
told again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from service.engine.nodes import UserTask
from service.engine.nodes.evaluation import Evaluation
from service.engine.nodes.events import awaiting
from service.engine.nodes.memory import Reminder
from service.engine.nodes.reminders import Since
from service.engine.nodes.results import WaitsForTime
from service.engine.nodes.timers import TimerDefinition
from service.engine.nodes.token_view import TokenView
from service.engine.tokens.running import Running
from service.engine.tokens.tree import STARTED, Token


@dataclass(frozen=True)
class Moved:
    """What waits at a token falls due at another moment than before."""

    token_id: str
    before: datetime | None
    after: datetime | None
    is_task: bool


def recount(
    running: Running, began: Mapping[str, datetime], dues: Mapping[str, datetime | None]
) -> list[Moved]:
    """Reckon due dates, reminders and timers anew; return what moved.

    `began` says by token id since when something waits there, `dues` of open tasks when they are due.
    """
    found: list[Moved] = []
    for token in list(running.root.all_live()):
        since = began.get(_began_with(token))
        if token.state != STARTED or not token.is_live or since is None:
            continue
        if isinstance(token.node, UserTask) and token.token_id in dues:
            found += _of_task(running, token, token.node, since, dues[token.token_id])
        else:
            found += _of_timer(running, token, since)
    return found


def _began_with(token: Token) -> str:
    """Return the token whose arrival began the wait: an event at an activity waits as long as that does."""
    if token.memory.host:
        return token.memory.host
    host = token.tree.host
    if token.memory.is_armed:
        return host.token_id if host is not None else ""
    return token.token_id


def _of_task(
    running: Running, token: Token, node: UserTask, since: datetime, before: datetime | None
) -> Iterator[Moved]:
    view = _as_of(running, token, since)
    due = node.due(view)
    reminders = node.reminders(view, Since(since, due))
    if due == before and not _differ(token.memory.reminders, reminders):
        return
    token.memory.reminders = _still_to_tell(token.memory.reminders, reminders)
    yield Moved(token.token_id, before, due, is_task=True)


def _differ(pending: tuple[Reminder, ...], reckoned: tuple[Reminder, ...]) -> bool:
    """Say whether what is still to be told is told at other moments; what repeats goes on as it does."""
    known = {each.due for each in reckoned}
    return any(each.due not in known for each in pending if each.every is None)


def _still_to_tell(pending: tuple[Reminder, ...], reckoned: tuple[Reminder, ...]) -> tuple[Reminder, ...]:
    """Return as many of each kind as were left to tell, the last ones."""
    kept: list[Reminder] = []
    for kind in {each.kind for each in reckoned}:
        left = sum(each.kind == kind for each in pending)
        kept += [each for each in reckoned if each.kind == kind][-left:] if left else []
    return tuple(sorted(kept, key=lambda each: each.due))


def _of_timer(running: Running, token: Token, since: datetime) -> Iterator[Moved]:
    definition, memory = getattr(token.node, "event_definition", None), token.memory
    # A cycle goes on from its last turn, and so does what was drawn without any reckoning.
    if memory.due is None or memory.cycle is not None or not isinstance(definition, TimerDefinition):
        return
    if not definition.is_expression:
        return
    result = awaiting(definition, _as_of(running, token, since))
    if isinstance(result, WaitsForTime) and result.due != memory.due:
        yield Moved(token.token_id, memory.due, result.due, is_task=False)
        memory.due = result.due


def _as_of(running: Running, token: Token, moment: datetime) -> TokenView:
    """Return what a token's element sees, at the moment it began to wait."""
    view = running.view(token)
    return replace(view, evaluation=Evaluation(replace(running.env, now=moment), running.model.case))
