"""What a task's figures come from (`restsOn`): activities that are there, and that can be asked again."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import Element, Process
from service.engine.drawing.extensions import RESTS_ON
from service.engine.drawing.kinds import PEOPLE
from service.engine.files.nearest import suggestion

_FIND_OUT = ("businessRuleTask", "scriptTask")


def check_renewing(process: Process, around: Surroundings, report: Report) -> None:
    """Report what a task cannot rest on."""
    for container in process.body.containers():
        for task in container.elements.values():
            if task.kind not in PEOPLE:
                continue
            for name in task.extensions.listed(RESTS_ON):
                _judge(task, name, container.elements.get(name), around, report)
            _known(task, container.elements, report)


def _judge(task: Element, name: str, named: Element | None, around: Surroundings, report: Report) -> None:
    if named is None:
        return
    if named.extensions.multi_instance is not None or not _only_finds_out(named, around):
        report.error(
            task,
            "rests-on",
            "restsOn: {name!r} does more than find something out, and cannot be asked again. Name rule "
            "tasks, script tasks and service tasks whose topic only reads.",
            name=name,
        )


def _only_finds_out(element: Element, around: Surroundings) -> bool:
    if element.kind in _FIND_OUT:
        return True
    topic = around.topics.get(element.extensions.attribute("topic") or "")
    return element.kind == "serviceTask" and topic is not None and topic.only_reads


def _known(task: Element, beside: Mapping[str, Element], report: Report) -> None:
    for name in task.extensions.listed(RESTS_ON):
        if name not in beside:
            report.error(
                task,
                "rests-on",
                "restsOn: there is no {name!r} beside this task.{hint}",
                name=name,
                hint=suggestion(name, beside),
            )
