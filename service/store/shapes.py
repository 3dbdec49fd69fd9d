"""Tables made of frozen dataclasses: a field is a column, so that a row has one shape wherever it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import sqlalchemy as sa

from service.store.base import Base, Instant, Values


class Names(Values):
    """Several names, kept as a list in text; they come back as a tuple."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return tuple(super().process_result_value(value, dialect) or ())


_TYPES: Mapping[Any, type[sa.types.TypeEngine[Any]]] = {
    str: sa.String,
    int: sa.Integer,
    datetime: Instant,
    tuple[str, ...]: Names,
    Mapping[str, str]: Values,
    Mapping[str, Any]: Values,
    Any: Values,
}


def table_shaped(shape: type, name: str, *parts: sa.schema.SchemaItem, key: str = "id") -> sa.Table:
    """Return the table whose columns are the fields of `shape`, in their order, under their names.

    A field that may be None, and one of any type, may be empty. `Annotated` brings a column's foreign key.
    TypeError for a field of a type that no column has.
    """
    hints = get_type_hints(shape, include_extras=True)
    columns = [_column(each.name, hints[each.name], is_key=each.name == key) for each in fields(shape)]
    return sa.Table(name, Base.metadata, *columns, *parts)


def _column(name: str, hint: Any, *, is_key: bool) -> sa.Column[Any]:
    kind: Any = hint
    extras: list[Any] = []
    if get_origin(kind) is Annotated:
        kind, *extras = get_args(kind)
    is_optional = kind is Any
    if get_origin(kind) is UnionType:
        is_optional = True
        [kind] = [each for each in get_args(kind) if each is not NoneType]
    if kind not in _TYPES:
        raise TypeError(f"{name}: no column holds {kind}")
    return sa.Column(name, _TYPES[kind](), *extras, primary_key=is_key, nullable=is_optional)
