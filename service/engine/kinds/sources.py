"""What forms, decision tables and the facts of a case hold, as kinds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from service.engine.case.schema import GIVEN, CaseSchema, Fact
from service.engine.decisions import Decision, Output
from service.engine.kinds.infer import infer
from service.engine.kinds.model import (
    ANY,
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    DAYS,
    DURATIONS,
    EVERYTHING,
    LIST,
    MOMENTS,
    MONTHS,
    NOTHING,
    NULL,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    Kind,
    context,
    join,
    join_all,
    listed,
    of,
    text,
)
from service.feel import parse, strip_equals
from service.feel.per_schema import PerSchema
from service.feel.schema import Component, Schema, components

OF_FACTS: Mapping[str, int] = {
    "text": TEXT,
    "number": NUMBER,
    "money": NUMBER,
    "share": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "datetime": DATE_TIME,
    "list": LIST,
    "context": CONTEXT,
}
OF_COLUMNS: Mapping[str, int] = {
    "string": TEXT,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS,
    "yearMonthDuration": MONTHS,
    "list": LIST,
    "context": CONTEXT,
}
"""Of the types of a decision's columns; others may be anything."""
_PLAIN_FIELDS: Mapping[str, Kind] = {
    "textfield": of(TEXT | NULL),
    "textarea": of(TEXT | NULL),
    "datetime": of(TEXT | NULL),
    "checkbox": of(BOOLEAN | NULL),
    "filepicker": listed(of(TEXT)).or_null(),
}


NO_LISTS: Mapping[str, Kind] = {}


def fact_kind(fact: Fact) -> Kind:
    """Return the kind of a fact's values."""
    kind = text(*fact.values) if fact.values else of(OF_FACTS[fact.kind])
    return kind.or_null() if fact.initial is None else kind


def case_kind(case: CaseSchema, lists: Mapping[str, Kind] = NO_LISTS) -> Kind:
    """Return the kind of `case`; `lists` are the kinds of its facts that are lists, as far as known.

    Names it does not hold are found elsewhere.
    """
    facts = {name: lists.get(name) or fact_kind(fact) for name, fact in case.facts.items()}
    return context({**dict.fromkeys(GIVEN, of(TEXT)), **facts}, is_open=True)


def answers(schema: Schema) -> Mapping[str, Kind]:
    """Return the kinds of the answers of a form, by its top-level names."""
    return _ANSWERS.of(schema)


def rows(schema: Schema) -> Mapping[Component, Kind]:
    """Return the kind of a row, for each list of a form."""
    return _ROWS.of(schema)


def _read(schema: Schema) -> tuple[Mapping[str, Kind], Mapping[Component, Kind]]:
    """Read a form from inside outwards; computed fields over what is known of the others."""
    inside: dict[Component | None, list[Component]] = defaultdict(list)
    for each in components(schema):
        inside[each.rows_of].append(each)
    found: dict[Component, Kind] = {}
    top: Mapping[str, Kind] = {}
    for _ in range(2):  # what is computed may be computed from what is computed
        for holder in reversed(list(inside)):
            entries = _entries(inside[holder], found, top)
            if holder is None:
                top = entries
            else:
                found[holder] = context(entries)
    return top, found


def _entries(
    fields: Iterable[Component], found: Mapping[Component, Kind], top: Mapping[str, Kind]
) -> dict[str, Kind]:
    entries: dict[str, Kind] = {}
    for field in fields:
        if not field.key or field.type == "group":
            continue
        kind = _field(field, found, {**top, **entries})
        first, *steps = field.path.split(".")
        if steps:
            entries[first] = of(CONTEXT)
        else:
            entries[first] = join(entries[first], kind) if first in entries else kind
    return entries


def _field(field: Component, found: Mapping[Component, Kind], around: Mapping[str, Kind]) -> Kind:
    raw = field.raw
    if field.is_list:
        return listed(found.get(field, of(CONTEXT))).or_null()
    if raw.get("disabled") or raw.get("readonly"):
        return ANY
    if field.type == "expression":
        return _computed(str(raw.get("expression") or ""), around)
    if field.type == "number":
        return of((TEXT if raw.get("serializeToString") else NUMBER) | NULL)
    if field.type in ("radio", "select"):
        return _chosen(raw).or_null()
    if field.type in ("checklist", "taglist"):
        return listed(_chosen(raw)).or_null()
    return _PLAIN_FIELDS.get(field.type, ANY)


def _chosen(raw: Mapping[str, Any]) -> Kind:
    offered = raw.get("values")
    if not isinstance(offered, list) or raw.get("valuesKey") or raw.get("valuesExpression"):
        return ANY
    values = [each.get("value") if isinstance(each, dict) else None for each in offered]
    words = [each for each in values if isinstance(each, str)]
    return text(*words) if words and len(words) == len(values) else ANY


def _computed(written: str, around: Mapping[str, Kind]) -> Kind:
    """Return the kind of a computed field: dates and durations become text in a form, misuse becomes null."""
    source = strip_equals(written)
    if not source:
        return ANY
    kind = infer(source, parse(source), around).kind
    if kind.is_unknown:
        return ANY
    if kind.bits & (MOMENTS | DURATIONS):
        kind = join(kind.only(EVERYTHING & ~(MOMENTS | DURATIONS)), of(TEXT))
    return kind.or_null()


_READ = PerSchema(_read)
_ANSWERS = PerSchema(lambda schema: _READ.of(schema)[0])
_ROWS = PerSchema(lambda schema: _READ.of(schema)[1])


def column_kind(column: Output, decision: Decision) -> Kind:
    """Return the kind of an output column: what its rules give, where that is written out."""
    place = decision.outputs.index(column)
    typed = of(OF_COLUMNS[column.type]).or_null() if column.type in OF_COLUMNS else ANY
    if column.default or any(len(rule.outputs) != len(decision.outputs) for rule in decision.rules):
        return typed
    given = [rule.results[place] for rule in decision.rules]
    known = [_literal(each.kind, each.value) for each in given if each is not None]
    return join_all(known) if known and len(known) == len(given) else typed


def _literal(kind: str, value: Any) -> Kind:
    if kind == "string":
        return text(value)
    if kind == "boolean":
        return TRUTH
    return {"number": of(NUMBER), "date": of(DATE), "null": NOTHING}.get(kind, ANY)


def decision_kind(decision: Decision, mapping: str) -> Kind:
    """Return the kind of what a rule task hands on; `mapping`: its mapDecisionResult, "" for the usual."""
    if decision.aggregation:
        return of(NUMBER | NULL) if len(decision.outputs) == 1 else ANY
    if not decision.outputs:
        return ANY
    columns = {column.name: column_kind(column, decision) for column in decision.outputs}
    only = next(iter(columns.values())) if len(columns) == 1 else None
    row = context(columns)
    shapes = {
        "singleEntry": only or ANY,
        "singleResult": row,
        "collectEntries": listed(only or ANY),
        "resultList": listed(row),
    }
    return shapes.get(mapping or _usual(decision), ANY)


def _usual(decision: Decision) -> str:
    if decision.is_list:
        return "collectEntries" if len(decision.outputs) == 1 else "resultList"
    return "singleEntry" if len(decision.outputs) == 1 else "singleResult"
