"""What an open task shows, as it is now: the activities its figures come from are asked again.

The drawing names them in the task's property `restsOn`: automatic activities of the same process that only
find something out. What they answer replaces what they answered when the token went through them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.engine.drawing.extensions import RESTS_ON
from service.engine.failures import EngineFailure
from service.engine.nodes.activities import ServiceTask, UserTask
from service.engine.nodes.base import Node
from service.engine.nodes.memory import Memory
from service.engine.nodes.results import CallsHandler, GoesOn
from service.engine.nodes.scope import Scope
from service.engine.progress import OpenTask
from service.engine.tokens.running import Running
from service.engine.tokens.tree import Token
from service.errors import BpmnError


@dataclass
class _Asked:
    """An activity that is asked on behalf of a task: as a token of its own would stand at it."""

    token_id: str
    activity_path: str
    definition: str
    scope: Scope
    came: Mapping[str, Any] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    element_value: Any = None


def task_now(running: Running, token: Token) -> OpenTask:
    """Return a task that waits as it would open now: what it shows, and for whom it is drawn. What cannot be
    found out is raised.

    Variables and facts that follow from asking are set, as they were when the token came by.
    """
    for name in token.node.extensions.listed(RESTS_ON):
        _ask(running, token, token.tree.spec.task_specs[name])
    assert isinstance(token.node, UserTask), "people are asked at tasks of people"
    return token.node.now(running.view(token))


def _ask(running: Running, token: Token, node: Node) -> None:
    around = token.activity_path.rpartition("/")[0]
    path = f"{around}/{node.element_id}" if around else node.element_id
    asked = _Asked(token.token_id, path, token.definition, token.tree.scope)
    try:
        going = _answered(running, node, asked)
    except BpmnError:
        # The drawing's own way of saying that there is nothing to know: what was known stands.
        return
    for name, value in going.facts.items():
        if running.facts.write(name, value):
            running.journal.give(token, name, value)
    for each in going.asked:
        running.journal.ask(token, each)
    token.tree.scope.set(going.variables)


def _answered(running: Running, node: Node, asked: _Asked) -> GoesOn:
    result = node.enter(running.view(asked))
    if isinstance(result, CallsHandler) and isinstance(node, ServiceTask):
        outcome = running.env.call_handler(result.call)
        if not outcome.wait:
            came = _Asked(asked.token_id, asked.activity_path, asked.definition, asked.scope, outcome.outputs)
            return node.leave(running.view(came))
    if isinstance(result, GoesOn):
        return result
    raise EngineFailure(
        "cannot_ask_again", "{activity} does more than find something out", activity=node.element_id
    )
