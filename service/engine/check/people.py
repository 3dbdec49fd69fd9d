"""Who may do a task: lanes, groups and relations, four eyes, ways back."""

from __future__ import annotations

from collections.abc import Container as Names

from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import Element
from service.engine.drawing.extensions import split_list
from service.engine.drawing.kinds import PEOPLE
from service.engine.files.nearest import suggestion

EXPRESSIONS = ("=", "$", "#")


def check_people(element: Element, here: Names[str], around: Surroundings, report: Report) -> None:
    """Judge who may do a user task; `here` are the ids of its process."""
    _candidates(element, around, report)
    for name in element.not_by:
        if name != "applicant" and name not in here and not _is_asked_elsewhere(name, around):
            report.error(
                element,
                "unknown-activity",
                "notBy names {name!r}, which is no activity here.{hint}",
                name=name,
                hint=suggestion(name, _tasks(element, around)),
            )
    for name in element.return_targets:
        if name not in here:
            report.error(
                element,
                "unknown-activity",
                "returnTo names {name!r}, which is no activity here.{hint}",
                name=name,
                hint=suggestion(name, _tasks(element, around)),
            )


def _tasks(element: Element, around: Surroundings) -> list[str]:
    """Return the other tasks that people do in the process of an element."""
    every = around.processes[element.process].elements.values()
    return [each.id for each in every if each.kind in PEOPLE and each is not element]


def _is_asked_elsewhere(name: str, around: Surroundings) -> bool:
    """Say whether people do an activity in another drawing: four eyes look at the whole case."""
    found = (process.elements.get(name) for process in around.processes.values())
    return any(element is not None and element.kind in PEOPLE for element in found)


def _candidates(element: Element, around: Surroundings, report: Report) -> None:
    groups = element.extensions.attribute("candidateGroups")
    if groups and not groups.lstrip().startswith(EXPRESSIONS):
        for group in split_list(groups):
            _known_group(group, element, around, report)
    named = [element.extensions.attribute(name) for name in ("assignee", "candidateUsers")]
    if not groups and not any(named):
        _lane(element, around, report)


def _lane(element: Element, around: Surroundings, report: Report) -> None:
    if not element.lane:
        report.error(
            element,
            "nobody",
            "Nobody can do {element!r}: put it into a lane, or name candidate groups.",
            element=element.title,
        )
    elif element.lane in around.lanes:
        report.error(
            element,
            "nobody",
            "The lane {lane!r} is no group: name the candidate groups of {element!r}.",
            lane=element.lane,
            element=element.title,
        )
    else:
        _known_group(element.lane, element, around, report)


def _known_group(group: str, element: Element, around: Surroundings, report: Report) -> None:
    if around.groups is not None and group not in around.groups:
        report.error(
            element,
            "unknown-group",
            "There is no group or relation {group!r}: correct it, or declare it in organisation.yaml.{hint}",
            group=group,
            hint=suggestion(group, around.groups),
        )
