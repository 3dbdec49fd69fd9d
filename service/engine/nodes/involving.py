"""Who else is to know of an activity (R32): whom a drawing informs of it, whom it asks, and until when.

Properties of an activity, evaluated when it begins. Nobody is waited for.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.nodes.base import Node
from service.engine.nodes.naming import names
from service.engine.nodes.timers import to_due
from service.engine.nodes.token_view import TokenView
from service.engine.progress import Involved

INFORMS, CONSULTS, CONSULT_UNTIL = "informs", "consults", "consultUntil"
PROPERTIES = (INFORMS, CONSULTS, CONSULT_UNTIL)
NOTICE = "notice"
"""The property of any element that names the event told once it is passed."""


def has_any(properties: Mapping[str, str]) -> bool:
    """Say whether an activity informs or asks anybody."""
    return bool(properties) and not properties.keys().isdisjoint((INFORMS, CONSULTS))


def of(view: TokenView, node: Node) -> Involved:
    """Return who is to know that this activity has begun. EngineFailure for what names nobody."""
    written = [node.extensions.properties.get(name, "") for name in PROPERTIES]
    informed, consulted, until = view.literal_or_feel(written)
    return Involved(
        token_id=view.token.token_id,
        activity_id=node.element_id,
        activity_path=view.token.activity_path,
        definition=view.token.definition,
        name=node.bpmn_name or node.element_id,
        informed=names(informed, _BAD_NAMES),
        consulted=names(consulted, _BAD_NAMES),
        until=to_due(until, view.now) if until else None,
        variables=view.variables,
    )


_BAD_NAMES = ("bad_groups", "who is informed or consulted are names of groups, not {value}")
