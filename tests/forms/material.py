"""The deployed forms, the example answers of one coherent campaign, and short ways to check them."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from service.feel import FEEL, walk
from tests.forms import answers

ROOT = Path(__file__).parents[2]
FORMS = ROOT / "forms"
NAMES = sorted(path.stem for path in FORMS.glob("*.form"))
NOW = datetime(2026, 8, 3, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
ABSENT = object()


def schema(form: str) -> dict[str, Any]:
    return json.loads((FORMS / f"{form}.form").read_text(encoding="utf-8"))


def labels() -> dict[str, str]:
    return json.loads((FORMS / "labels.en.json").read_text(encoding="utf-8"))


def example(form: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (answers, inputs): what a colleague answers, and what the task hands the form."""
    handed = answers.inputs(form, lambda other: check(other).data, NOW)
    return answers.answers(form, handed, NOW, schema(form)), handed


def components(form: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every component of a form as written, the rows of its lists included."""
    return (component.raw for component in walk(form))


def changed(given: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy with the values at dotted paths replaced; ABSENT takes the key away."""
    result = copy.deepcopy(dict(given))
    for path, value in changes.items():
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        target: Any = result
        for part in way:
            target = target[part]
        if value is ABSENT:
            target.pop(last, None)
        else:
            target[last] = value
    return result


def check(form: str, changes: Mapping[str, Any] | None = None, **inputs: Any):
    """Check the form's example answers with some of them changed, and with other inputs."""
    given, handed = example(form)
    return FEEL.check_form(schema(form), changed(given, changes or {}), handed | inputs, now=NOW)


def refused(form: str, changes: Mapping[str, Any] | None = None, **inputs: Any) -> dict[str, str]:
    """Return {path: message} of what is refused."""
    return {error.path: error.message for error in check(form, changes, **inputs).errors}


def texts(form: str, **inputs: Any) -> list[str]:
    """Return the texts shown beside the fields, as written, when the task hands the form these inputs."""
    _, handed = example(form)
    known = handed | inputs
    return [
        each["text"]
        for each in components(schema(form))
        if each["type"] == "text" and not _is_hidden(each.get("conditional", {}).get("hide"), known)
    ]


def _is_hidden(condition: str | None, known: Mapping[str, Any]) -> bool:
    if condition is None:
        return False
    named = {name: None for name in re.findall(r"\b[a-z_]+\b", condition) if name not in FEEL_WORDS}
    return FEEL.condition(condition.removeprefix("="), named | known, now=NOW)


FEEL_WORDS = frozenset(
    {"null", "or", "and", "not", "count", "true", "false", "item", "in", "if", "then", "else"}
)
