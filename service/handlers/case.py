"""The case and its facts: what a follow-up has decided takes effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.handlers.links import CAMPAIGN_ENDED
from service.handlers.ports import Ports, Wait
from service.handlers.topic import Topic, further

FACTS_CHANGED = "facts_changed"


def apply(params: Mapping[str, Any], ports: Ports) -> Wait:
    """Make the facts proposed by the phases of this process, and its answers, hold for the whole case.

    With a message it happens together with its delivery, or not at all: the error `error_code` tells that
    nothing waits for it any more, `facts_changed` that others have changed meanwhile what it rests on.
    """
    message = params.get("message")
    payload = further(params, APPLY.inputs)
    return ports.apply_facts(
        str(message) if message else None, payload, str(params.get("error_code") or CAMPAIGN_ENDED)
    )


APPLY = Topic(
    "case.apply",
    apply,
    inputs=("message", "error_code"),
    kinds={"message": "message"},
    errors=(CAMPAIGN_ENDED, FACTS_CHANGED),
    is_open=True,
    applies=True,
)
TOPICS = (APPLY,)
