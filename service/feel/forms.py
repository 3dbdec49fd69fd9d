"""Forms on the server: answers checked and recomputed, schemas inspected before they are deployed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from service.errors import FeelLimit, FieldError
from service.feel import messages
from service.feel.isolate import SHARED
from service.feel.per_schema import PerSchema
from service.feel.schema import Schema
from service.wording import Gettext, translated

INSPECT_SECONDS = 5.0


@dataclass(frozen=True)
class FormError(FieldError):
    """A refused answer with what its sentence was made of, so that it can be said in another language."""

    code: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict, compare=False)

    def localized(self, gettext: Gettext) -> FieldError:
        """Return the same error with its sentence translated."""
        if messages.is_own(self.code, self.params):
            return self
        return FieldError(self.path, translated(self.message, gettext))


@dataclass(frozen=True)
class FormResult:
    """The answers as they count, and what is wrong with them. `warnings` never block.

    A path is dotted, rows counted from 0: `lines.2.unit_price`.
    """

    data: dict[str, Any]
    errors: tuple[FormError, ...] = ()
    warnings: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class SchemaProblem:
    """Something wrong with a form: `field` is the component's id, `severity` error or warning."""

    code: str
    severity: Literal["error", "warning"]
    field: str
    message: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict, compare=False)


def result_of(answer: Mapping[str, Any]) -> FormResult:
    """Return the isolate's answer to a form request as a FormResult."""
    return FormResult(answer["data"], _errors(answer["errors"]), _errors(answer["warnings"]))


def _errors(found: list[dict[str, Any]]) -> tuple[FormError, ...]:
    return tuple(
        FormError(
            each["path"],
            messages.render(each["code"], each["params"]),
            each["code"],
            each["params"],
        )
        for each in found
    )


def check_schema(schema: Schema) -> tuple[SchemaProblem, ...]:
    """Return everything wrong with a form: keys, types, forbidden components, rules that do not parse."""
    return _PROBLEMS.of(schema)


def check_schemas(schemas: Sequence[Schema]) -> list[tuple[SchemaProblem, ...]]:
    """Return what is wrong with each of the forms; those not known yet cross into the isolate together."""
    unknown = [schema for schema in schemas if not _PROBLEMS.knows(schema)]
    if len(unknown) > 1:
        for schema, found in zip(unknown, _inspect_all(unknown), strict=True):
            _PROBLEMS.keep(schema, found)
    return [_PROBLEMS.of(schema) for schema in schemas]


def _inspect(schema: Schema) -> tuple[SchemaProblem, ...]:
    try:
        return _inspected([schema])[0]
    except FeelLimit:
        return (_unreadable("it takes too long"),)


def _inspect_all(schemas: Sequence[Schema]) -> list[tuple[SchemaProblem, ...]]:
    try:
        return _inspected(schemas)
    except FeelLimit:
        return [_inspect(schema) for schema in schemas]


def _inspected(schemas: Sequence[Schema]) -> list[tuple[SchemaProblem, ...]]:
    request = json.dumps({"request": "inspect", "schemas": schemas}, default=dict)
    with SHARED.isolate() as isolate:
        answers = json.loads(isolate.ask(request, seconds=INSPECT_SECONDS))["v"]
    return [
        tuple(map(_problem, answer["v"])) if "v" in answer else (_unreadable(answer["e"]),)
        for answer in answers
    ]


def _problem(found: Mapping[str, Any]) -> SchemaProblem:
    # What stands where an id should may be anything.
    field = found["field"] if isinstance(found["field"], str) else ""
    return SchemaProblem(
        **{**found, "field": field}, message=messages.finding(found["code"], found["params"])
    )


def _unreadable(reason: str) -> SchemaProblem:
    params = {"message": reason}
    return SchemaProblem("unreadable", "error", "", messages.finding("unreadable", params), params)


def _as_text(schema: Schema) -> tuple[str, str]:
    text = json.dumps(schema, ensure_ascii=False, separators=(",", ":"), default=dict)
    return sha256(text.encode()).hexdigest(), text


_PROBLEMS = PerSchema(_inspect)
SCHEMA_TEXTS = PerSchema(_as_text)
"""(hash, JSON) of a schema."""
