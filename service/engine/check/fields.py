"""Fields that nobody can answer, or whose choices mean two things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from service.engine.files.findings import Finding
from service.feel.schema import Component, Schema, components
from service.wording import Text

Wrong = tuple[str, Text]
"""A code and what is said about it."""

LIMITS = (("min", "max"), ("minLength", "maxLength"))


def check_fields(schemas: Mapping[str, Schema]) -> Iterator[Finding]:
    """Yield what is wrong with single fields of the forms of a manifest, given by name of their file."""
    for file, schema in schemas.items():
        for component in components(schema):
            for code, text in (*_limits(component), *_choices(component)):
                place = str(component.raw.get("id") or component.name)
                yield Finding(file, 0, place, "error", code, text)


def _limits(component: Component) -> Iterator[Wrong]:
    validate = component.raw.get("validate")
    if not isinstance(validate, Mapping):
        return
    for low, high in LIMITS:
        least, most = _number(validate.get(low)), _number(validate.get(high))
        if least is not None and most is not None and least > most:
            text = Text(
                "Nothing satisfies {label!r}: {low} {least} lies above {high} {most}.",
                label=component.label or component.name,
                low=low,
                least=str(validate[low]),
                high=high,
                most=str(validate[high]),
            )
            yield "field-limits", text


def _choices(component: Component) -> Iterator[Wrong]:
    options = component.raw.get("values")
    if not isinstance(options, list):
        return
    offered = [option for option in options if isinstance(option, Mapping)]
    for name, what in (("value", Text("value")), ("label", Text("label"))):
        shown = Counter(str(option.get(name)) for option in offered if option.get(name) not in (None, ""))
        for word, times in shown.items():
            if times > 1:
                text = Text(
                    "Two choices of {label!r} have the {what} {word!r}: nobody could tell them apart.",
                    label=component.label or component.name,
                    what=what,
                    word=word,
                )
                yield "field-choices", text
    values = {str(value) for value in _values(offered)}
    for option in offered:
        word, value = str(option.get("label")), str(option.get("value"))
        if word != value and word in values:
            text = Text(
                "The choice {word!r} of {label!r} answers {value!r}, and another choice answers {word!r}: "
                "whoever chooses the one would answer the other.",
                word=word,
                label=component.label or component.name,
                value=value,
            )
            yield "field-choices", text
    for value in _values(offered):
        if isinstance(value, Mapping | list):
            text = Text(
                "The choice {value!r} of {label!r} is no single value: give it a text.",
                value=str(value),
                label=component.label or component.name,
            )
            yield "field-choices", text
    default = component.raw.get("defaultValue")
    if default is not None and not isinstance(default, list) and default not in _values(offered):
        text = Text(
            "The default {default!r} of {label!r} is none of its choices.",
            default=str(default),
            label=component.label or component.name,
        )
        yield "field-choices", text


def _values(options: list[Mapping[str, Any]]) -> list[Any]:
    return [option.get("value") for option in options]


def _number(written: object) -> Decimal | None:
    """Return a limit as a number; None for what is computed (FEEL) or missing."""
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        return None
    text = str(written).strip()
    return Decimal(text) if text.removeprefix("-").replace(".", "", 1).isdecimal() else None
