"""A table as it is shown, drawn as a chart, and exported: one shape for all of it.

A chart is drawn from its table in the browser: whoever listens, prints or exports has the same numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.runtime.step.sheets import plain_cell
from service.web import formatting

TEXT, NUMBER, MONEY, SHARE, RATIO, DAYS, HOURS = "text", "number", "money", "share", "ratio", "days", "hours"
DAY = "day"


_FORMATS: Mapping[str, Callable[[Any], str]] = {
    NUMBER: formatting.number,
    MONEY: formatting.yuan,
    SHARE: formatting.percent,
    RATIO: lambda value: formatting.number(value, 2),
    DAYS: formatting.number,
    HOURS: lambda value: formatting.number(value, 1),
}


@dataclass(frozen=True)
class Column:
    """A column: its kind says how values read. `series`: it is drawn, as a line that is a `target` or not."""

    name: str
    kind: str = TEXT
    series: bool = False
    is_target: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under columns. `chart` is line or bar, "" for none; `band` is shown behind it, `links` by row."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    chart: str = ""
    band: tuple[int, int] | None = None
    note: str = ""
    links: tuple[str | None, ...] = ()

    def text(self, column: Column, value: Any) -> str:
        """Return a value as it reads; "—" for none: no data is not nothing."""
        if value is None or value == "":
            return "—"
        return _FORMATS[column.kind](value) if column.kind in _FORMATS else str(value)

    def csv(self) -> str:
        """Return it for spreadsheets: exact numbers, UTF-8 with its mark, no cell that is a formula."""
        text = io.StringIO()
        sheet = csv.writer(text)
        sheet.writerow([plain_cell(column.name) for column in self.columns])
        for row in self.rows:
            sheet.writerow([_cell(value) for value in row])
        return "\ufeff" + text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else plain_cell(str(value))


def links_to(instances: Iterable[str | None], link: Callable[[str], str]) -> tuple[str | None, ...]:
    """Return where each row leads: `link` makes an address of an instance."""
    return tuple(link(each) if each else None for each in instances)
