"""What the owners mark at the fields of their forms: conclusions, opinions, the text of the plan.

A mark is a property of the field: `role` says what its answer is to the record, `text` that it belongs to
the text of the plan, `material` to which groups a change of it matters, `aspect` what else it touches. A
field inside a list is marked by itself; whether the list belongs to the text is marked at the list. Fields
that are only shown (`readonly`) carry the marks of those they show, and count for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.domain.plan import TextFields
from service.engine.drawing.extensions import split_list
from service.feel.schema import Component, Schema, value_at, walk

ROLE, TEXT, MATERIAL, ASPECT = "role", "text", "material", "aspect"
RECALL = "recall"
"""Which inputs the answer of a field, or those of a group, rest on: while they are as they were, so is it."""
REFERS_TO, CASE, ACTIVITY = "refersTo", "case", "activity"
"""The answer names another case, by its number; asked of start forms."""
TOTAL, SUM = "total", "sum"
"""What stands under a column of rows: the sum of the answers."""
SUGGEST, PEOPLE = "suggest", "people"
"""What is offered while a text is typed: the names of colleagues. Any other text is taken as well."""
CONCLUSION, OPINION = "conclusion", "opinion"
ROLES = frozenset({CONCLUSION, OPINION})
PLAN = "plan"


@dataclass(frozen=True)
class Marked:
    """What a form's answers hold for the record: the keys of its conclusion and its opinion."""

    conclusions: tuple[str, ...] = ()
    opinions: tuple[str, ...] = ()

    def conclusion_of(self, answers: Mapping[str, object]) -> str | None:
        """Return the conclusion among the answers, the first that was given; None without one."""
        return _first(answers, self.conclusions)

    def opinion_of(self, answers: Mapping[str, object]) -> str | None:
        """Return the opinion in words that goes with it; None without one."""
        return _first(answers, self.opinions)


def marked(schema: Schema) -> Marked:
    """Return where a form's answers hold its conclusion and its opinion."""
    fields = [each for each in walk(schema) if each.key and each.rows_of is None and not is_shown(each)]
    return Marked(_with_role(fields, CONCLUSION), _with_role(fields, OPINION))


def text_fields(forms: Mapping[str, Schema]) -> TextFields:
    """Return what the fields of all forms are marked with, each path once."""
    keys: dict[str, tuple[str, ...]] = {}
    material: dict[str, dict[str, None]] = {}
    aspects: dict[str, dict[str, None]] = {}
    for form, schema in forms.items():
        found = list(_text_of(schema))
        if not found:
            continue
        keys[form] = tuple(dict.fromkeys(_top(each).path for each in found))
        for each in found:
            for name in split_list(_property(each, MATERIAL)):
                material.setdefault(name, {})[text_path(each)] = None
            for name in split_list(_property(each, ASPECT)):
                aspects.setdefault(name, {})[text_path(each)] = None
    return TextFields(keys, _tuples(material), _tuples(aspects))


def recalled(schema: Schema) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the paths of the answers that may be given as before, and the inputs each of them rests on."""
    for each in walk(schema):
        marks = [split_list(_property(one, RECALL)) for one in _line(each)]
        rests_on = next((found for found in reversed(marks) if found), ())
        if rests_on and each.key and each.type not in ("group", "expression") and each.rows_of is None:
            yield each.path, rests_on


def is_conclusion(component: Component) -> bool:
    """Say whether a field asks for the conclusion of the whole form."""
    own = component.rows_of is None and not is_shown(component)
    return bool(component.key) and own and _property(component, ROLE) == CONCLUSION


def in_text(component: Component) -> bool:
    """Say whether a field, or the list around it, belongs to the text of the plan."""
    return _property(_top(component), TEXT) == PLAN and not is_shown(component)


def is_shown(component: Component) -> bool:
    """Say whether a field only shows what was answered elsewhere."""
    return any(
        each.raw.get("readonly") is True or each.raw.get("disabled") is True for each in _line(component)
    )


def text_path(component: Component) -> str:
    """Return where a field stands in the text: `idea`, or `phases[].start` for every row's."""
    holder = component.rows_of
    return component.path if holder is None else f"{text_path(holder)}[].{component.path}"


def _text_of(schema: Schema) -> Iterator[Component]:
    return (each for each in walk(schema) if each.key and each.type != "group" and in_text(each))


def _with_role(fields: list[Component], role: str) -> tuple[str, ...]:
    return tuple(each.path for each in fields if _property(each, ROLE) == role)


def _property(component: Component, name: str) -> str:
    found = component.properties.get(name)
    return found if isinstance(found, str) else ""


def _top(component: Component) -> Component:
    """Return the outermost list around a component, which is what the form answers to; else itself."""
    return next((each for each in component.around if each.is_list), component)


def _line(component: Component) -> tuple[Component, ...]:
    return (*component.around, component)


def _tuples(found: Mapping[str, Mapping[str, None]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(paths) for name, paths in found.items()}


def _first(answers: Mapping[str, object], keys: tuple[str, ...]) -> str | None:
    given = (value_at(answers, key) for key in keys)
    return next((value for value in given if isinstance(value, str) and value), None)
