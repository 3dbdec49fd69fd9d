"""Service tasks: one function per topic, and HANDLERS, the table the drawings are checked against.

A handler reads through its ports, calculates with `domain`, and returns variables. To add one: write the
function, describe it as a `Topic` in the same module, and list it in that module's TOPICS.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from service.handlers import campaign, case, improvements, links, measure, notices, plan, v0_1
from service.handlers.ports import Ports, Wait
from service.handlers.topic import Topic

MODULES = (notices, links, case, plan, campaign, measure, improvements, v0_1)
HANDLERS: Mapping[str, Topic] = MappingProxyType(
    {topic.name: topic for module in MODULES for topic in module.TOPICS}
)

__all__ = ["HANDLERS", "Ports", "Topic", "Wait"]
