"""Whatever a view may hold can be said as JSON: an answer never fails after what it tells of was done."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from service.runtime.step.views import View
from service.web.api.document import sections
from service.web.api.section import ListOf
from service.wording import Text

SAMPLES: Mapping[Any, Any] = {
    str: Text("{first} and {second}", first=Text("one"), second="{two}"),
    int: 1,
    bool: True,
    float: 1.5,
    bytes: b"",
    datetime: datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    date: date(2026, 3, 2),
    Decimal: Decimal("0.1"),
}
ANYTHING = {
    "money": Decimal("1.50"),
    "text": Text("said"),
    "when": [date(2026, 3, 2), timedelta(days=-1), None],
}


def sample(kind: Any) -> Any:
    """Return some value of a type, as deep as it goes."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in SAMPLES:
        return SAMPLES[kind]
    if origin in (types.UnionType, typing.Union):
        return sample(next(each for each in inner if each is not type(None)))
    if origin in (tuple, list, Sequence, frozenset, set):
        return (sample(inner[0]),)
    if origin in (dict, Mapping):
        return {"key": sample(inner[1])}
    if origin is typing.Literal:
        return inner[0]
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        told = (each.name for each in dataclasses.fields(kind) if each.init)
        hidden = getattr(kind, "hidden", ())
        return kind(**{name: None if name in hidden else sample(hints[name]) for name in told})
    return ANYTHING


def views() -> list[type[View]]:
    answers = {operation.returns for section in sections() for operation in section.operations}
    kinds = {each.entry if isinstance(each, ListOf) else each for each in answers}
    return sorted(
        (each for each in kinds if isinstance(each, type) and issubclass(each, View)),
        key=lambda each: each.__name__,
    )


def test_there_are_views_to_try():
    assert {"MigrationView", "InstanceView", "EvaluationView"} <= {each.__name__ for each in views()}


@pytest.mark.parametrize("view", views(), ids=lambda view: view.__name__)
def test_a_view_can_be_said_whatever_it_holds(view):
    said = json.loads(json.dumps(sample(view).as_json()))

    assert set(said) == {each.name for each in dataclasses.fields(view)} - set(view.hidden)
