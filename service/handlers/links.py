"""From one process to another: starting it, or telling a running one something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.handlers.ports import Ports, Wait
from service.handlers.topic import Topic, further

CAMPAIGN_ENDED = "campaign_ended"


def start(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Start a process with every further parameter as a variable, under this case's number."""
    key = str(params["process"])
    variables = further(params, START.inputs)
    ports.start_process(key, variables, str(params.get("business_key") or ports.case))
    return {}


def send(params: Mapping[str, Any], ports: Ports) -> Wait:
    """Send every further parameter as a message; fails by its error code when nothing waits for it."""
    payload = further(params, SEND.inputs)
    case = str(params.get("case") or ports.case)
    return ports.send_message(
        str(params["message"]), payload, case, str(params.get("error_code") or CAMPAIGN_ENDED)
    )


START = Topic(
    "process.start",
    start,
    inputs=("process", "business_key"),
    required=("process",),
    kinds={"process": "process"},
    is_open=True,
)
SEND = Topic(
    "message.send",
    send,
    inputs=("message", "case", "error_code"),
    required=("message",),
    kinds={"message": "message"},
    errors=(CAMPAIGN_ENDED,),
    is_open=True,
)
TOPICS = (START, SEND)
