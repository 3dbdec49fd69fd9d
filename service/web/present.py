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

from service.web.formatting import number, plain

PLAIN_LISTS = ("taglist", "checklist")
LONG_TEXT = 60
PLACE = re.compile(r"{{\s*(?:(?P<format>yuan|percent)\(\s*)?(?:this\.)?(?P<path>[a-z_][\w.]*)\s*\)?\s*}}")
"""A computed value in a text of the form: `{{yuan(plan_total)}}`, `{{percent(this.roi)}}`, `{{score}}`."""
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
    return tuple(_merge(_blocks(schema.get("components", ()), data, "")))


def _blocks(components: Sequence[Mapping[str, Any]], data: Mapping[str, Any], title: str) -> Iterator[Block]:
    for component in components:
        kind = component.get("type")
        if kind == "dynamiclist":
            yield from _table(component, data)
        elif kind == "group":
            inner = _get(data, component["path"]) if component.get("path") else data
            if isinstance(inner, Mapping):
                yield from _blocks(component.get("components", ()), inner, label_of(component) or title)
        elif (fact := _fact(component, data)) is not None:
            yield Facts(title, (fact,))


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


def _table(component: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Block]:
    rows = _get(data, component.get("path", ""))
    if not isinstance(rows, (list, tuple)) or not rows:
        return
    asked = list(_leaves(component.get("components", ())))
    mappings = [row for row in rows if isinstance(row, Mapping)]
    used = [part for part in asked if any(_fact(part, row) is not None for row in mappings)]
    if used:
        columns = tuple(_column(part, mappings) for part in used)
        cells = tuple(tuple(_fact(part, row) or Fact("", "—") for part in used) for row in mappings)
        yield Table(label_of(component), columns, cells)
    for position, row in enumerate(mappings, start=1):
        for nested in _nested_tables(component.get("components", ()), row):
            yield Table(f"{nested.title}（{position}）", nested.columns, nested.rows)


def _column(part: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[str, bool]:
    """Return (label, is_number) of a column, read off the first row that has a value in it."""
    first = next(fact for fact in (_fact(part, row) for row in rows) if fact is not None)
    return first.label, first.kind == "number"


def _nested_tables(components: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> Iterator[Table]:
    for part in _leaves(components):
        if part.get("type") == "dynamiclist":
            yield from (block for block in _table(part, row) if isinstance(block, Table))


def _leaves(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if component.get("type") == "group" and not component.get("path"):
            yield from _leaves(component.get("components", ()))
        else:
            yield component


def _fact(component: Mapping[str, Any], data: Mapping[str, Any]) -> Fact | None:
    """Return the answered question, None when it has no label or no answer."""
    if component.get("type") == "text":
        return _computed(component, data)
    key, label = component.get("key"), label_of(component)
    value = _get(data, key) if key else None
    if not label or value is None or value in ("", [], ()):
        return None
    if component.get("type") == "filepicker":
        ids = tuple(str(entry) for entry in value) if isinstance(value, (list, tuple)) else ()
        return Fact(label, "", "files", ids)
    if _is_number(component):
        return Fact(label, _number_text(component, value), "number")
    return Fact(label, _text(component, value))


def _computed(component: Mapping[str, Any], data: Mapping[str, Any]) -> Fact | None:
    """Return a text that shows one computed value as a fact: "总预算 **{{yuan(plan_total)}}**"."""
    words = str(component.get("text", ""))
    places = PLACE.findall(words)
    if len(places) != 1 or words.count("{{") != 1 or words.startswith("#"):
        return None
    before, after = PLACE.split(words)[0], PLACE.split(words)[-1]
    value = _get(data, places[0][1])
    label = MARKS.sub("", before).strip()
    if value is None or not label or isinstance(value, (Mapping, list, tuple)):
        return None
    return Fact(label, _formatted(value, places[0][0]) + MARKS.sub("", after).strip(), "number")


def _formatted(value: Any, look: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return plain(value)
    if look == "yuan":
        return f"¥{number(value, 2)}"
    if look == "percent":
        return f"{number(round(Decimal(str(value)) * 100, 2))}%"
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


def _is_number(component: Mapping[str, Any]) -> bool:
    return component.get("type") == "number"


def label_of(component: Mapping[str, Any]) -> str:
    """Return the words of a component; templates in it are left out."""
    properties = component.get("properties") or {}
    words = component.get("label") or component.get("dateLabel") or properties.get("label") or ""
    return str(words).split("{{")[0].strip()


def _get(data: Mapping[str, Any], path: str) -> Any:
    value: Any = data
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
