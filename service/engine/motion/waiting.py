"""What each place of a case waits for: people, a time, a message, the system, other tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition

from service.engine.motion import events
from service.engine.progress import ActiveToken
from service.engine.tokens import joins, looking
from service.engine.tokens.tree import ERROR, Root, Token

Kind = Literal["people", "timer", "message", "service", "join", "incident"]


@dataclass(frozen=True)
class Waits:
    """A place that waits. `until` is the time of a timer; `names` the message, or what a join waits for."""

    place: ActiveToken
    kind: Kind
    until: datetime | None = None
    names: tuple[str, ...] = ()


def waits(root: Root) -> list[Waits]:
    """Return what the places of `looking.active` wait for."""
    tokens = {token.token_id: token for token in root.all_live()}
    return [_waits(place, tokens[place.token_id]) for place in looking.active(root)]


def _waits(place: ActiveToken, token: Token) -> Waits:
    if token.state == ERROR:
        return Waits(place, "incident")
    if token.node.waits_for_people:
        return Waits(place, "people")
    if token.memory.is_at_join:
        return Waits(place, "join", names=_missing(token))
    awaited = events.awaited_by(token)
    if isinstance(awaited, (MessageEventDefinition, SignalEventDefinition)):
        return Waits(place, "message", names=(str(awaited.name),))
    if token.memory.due is not None:
        return Waits(place, "timer", token.memory.due)
    return Waits(place, "service")


def _missing(token: Token) -> tuple[str, ...]:
    """Return the activities of other branches that have to be done before the join goes on."""
    here = joins.waiting_by_flow(token)
    missing = {flow for flow in token.node.incoming if flow not in here}
    return tuple(
        dict.fromkeys(
            other.node.bpmn_name or other.node.element_id
            for other in token.tree.live()
            if other.node is not token.node
            and not other.memory.only_listens
            and joins.arriving_flows(token.tree, other.node, token.node) & missing
        )
    )
