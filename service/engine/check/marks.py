"""What the fields of forms are marked with: known marks, declared groups, aspects and conclusions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from service.engine.drawing import Process
from service.engine.drawing.extensions import split_list
from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.engine.forms.marks import (
    ACTIVITY,
    ASPECT,
    CASE,
    CONCLUSION,
    MATERIAL,
    PEOPLE,
    PLAN,
    REFERS_TO,
    ROLE,
    ROLES,
    SUGGEST,
    SUM,
    TEXT,
    TOTAL,
    in_text,
    is_shown,
)
from service.engine.organisation import FILE, Organisation
from service.feel.schema import Component, Schema, components
from service.wording import Text

Wrong = tuple[str, Text]
"""A code and what is said about it."""


def check_marks(
    schemas: Mapping[str, Schema], organisation: Organisation, processes: Mapping[str, Process]
) -> Iterator[Finding]:
    """Yield what is wrong with the marks of the forms of a manifest, given by name of their file."""
    every = ((process.key, each) for process in processes.values() for each in process.elements.values())
    drawn = {f"{key}/{each.id}" for key, each in every if each.kind == "userTask"}
    for file, schema in schemas.items():
        for component in components(schema):
            for code, text in (*_wrong(component, organisation), *_activities(component, drawn)):
                place = str(component.raw.get("id") or component.name)
                yield Finding(file, 0, place, "error", code, text)


def _wrong(component: Component, organisation: Organisation) -> Iterator[Wrong]:
    marks = component.properties
    yield from _word(ROLE, marks.get(ROLE), ROLES)
    yield from _word(TEXT, marks.get(TEXT), {PLAN})
    yield from _word(REFERS_TO, marks.get(REFERS_TO), {CASE, ACTIVITY})
    yield from _word(TOTAL, marks.get(TOTAL), {SUM})
    yield from _word(SUGGEST, marks.get(SUGGEST), {PEOPLE})
    for group in _named(marks.get(MATERIAL)):
        if group not in organisation.groups:
            yield "unknown-group", _undeclared(MATERIAL, group, organisation.groups)
    for aspect in _named(marks.get(ASPECT)):
        if aspect not in organisation.aspects:
            yield "unknown-word", _undeclared(ASPECT, aspect, organisation.aspects)
    if (MATERIAL in marks or ASPECT in marks) and not in_text(component) and not is_shown(component):
        text = Text(
            "A change of {key!r} touches nobody: the field, or the list around it, is not marked as text of "
            "the plan. Give it the property text = plan.",
            key=component.key,
        )
        yield "mark-without-text", text
    if marks.get(ROLE) == CONCLUSION:
        yield from _conclusions(component, organisation)


def _word(name: str, value: object, known: frozenset[str] | set[str]) -> Iterator[Wrong]:
    if value is not None and not (isinstance(value, str) and value in known):
        hint = suggestion(str(value), known)
        text = Text("The property {name!r} is never {value!r}.{hint}", name=name, value=str(value), hint=hint)
        yield "unknown-word", text


def _conclusions(component: Component, organisation: Organisation) -> Iterator[Wrong]:
    options = component.raw.get("values")
    if not isinstance(options, list) or not options:
        yield "conclusion-choice", Text("A conclusion is chosen: list its values, so that each has its tone.")
        return
    offered = (option.get("value") for option in options if isinstance(option, Mapping))
    for conclusion in offered:
        if not isinstance(conclusion, str) or conclusion not in organisation.conclusions:
            text = Text(
                "The conclusion {conclusion!r} has no tone: add it to {file}, conclusions, as good, warn or "
                "bad.{hint}",
                conclusion=str(conclusion),
                file=FILE,
                hint=suggestion(str(conclusion), organisation.conclusions),
            )
            yield "conclusion-without-tone", text


def _activities(component: Component, drawn: Set[str]) -> Iterator[Wrong]:
    if component.properties.get(REFERS_TO) != ACTIVITY:
        return
    options = component.raw.get("values")
    for option in options if isinstance(options, list) else ():
        value = str(option.get("value")) if isinstance(option, Mapping) else ""
        if value not in drawn:
            text = Text(
                "There is no task {name!r}, written as process/activity.{hint}",
                name=value,
                hint=suggestion(value, drawn),
            )
            yield "unknown-activity", text


def _named(value: object) -> tuple[str, ...]:
    return split_list(value) if isinstance(value, str) else ()


def _undeclared(mark: str, name: str, known: Mapping[str, str] | tuple[str, ...]) -> Text:
    return Text(
        "The property {mark!r} names {name!r}, which {file} does not declare.{hint}",
        mark=mark,
        name=name,
        file=FILE,
        hint=suggestion(name, known),
    )
