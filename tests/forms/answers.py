"""The example answers of forms, and what their tasks hand them: the owners' answers, read as scenarios do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from service import resources
from service.feel import form_keys
from service.feel.schema import Schema
from service.runtime.scenarios.answers import Answers, answers_of, computed
from service.runtime.scenarios.yaml_lines import load
from service.runtime.tasks.answering import as_values

SETS = ("通用", "臻选新品", "样例")
TEXT = ("goals", "resources", "budget", "risks", "write_plan", "design_tech")
"""The forms that ask for the plan, piece by piece."""
WHOLE = ("submit_preparation", "rework_plan", "revise_plan")
"""The forms that open with all of it."""
INPUTS = Path(__file__).parent / "inputs.yaml"


@lru_cache(maxsize=1)
def _owners() -> Answers:
    return answers_of(SETS, resources.scenarios())


@lru_cache(maxsize=1)
def _handed() -> Mapping[str, Mapping[str, Any]]:
    return load(INPUTS)


def inputs(form: str, checked: Callable[[str], Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    """Return what a task hands its form; `=form.field` there is what another form was answered with."""
    found = _handed().get(form, {})
    asked = {name: checked(name) for name in _mentioned(found) if name in _owners().by_form}
    handed: dict[str, Any] = computed(found, {**_owners().days, **asked}, now)
    return handed


def answers(form: str, handed: Mapping[str, Any], now: datetime, schema: Schema) -> dict[str, Any]:
    """Return what a colleague answers a form with that opens with these values."""
    owners, asked = _owners(), form_keys(schema)
    opened = {**(_text(now) if form in WHOLE else {}), **handed}
    given = computed(owners.of(form), {**owners.days, **as_values(dict(handed), "inputs")}, now)
    return {**{key: value for key, value in opened.items() if key in asked}, **_uploaded(given)}


@lru_cache(maxsize=1)
def _text(now: datetime) -> Mapping[str, Any]:
    """Return the whole plan, as the forms that ask for its pieces are answered."""
    pieces = [computed(_owners().of(piece), _owners().days, now) for piece in TEXT]
    return {key: value for piece in pieces for key, value in piece.items()}


def _mentioned(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return {name for entry in value.values() for name in _mentioned(entry)}
    if isinstance(value, list):
        return {name for entry in value for name in _mentioned(entry)}
    return {value[1:].partition(".")[0]} if isinstance(value, str) and value.startswith("=") else set()


def _uploaded(value: Any) -> Any:
    """Return answers with every file to be uploaded as the id of one."""
    if isinstance(value, Mapping):
        if set(value) == {"附件"}:
            return f"attachment-{value['附件']}"
        return {key: _uploaded(entry) for key, entry in value.items()}
    return [_uploaded(entry) for entry in value] if isinstance(value, list) else value
