"""Messages between drawings whose names were meant to be one: sent and caught differ by a slip.

Both ends may lie outside: whoever has the right sends by the API, and what nobody awaits is handed out. So a
name that only one side has is a fault where a name of the other side is so near that it was meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from service.engine.check.expressions import is_feel
from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings, Topic
from service.engine.drawing import Element, Process
from service.engine.files.nearest import slipped

_THROWING = frozenset({"intermediateThrowEvent", "endEvent", "sendTask"})
_QUOTED = re.compile(r'"([^"]*)"')


def caught(process: Process) -> Iterator[str]:
    """Yield the names of the messages that a process waits for or is begun by."""
    for element in process.elements.values():
        if element.kind not in _THROWING:
            yield from _named(element)


def check_messages(around: Surroundings, reports: Mapping[str, Report]) -> None:
    """Report messages of all processes that pass by each other, each with the name that was meant.

    What a service task sends and no drawing catches is an error of its parameter: see `names`.
    """
    awaited = {name for each in around.processes.values() for name in caught(each)}
    sent = {name for each in around.processes.values() for name in _sent(each, around.topics)}
    for process in around.processes.values():
        for element in process.elements.values():
            for name in _named(element):
                _judge(element, name, awaited, sent, reports[process.file])


def _judge(
    element: Element, name: str, awaited: Collection[str], sent: Collection[str], report: Report
) -> None:
    if element.kind in _THROWING and name not in awaited:
        _not_caught(element, name, slipped(name, awaited), report)
    elif element.kind not in _THROWING and name not in sent:
        # Where nothing catches the near one either, that has been said at its sender.
        _not_sent(element, name, slipped(name, set(sent).intersection(awaited)), report)


def _not_caught(element: Element, name: str, near: str, report: Report) -> None:
    if near:
        report.warning(
            element,
            "message-not-caught",
            "{element!r} sends the message {name!r}, which no drawing catches. Did you mean {near!r}?",
            element=element.title,
            name=name,
            near=near,
        )


def _not_sent(element: Element, name: str, near: str, report: Report) -> None:
    if near:
        report.warning(
            element,
            "message-not-sent",
            "{element!r} waits for the message {name!r}, which no drawing sends. Did you mean {near!r}?",
            element=element.title,
            name=name,
            near=near,
        )


def _named(element: Element) -> Iterator[str]:
    yield from (event.message for event in element.events if event.message)
    if element.message is not None and element.message.name:
        yield element.message.name


def _sent(process: Process, topics: Mapping[str, Topic]) -> Iterator[str]:
    """Yield the names of the messages a process throws, or has a service task send."""
    for element in process.elements.values():
        if element.kind in _THROWING:
            yield from _named(element)
        topic = topics.get(element.extensions.attribute("topic") or "")
        for name, written in element.extensions.inputs if topic is not None else ():
            if topic is not None and topic.kinds.get(name) == "message":
                yield from _QUOTED.findall(written) if is_feel(written) else (written.strip(),)
