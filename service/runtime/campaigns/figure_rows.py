"""Rows of a table become figures: each cell read, what is wrong named by row and column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from service.domain import written
from service.domain.figures import MEASURED, MOST, Figure, Place
from service.domain.metrics import AMOUNTS, Metric
from service.domain.money import money
from service.engine.figures import FigureWords
from service.engine.files.nearest import suggestion
from service.runtime.campaigns import figure_layouts
from service.runtime.campaigns.figure_layouts import Column, Layout, bare, names_of
from service.runtime.campaigns.figure_tables import HEAD_ROWS, Row, rows_of
from service.runtime.step.views import View
from service.wording import Text

_LONGEST_NAME, _LONGEST_REASON = 100, 1000


@dataclass(frozen=True)
class Wrong(View):
    """What cannot be taken: the row as the file counts them, from 1; the column as it calls it; and why."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Reported:
    """What one row says: figures of one channel and day, and why they correct others."""

    row: int
    day: date
    channel: str
    figures: tuple[Figure, ...]
    reason: str | None = None
    # The heading under which each part stands: day, channel, reason.
    headings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table that was read: what its columns mean, its rows, and what cannot be taken of it.

    `skipped` counts rows of totals, and those without any figure. `missing`: the metrics its layout knows and
    the table has no column for.
    """

    source: str
    columns: tuple[Column, ...]
    rows: tuple[Reported, ...]
    rejected: tuple[Wrong, ...]
    skipped: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Given:
    """What is said beside the table: its layout (None: find out), the channel and reason it leaves out."""

    source: str | None = None
    channel: str | None = None
    reason: str | None = None


def read(content: bytes, words: FigureWords, metrics: Mapping[str, Metric], given: Given) -> Table:
    """Return what a table file says. `metrics` are the owners' names, which every layout knows.

    InvalidInput names `file` where no headings are found, or `source` for a layout nobody has declared.
    """
    rows = enumerate(rows_of(content), start=1)
    head = list(islice(rows, HEAD_ROWS))
    layout = figure_layouts.find(head, words, metrics, given.source)
    below = (pair for pair in chain(head, rows) if pair[0] > layout.row)
    reading = _Reading(layout, words, metrics, given)
    found = tuple(each for number, cells in below if (each := reading.of(number, cells)) is not None)
    return Table(
        source=layout.source.key,
        columns=layout.columns(metrics),
        rows=found,
        rejected=tuple(reading.wrong),
        skipped=reading.skipped,
        missing=layout.missing(metrics),
    )


class _Reading:
    """The rows below the headings, one after the other."""

    def __init__(
        self, layout: Layout, words: FigureWords, metrics: Mapping[str, Metric], given: Given
    ) -> None:
        self._layout, self._given = layout, given
        self._source = layout.source
        self._totals = frozenset(map(bare, words.totals))
        self._no_data = frozenset(words.no_data)
        self._place = {means: place for place, means in enumerate(layout.means) if means}
        self._metrics = [means for means in layout.means if means in MEASURED]
        self._names = {bare(name): key for name, key in names_of(metrics)}
        self._channels = {bare(alias): name for name, all_ in self._source.channels.items() for alias in all_}
        self._heading = {means: layout.headings[place] for means, place in self._place.items()}
        self._met: dict[Place, int] = {}
        self._slips: dict[str, Text] = {}
        self._days: dict[Any, date] = {}
        self._bare: dict[str, str] = {}
        self.wrong: list[Wrong] = []
        self.skipped = 0

    def of(self, number: int, cells: Row) -> Reported | None:
        """Return what a row says; None where it says nothing, or something is wrong with it."""
        if self._is_passed_over(cells):
            self.skipped += any(_is_said(each) for each in cells)
            return None
        before = len(self.wrong)
        day, channel = self._day(number, cells), self._channel(number, cells)
        values = dict(self._values(number, cells))
        if len(self.wrong) > before or day is None or channel is None:
            return None
        if not values:
            self.skipped += 1
            return None
        reason = str(self._cell(cells, "reason") or self._given.reason or "").strip() or None
        reason = reason[:_LONGEST_REASON] if reason else None
        named = str(self._cell(cells, "source") or "").strip()[:_LONGEST_NAME] or self._source.name
        figures = tuple(Figure(day, channel, name, value, named, reason) for name, value in values.items())
        if self._is_twice(number, figures):
            return None
        return Reported(number, day, channel, figures, reason, self._heading)

    def _is_passed_over(self, cells: Row) -> bool:
        """Say whether a row is empty, or one of totals."""
        first = next((each for each in cells if _is_said(each)), None)
        if first is None:
            return True
        day = self._cell(cells, "day")
        return self._as_bare(first) in self._totals or (_is_said(day) and self._as_bare(day) in self._totals)

    def _as_bare(self, cell: Any) -> str:
        # The same days and names come again and again.
        text = str(cell)
        return self._bare.get(text) or self._bare.setdefault(text, bare(text))

    def _cell(self, cells: Row, means: str) -> Any:
        place = self._place.get(means)
        return cells[place] if place is not None and place < len(cells) else None

    def _day(self, number: int, cells: Row) -> date | None:
        cell = self._cell(cells, "day")
        if not _is_said(cell):
            self._refuse(number, "day", Text("is missing"))
            return None
        try:
            return self._days.get(cell) or self._days.setdefault(cell, written.day(cell))
        except ValueError:
            self._refuse(number, "day", Text("{text!r} is not a date", text=_shown(cell)))
            return None

    def _channel(self, number: int, cells: Row) -> str | None:
        cell = self._cell(cells, "channel")
        named = str(cell) if _is_said(cell) else self._given.channel or ""
        channel = self._channels.get(self._as_bare(named)) or written.plain(named)
        if not channel:
            message = Text("is missing: the table has no channel, say which one it is of")
            self._refuse(number, "channel", message)
            return None
        if len(channel) > _LONGEST_NAME or not channel.isprintable():
            self._refuse(number, "channel", Text("{text!r} is no name", text=_shown(channel)))
            return None
        return channel

    def _values(self, number: int, cells: Row) -> Iterator[tuple[str, Decimal]]:
        """Yield what a row measures, by metric."""
        if not self._source.is_long:
            for metric in self._metrics:
                yield from self._value(number, metric, metric, self._cell(cells, metric))
            return
        named = self._cell(cells, "metric")
        key = self._names.get(self._as_bare(named), "") if _is_said(named) else ""
        if key:
            yield from self._value(number, key, "value", self._cell(cells, "value"))
        else:
            self._refuse(number, "metric", self._no_such_metric(_shown(named)))

    def _no_such_metric(self, name: str) -> Text:
        # The same slip tends to stand in every row.
        if name not in self._slips:
            hint = suggestion(bare(name), self._names)
            self._slips[name] = Text("There is no metric {name!r}.{hint}", name=name, hint=hint)
        return self._slips[name]

    def _value(self, number: int, metric: str, column: str, cell: Any) -> Iterator[tuple[str, Decimal]]:
        try:
            value = written.number(cell, self._no_data)
        except ValueError:
            self._refuse(number, column, Text("{text!r} is not a number", text=_shown(cell)))
            return
        if value is None:
            return
        message = _impossible(metric, value, cell)
        if message is None:
            yield metric, money(value) if metric in AMOUNTS else value
        else:
            self._refuse(number, column, message)

    def _is_twice(self, number: int, figures: Iterable[Figure]) -> bool:
        met = [(each, self._met[each.place]) for each in figures if each.place in self._met]
        for each in figures:
            self._met.setdefault(each.place, number)
        if met:
            figure, row = met[0]
            column = "value" if self._source.is_long else figure.metric
            said = {"metric": figure.metric, "channel": figure.channel, "day": str(figure.day)}
            message = Text("{metric} of {channel} on {day} stands in row {row} already", row=row, **said)
            self._refuse(number, column, message)
        return bool(met)

    def _refuse(self, number: int, means: str, message: Text) -> None:
        self.wrong.append(Wrong(number, self._heading.get(means, means), message))


def _impossible(metric: str, value: Decimal, cell: Any) -> Text | None:
    """Return why a metric cannot have a value; None where it can."""
    if written.is_share(cell):
        return Text("{text!r} is a share: this column is counted", text=_shown(cell))
    if value < 0:
        return Text("{text!r} is less than nothing", text=_shown(cell))
    if value >= MOST:
        return Text("{text!r} is more than can be recorded", text=_shown(cell))
    if metric not in AMOUNTS and value != value.to_integral_value():
        return Text("{text!r} is not a whole number", text=_shown(cell))
    return None


def _is_said(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or cell.strip() != "")


def _shown(cell: Any) -> str:
    text = "" if cell is None else str(cell).strip()
    return text if len(text) <= written.LONGEST else f"{text[: written.LONGEST]}…"
