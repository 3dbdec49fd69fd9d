"""Forms on the server: answers checked and recomputed, schemas inspected before they are deployed."""

from __future__ import annotations

import dataclasses
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

from service.errors import FieldError
from service.feel import messages
from service.feel.isolate import SHARED

INSPECT_SECONDS = 5.0
MOST_SCHEMAS = 500


@dataclass(frozen=True)
class FormError(FieldError):
    """A refused answer with what its sentence was made of, so that it can be said in another language."""

    code: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict, compare=False)

    def localized(self, gettext: Callable[[str], str]) -> FieldError:
        """Return the same error with its sentence translated."""
        return FieldError(self.path, messages.render(self.code, self.params, gettext))


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
    severity: str
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


def check_schema(schema: Mapping[str, Any]) -> tuple[SchemaProblem, ...]:
    """Return everything wrong with a form: keys, types, forbidden components, rules that do not parse."""
    request = json.dumps({"request": "inspect", "schema": schema}, default=dict)
    with SHARED.isolate() as isolate:
        found = json.loads(isolate.ask(request, seconds=INSPECT_SECONDS))["v"]
    return tuple(
        SchemaProblem(**each, message=messages.finding(each["code"], each["params"])) for each in found
    )


class SchemaTexts:
    """Schemas as text with their hash, made once per schema object: a schema in use is never changed."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, tuple[Mapping[str, Any], str, str]] = OrderedDict()
        self._lock = Lock()

    def of(self, schema: Mapping[str, Any]) -> tuple[str, str]:
        """Return (hash, JSON) of a schema."""
        with self._lock:
            # The entry holds the schema, so its id stays its own.
            entry = self._known.get(id(schema))
            if entry is None:
                text = json.dumps(schema, ensure_ascii=False, separators=(",", ":"), default=dict)
                entry = (schema, sha256(text.encode()).hexdigest(), text)
                self._known[id(schema)] = entry
                if len(self._known) > MOST_SCHEMAS:
                    self._known.popitem(last=False)
            return entry[1], entry[2]
