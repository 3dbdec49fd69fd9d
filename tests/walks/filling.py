"""Fills in a form from its schema alone, as somebody does who reads what the page says of each field.

First everything is answered the simplest way; then whatever the form complains of is answered another way,
field by field, until it complains of nothing. `wishes` are answers somebody means to give: they stay.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from service.feel import FEEL, Component, form_keys, walk

ROUNDS = 120
MOST_ROWS = 12
WORDS = "按公司规定与本次活动的实际情况填写，内容已与相关同事核对。"
NAME = "名称"


class Unfillable(AssertionError):
    """The form goes on complaining, whatever is answered."""


class Filling:
    """One form being filled in. `opened` is what it opens with, `upload` brings a file and returns its id."""

    def __init__(
        self,
        schema: Mapping[str, Any],
        opened: Mapping[str, Any],
        wishes: Mapping[str, Any],
        now: datetime,
        upload: Callable[[], str],
    ) -> None:
        # What the API says comes with exact numbers; a schema has none that need it.
        self._schema = json.loads(json.dumps(schema, default=float))
        self._opened, self._wishes = opened, wishes
        self._now, self._upload = now, upload
        self._fields: dict[str, Component] = {}
        for each in walk(self._schema):
            if each.key:
                self._fields.setdefault(_place(each), each)
        self._tried: dict[str, int] = {}

    def answers(self) -> dict[str, Any]:
        """Return answers the form accepts. Unfillable names what it goes on complaining of."""
        asked = form_keys(self._schema)
        known = {key: value for key, value in self._opened.items() if key in asked}
        answers: dict[str, Any] = _laid_over(known, self._wishes)
        for _ in range(ROUNDS):
            found = FEEL.check_form(self._schema, answers, self._opened, now=self._now)
            if not found.errors:
                return answers
            moved = [self._answer(answers, found.data, error.path) for error in found.errors]
            if not any(moved):
                break
        raise Unfillable("; ".join(f"{error.path}: {error.message}" for error in found.errors))

    def _answer(self, answers: dict[str, Any], shown: Mapping[str, Any], path: str) -> bool:
        """Answer a field another way; False where nothing else can be said."""
        field = self._fields.get(".".join(step for step in path.split(".") if not step.isdigit()))
        if field is None or (_at(self._wishes, path) is not None and not field.is_list):
            return False
        tried = self._tried[path] = self._tried.get(path, -1) + 1
        if field.is_list:
            rows = _at(answers, path) or []
            _put(answers, path, [*rows, {}])
            return len(rows) < MOST_ROWS
        others = list(self._candidates(field, path, {**self._opened, **shown}))
        if not others:
            return False
        _put(answers, path, others[tried % len(others)])
        return tried < 2 * len(others)

    def _candidates(self, field: Component, path: str, known: Mapping[str, Any]) -> Iterator[Any]:
        kind = field.type
        row = next((int(step) for step in reversed(path.split(".")) if step.isdigit()), 0)
        if kind in ("select", "radio", "taglist", "checklist"):
            yield from self._options(field, row if kind == "select" else 0, known)
        elif kind == "checkbox":
            yield from (True, False)
        elif kind == "filepicker":
            yield [self._upload()]
        elif kind == "number":
            yield from _numbers(field, known)
        elif kind == "datetime":
            yield from self._moments(field, row, known)
        else:
            yield from _texts(field, known)

    def _options(self, field: Component, row: int, known: Mapping[str, Any]) -> Iterator[Any]:
        raw = field.raw
        found = raw.get("values")
        if found is None:
            named = raw.get("valuesExpression")
            found = (
                FEEL.evaluate(named, known, now=self._now) if named else known.get(raw.get("valuesKey", ""))
            )
        values = [each["value"] if isinstance(each, Mapping) else each for each in found or ()]
        turned = [*values[row % len(values) :], *values[: row % len(values)]] if values else []
        yield from ([each] for each in turned) if field.type in ("taglist", "checklist") else turned

    def _moments(self, field: Component, row: int, known: Mapping[str, Any]) -> Iterator[str]:
        today = self._now.date()
        first = _day(known.get("start_date")) or today + timedelta(days=1)
        days = [first + timedelta(days=row), today, today + timedelta(days=1)]
        days += sorted({each for each in map(_day, _leaves(known)) if each is not None})
        for day in days:
            if field.raw.get("subtype") == "time":
                yield "10:00"
            elif field.raw.get("subtype") == "datetime":
                yield f"{day}T10:00+08:00"
            else:
                yield day.isoformat()


def _texts(field: Component, known: Mapping[str, Any]) -> Iterator[str]:
    rules = field.raw.get("validate") or {}
    shortest = rules.get("minLength")
    longest = rules.get("maxLength") or 400
    words = f"{field.label or NAME}：" + WORDS
    if isinstance(shortest, int) and len(words) < shortest:
        words *= shortest // len(words) + 1
    yield words[:longest]
    if rules.get("pattern"):
        yield from ("a1", "button_click", "https://example.com/a", "13800000000", "a@example.com")
    yield from (each[:longest] for each in _leaves(known) if isinstance(each, str) and each)


def _numbers(field: Component, known: Mapping[str, Any]) -> Iterator[Any]:
    rules = field.raw.get("validate") or {}
    least, most = rules.get("min"), rules.get("max")
    said = [each for each in _leaves(known) if isinstance(each, int | Decimal) and not isinstance(each, bool)]
    for each in (1, least, 5, 10, 20, 100, 50, 1000, *sorted(set(said)), most, 0):
        if each is None or isinstance(each, str):
            continue
        if (not isinstance(least, int | float) or each >= least) and (
            not isinstance(most, int | float) or each <= most
        ):
            yield each


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for entry in value.values():
            yield from _leaves(entry)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for entry in value:
            yield from _leaves(entry)
    else:
        yield value


def _place(field: Component) -> str:
    """Return the dotted path of a field with the lists around it, without numbers of rows."""
    return ".".join(filter(None, [*(each.key for each in field.around), field.key]))


def _laid_over(below: Any, above: Any) -> Any:
    """Return answers with others over them, row by row; a shorter list leaves further rows alone."""
    if isinstance(above, Mapping):
        base = below if isinstance(below, Mapping) else {}
        return {**base, **{key: _laid_over(base.get(key), value) for key, value in above.items()}}
    if isinstance(above, list) and above and isinstance(above[0], Mapping):
        rows = below if isinstance(below, list) else []
        laid = [_laid_over(rows[at] if at < len(rows) else {}, each) for at, each in enumerate(above)]
        return [*laid, *rows[len(above) :]]
    return above


def _at(data: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(data, list):
            data = data[int(step)] if step.isdigit() and int(step) < len(data) else None
        else:
            data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _put(data: Any, path: str, value: Any) -> None:
    *above, last = path.split(".")
    for step in above:
        if isinstance(data, list):
            data = data[int(step)]
        else:
            data = (
                data.setdefault(step, {})
                if data.get(step) is not None
                else data.update({step: {}}) or data[step]
            )
    if isinstance(data, list):
        data[int(last)] = value
    else:
        data[last] = value
