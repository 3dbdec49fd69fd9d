"""The text of a plan, and what changed between two versions of it that concerns whom.

Which answers make up the text, and to whom a change of them is material, the owners mark at the fields of
their forms (`TextFields`). A department's signature stands until something *material to it* changes
(requirements R2, R11). A path such as `phases[].start` means that key of every row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

START, END = "start_date", "end_date"
"""The keys of the text that hold from when to when the campaign runs."""


@dataclass(frozen=True)
class TextFields:
    """What the fields of the forms are marked with.

    `keys`: form → the keys of its answers that belong to the text. `material`: group → what concerns it.
    `aspects`: word of the owners (排期…) → what belongs to it.
    """

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    material: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aspects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Only the first release: its hash counts what was not answered too, so a new field changed every hash.
    hashes_unanswered: bool = False

    @property
    def all_keys(self) -> tuple[str, ...]:
        """Every key of the text, once."""
        return tuple(dict.fromkeys(key for keys in self.keys.values() for key in keys))


@dataclass(frozen=True)
class PlanChange:
    """What a revision did: to whom it is material, which aspects it touches, which keys of the text.

    `launch_earlier`: the campaign now starts on an earlier day.
    """

    material_to: tuple[str, ...]
    aspects: tuple[str, ...]
    launch_earlier: bool
    changed: tuple[str, ...]


def text_of(submissions: Iterable[tuple[str, Mapping[str, Any]]], fields: TextFields) -> dict[str, Any]:
    """Return the present text: for each of its keys the latest answer. Given (form, answers), oldest first.

    An answer of None in a later submission does not erase an earlier one: forms that show only a part of
    the text hand in None for what they hide.
    """
    text: dict[str, Any] = {}
    for form, answers in submissions:
        keys = fields.keys.get(form, ())
        text.update({key: answers[key] for key in keys if answers.get(key) is not None})
    return text


def compare(before: Mapping[str, Any], after: Mapping[str, Any], fields: TextFields) -> PlanChange:
    """Return what changed from one text to the next, and whom it concerns."""
    return PlanChange(
        material_to=_touched(before, after, fields.material),
        aspects=_touched(before, after, fields.aspects),
        launch_earlier=_earlier(before.get(START), after.get(START)),
        changed=tuple(key for key in fields.all_keys if _differs(before, after, (key,))),
    )


def content_hash(text: Mapping[str, Any], fields: TextFields, group: str | None = None) -> str:
    """Return the SHA-256 of the text, or of what is material to one group of it.

    Equal for equal content: order of keys, 10 against 10.0, and missing against empty make no difference,
    nor does a field that the owners add and nobody has answered.
    """
    paths = fields.all_keys if group is None else fields.material.get(group, fields.all_keys)
    found = {path: canonical(value_at(text, path)) for path in paths}
    kept = {path: value for path, value in found.items() if value is not None or fields.hashes_unanswered}
    return hashlib.sha256(_dump(kept).encode()).hexdigest()


def value_at(text: Mapping[str, Any], path: str) -> Any:
    """Return the value at `key` or, per row, at `key[].field`."""
    key, _, field = path.partition("[].")
    value = text.get(key)
    return [row.get(field) for row in value or ()] if field else value


def canonical(value: Any) -> Any:
    """Return a plain form in which equal content is equal: numbers as normal text, no empty values."""
    if isinstance(value, Mapping):
        pairs = {str(key): canonical(item) for key, item in value.items()}
        return {key: item for key, item in sorted(pairs.items()) if item not in (None, {}, [])} or None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Sequence):
        return [canonical(item) for item in value] or None
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is False or value is None:
        return None
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float | Decimal):
        return {"number": format(Decimal(str(value)).normalize(), "f")}
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _touched(
    before: Mapping[str, Any], after: Mapping[str, Any], named: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    return tuple(name for name, paths in named.items() if _differs(before, after, paths))


def _differs(before: Mapping[str, Any], after: Mapping[str, Any], paths: Iterable[str]) -> bool:
    return any(canonical(value_at(before, path)) != canonical(value_at(after, path)) for path in paths)


def _earlier(before: Any, after: Any) -> bool:
    old, new = as_date(before), as_date(after)
    return old is not None and new is not None and new < old


def as_date(value: Any) -> date | None:
    """Return a date from a date, a date-time or ISO text; None for nothing. ValueError on other text."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
