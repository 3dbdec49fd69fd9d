"""The facts of a case as pages show them: labels in the reader's language, values as people say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.engine.case.kinds import KINDS
from service.engine.case.schema import Fact
from service.runtime.cases import facts
from service.runtime.cases.views import FactView, KnownFact
from service.web import people
from service.web.asking import application, me
from service.web.formatting import percent, plain, yuan
from service.web.i18n import language_tag
from service.web.labels import label_of

SAID = {"money": yuan, "share": percent}
EMPTY: tuple[Any, ...] = (None, "", [], {}, 0, False)


@dataclass(frozen=True)
class ShownValue:
    """One value as text, and how it came about."""

    text: str
    source: FactView


@dataclass(frozen=True)
class ShownFact:
    """A fact as a page shows it. `source` is None for an initial value; `is_known` is False for one that says
    nothing yet. `kind` is what the owners declared, as the check calls it.
    """

    name: str
    label: str
    kind: str
    text: str
    is_known: bool
    source: FactView | None
    earlier: tuple[ShownValue, ...]
    proposals: tuple[ShownValue, ...]


def of_case(instance_id: str) -> list[ShownFact]:
    """Return every fact of the case an instance belongs to, in the order of `case.yaml`."""
    known = facts.overview(application(), me(), instance_id)
    people.remember(name for each in known for row in _rows(each) for name in (row.by, row.on_behalf_of))
    return [_shown(each) for each in known]


def changes(
    deployment_id: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Return facts by label with what they were and would be, as people say it."""
    declared = application().model(deployment_id).case.facts
    return [
        (
            label_of(declared[name]),
            value_text(declared[name], before[name]),
            value_text(declared[name], value),
        )
        for name, value in after.items()
    ]


def _rows(known: KnownFact) -> tuple[FactView, ...]:
    return (*known.earlier, *((known.current,) if known.current else ()), *known.proposals)


def _shown(known: KnownFact) -> ShownFact:
    fact = known.fact
    return ShownFact(
        name=fact.name,
        label=label_of(fact),
        kind=KINDS[fact.kind].title if fact.kind else "",
        text=value_text(fact, known.value),
        is_known=known.current is not None or known.value not in EMPTY,
        source=known.current,
        earlier=_values(fact, known.earlier),
        proposals=_values(fact, known.proposals),
    )


def _values(fact: Fact, rows: Sequence[FactView]) -> tuple[ShownValue, ...]:
    return tuple(ShownValue(value_text(fact, row.value), row) for row in rows)


def value_text(fact: Fact, value: Any) -> str:
    """Return a value as people say it: money and shares with their signs, one of a few by its label."""
    if isinstance(value, str) and value in fact.values:
        english = fact.values_en if language_tag() == "en" else {}
        return english.get(value) or fact.values[value]
    if isinstance(value, (int, Decimal)) and fact.kind in SAID:
        return SAID[fact.kind](value)
    if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        # The keys of rows are for programs; what they hold is in the order they were written.
        rows = ([plain(cell) for cell in row.values() if cell is not None] for row in value)
        return "；".join(" · ".join(row) for row in rows)
    return plain(value)
