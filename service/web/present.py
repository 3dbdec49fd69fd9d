"""Answers as people read them: the form's schema and the data become labelled facts and tables.

Pure: `schema` is a form-js schema, `data` what was submitted on it. Hidden, empty and technical components
are left out, so that a dossier shows what was said and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.feel.schema import PLACE, Component, shown_value, value_at, walk
from service.web.formatting import number, percent, plain, yuan

LONG_TEXT = 60
MARKS = re.compile(r"\*\*|<br>|\s+$|[：:]\s*$")


@dataclass(frozen=True)
class Fact:
    """One answered question. `kind` is text, number or files; a file's value is its attachment id."""

    label: str
    text: str
    kind: str = "text"
    files: tuple[str, ...] = ()

    @property
    def is_wide(self) -> bool:
        return len(self.text) > LONG_TEXT or "\n" in self.text


@dataclass(frozen=True)
class Facts:
    """Facts that stand together, under an optional title."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Table:
    """Rows of a repeated group: `columns` are (label, is_number), a row has one Fact per column."""

    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Fact, ...], ...]


Block = Facts | Table


def present(schema: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[Block, ...]:
    """Return the blocks that show `data` in the order of the form."""
    return tuple(_merge(_blocks(_own(schema), data)))


def _own(holder: Mapping[str, Any]) -> list[Component]:
    """Return the components of a form, or of a list's rows, without those of the lists inside."""
    return [component for component in walk(holder) if component.rows_of is None]


def _blocks(components: Sequence[Component], data: Mapping[str, Any]) -> Iterator[Block]:
    for component in components:
        if component.is_list:
            yield from _table(component, data)
        elif (fact := _fact(component, data)) is not None:
            yield Facts(_title(component), (fact,))


def _title(component: Component) -> str:
    """Return the words of the nearest group that has some."""
    return next((group.label for group in reversed(component.around) if group.label), "")


def _merge(blocks: Iterator[Block]) -> Iterator[Block]:
    """Join neighbouring facts under the same title."""
    waiting: Facts | None = None
    for block in blocks:
        if isinstance(block, Facts) and waiting is not None and block.title == waiting.title:
            waiting = Facts(waiting.title, waiting.facts + block.facts)
            continue
        if waiting is not None:
            yield waiting
        waiting = block if isinstance(block, Facts) else None
        if isinstance(block, Table):
            yield block
    if waiting is not None:
        yield waiting


def _table(component: Component, data: Mapping[str, Any]) -> Iterator[Table]:
    rows = value_at(data, component.path)
    if not isinstance(rows, (list, tuple)) or not rows:
        return
    asked = _own(component.raw)
    mappings = [row for row in rows if isinstance(row, Mapping)]
    used = [part for part in asked if any(_fact(part, row) is not None for row in mappings)]
    if used:
        columns = tuple(_column(part, mappings) for part in used)
        cells = tuple(tuple(_fact(part, row) or Fact("", "—") for part in used) for row in mappings)
        yield Table(component.label, columns, cells)
    inner = [part for part in asked if part.is_list]
    for position, row in enumerate(mappings, start=1):
        for nested in (table for part in inner for table in _table(part, row)):
            yield Table(f"{nested.title}（{position}）", nested.columns, nested.rows)


def _column(part: Component, rows: Sequence[Mapping[str, Any]]) -> tuple[str, bool]:
    """Return (label, is_number) of a column, read off the first row that has a value in it."""
    first = next(fact for fact in (_fact(part, row) for row in rows) if fact is not None)
    return first.label, first.kind == "number"


def _fact(component: Component, data: Mapping[str, Any]) -> Fact | None:
    """Return the answered question, None when it has no label or no answer."""
    if component.type == "text":
        return _computed(component.raw, value_at(data, component.inside))
    if not component.key or not component.label or component.is_list or component.type == "group":
        return None
    value = value_at(data, component.path)
    if value is None or value in ("", [], ()):
        return None
    if component.type == "filepicker":
        ids = tuple(str(entry) for entry in value) if isinstance(value, (list, tuple)) else ()
        return Fact(component.label, "", "files", ids)
    if component.type == "number":
        return Fact(component.label, _number_text(component.raw, value), "number")
    return Fact(component.label, _text(component.raw, value))


def _computed(component: Mapping[str, Any], data: Any) -> Fact | None:
    """Return a text that shows one computed value as a fact: "总预算 **{{yuan(plan_total)}}**"."""
    words = str(component.get("text", ""))
    place = PLACE.search(words)
    if place is None or not shown_value(component) or words.startswith("#"):
        return None
    before, after = words[: place.start()], words[place.end() :]
    value = value_at(data, place["path"])
    label = MARKS.sub("", before).strip()
    if value is None or not label or isinstance(value, (Mapping, list, tuple)):
        return None
    return Fact(label, _formatted(value, place["format"]) + MARKS.sub("", after).strip(), "number")


def _formatted(value: Any, look: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return plain(value)
    if look == "yuan":
        return yuan(value)
    if look == "percent":
        return percent(value)
    return number(value)


def _text(component: Mapping[str, Any], value: Any) -> str:
    options = {option.get("value"): str(option.get("label", "")) for option in component.get("values") or ()}
    if isinstance(value, (list, tuple)):
        return "、".join(options.get(entry) or plain(entry) for entry in value)
    if options and not isinstance(value, (Mapping, bool)):
        return options.get(value) or plain(value)
    if component.get("subtype") == "datetime" and isinstance(value, str):
        return value[:16].replace("T", " ")
    return plain(value)


def _number_text(component: Mapping[str, Any], value: Any) -> str:
    if not isinstance(value, (int, float, Decimal)):
        return plain(value)
    look = component.get("appearance") or {}
    # Money keeps its cents; of other numbers only the decimals that say something are shown.
    digits = component.get("decimalDigits") if look.get("prefixAdorner") == "¥" else None
    before, after = look.get("prefixAdorner", ""), look.get("suffixAdorner", "")
    return f"{before}{number(value, digits)}{after}"


def said(part: Component, value: Any) -> str:
    """Return one value as it reads under a component of a form; a row of a list as what it says."""
    if value is None or value in ("", [], ()):
        return "—"
    if part.is_list:
        rows = value if isinstance(value, (list, tuple)) else [value]
        return "；".join(_row_text(part, row) for row in rows)
    if part.type == "text":
        place = PLACE.search(str(part.raw.get("text", "")))
        return _formatted(value, place["format"] if place is not None else "")
    return _number_text(part.raw, value) if part.type == "number" else _text(part.raw, value)


def _row_text(part: Component, row: Any) -> str:
    if not isinstance(row, Mapping):
        return plain(row)
    found = (_fact(each, row) for each in _own(part.raw))
    return "，".join(f"{fact.label} {fact.text}" for fact in found if fact is not None and fact.text)
