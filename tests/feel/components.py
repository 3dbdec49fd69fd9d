"""Builders of form components, and the two verbs every test of forms uses."""

from __future__ import annotations

from typing import Any

from service.feel import FEEL, FormResult
from tests.feel.engine import NOW


def check(*components: dict[str, Any], answers: Any = None, inputs: Any = None) -> FormResult:
    return FEEL.check_form({"components": list(components)}, answers or {}, inputs or {}, now=NOW)


def errors(*components: dict[str, Any], answers: Any = None, inputs: Any = None) -> dict[str, str]:
    """Return path → code of what is refused."""
    found = check(*components, answers=answers, inputs=inputs).errors
    return {error.path: error.code for error in found}


def text(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, **more}


def number(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "number", "key": key, **more}


def computed(key: str, expression: str, **more: Any) -> dict[str, Any]:
    return {"type": "expression", "key": key, "expression": expression, **more}


def rows(path: str, *components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "dynamiclist", "path": path, "components": list(components), **more}


def choice(kind: str, key: str, *values: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "key": key,
        "values": [{"label": str(value), "value": value} for value in values],
        **more,
    }
