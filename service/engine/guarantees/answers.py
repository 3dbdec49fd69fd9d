"""Which answers a form leaves to choose from, where it leaves few."""

from __future__ import annotations

from service.engine.decisions.cells import Literal
from service.engine.guarantees.values import FALSE, NULL, TRUE, Value
from service.feel.schema import Component, Schema, components

_CHOICES = frozenset({"radio", "select"})


def choices(form: Schema, name: str) -> tuple[Value, ...]:
    """Return what a field may be answered with; nothing where it may be anything."""
    found = [each for each in components(form) if each.path == name and each.rows_of is None]
    return _of(found[0]) if len(found) == 1 else ()


def _of(field: Component) -> tuple[Value, ...]:
    if field.type == "checkbox":
        return TRUE, FALSE, NULL
    written = field.raw.get("values")
    if field.type not in _CHOICES or not isinstance(written, list):
        return ()
    values = [each.get("value") if isinstance(each, dict) else None for each in written]
    if not values or not all(isinstance(value, str) for value in values):
        return ()
    answers = tuple(Literal("string", value) for value in values)
    return answers if _is_demanded(field) else (*answers, NULL)


def _is_demanded(field: Component) -> bool:
    rules = field.raw.get("validate")
    may_hide = any("conditional" in each.raw for each in (field, *field.around))
    return isinstance(rules, dict) and rules.get("required") is True and not may_hide
