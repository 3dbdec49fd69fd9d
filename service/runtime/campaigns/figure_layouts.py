"""Where the headings of a table stand, and what each of them means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.domain import written
from service.domain.figures import MEASURED
from service.domain.metrics import Metric
from service.engine.figures import FigureSource, FigureWords
from service.engine.files.nearest import nearest, suggestion
from service.runtime.campaigns.figure_tables import Row, refused, unreadable
from service.runtime.step.views import View
from service.wording import Text

_BESIDE_NAMES = re.compile(r"\(.*?\)|\s+")


@dataclass(frozen=True)
class Column(View):
    """A column of the table: `means` what is read from it, "" for nothing; `near` a heading that is known."""

    heading: str
    means: str
    near: str = ""


@dataclass(frozen=True)
class Layout:
    """Where the headings stand, and what each means: a column of `COLUMNS`, or a metric."""

    source: FigureSource
    row: int
    headings: tuple[str, ...]
    means: tuple[str, ...]
    known: frozenset[str] = frozenset()

    @property
    def score(self) -> int:
        return sum(map(bool, self.means))

    @property
    def is_whole(self) -> bool:
        if "day" not in self.means:
            return False
        if self.source.is_long:
            return "metric" in self.means and "value" in self.means
        return not set(MEASURED).isdisjoint(self.means)

    def missing(self, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
        """Return the metrics the layout or the owners name that are no column; of long tables none."""
        if self.source.is_long:
            return ()
        named = {*self.source.metrics, *metrics}
        return tuple(each for each in MEASURED if each in named and each not in self.means)

    def columns(self, metrics: Mapping[str, Metric]) -> tuple[Column, ...]:
        named = (
            (heading, means) for heading, means in zip(self.headings, self.means, strict=True) if heading
        )
        return tuple(
            Column(heading, means, "" if means else nearest(bare(heading), self.known))
            for heading, means in named
        )


def find(
    head: Sequence[tuple[int, Row]], words: FigureWords, metrics: Mapping[str, Metric], named: str | None
) -> Layout:
    """Return the layout of a table by its first rows: of the source that is `named`, else the best of all.

    InvalidInput names `file` where no headings are found, or `source` for a layout nobody has declared.
    """
    sources = words.sources
    if named and named not in sources:
        hint = suggestion(named, sources)
        raise refused("source", Text("There is no source {name!r}.{hint}", name=named, hint=hint))
    wanted = [sources[named]] if named else list(sources.values())
    found = [
        layout
        for source in wanted
        for meanings in [_meanings(source, metrics)]
        for number, cells in head
        if (layout := _headings(source, meanings, number, cells)).is_whole
    ]
    if not found:
        raise unreadable(Text("no row of headings with a day and a metric was found in the first rows"))
    # Of several the one that is understood best, and of those the first that was declared.
    return max(found, key=lambda each: each.score)


def _meanings(source: FigureSource, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Return what each heading means, bare: those of the layout first, then the owners' names of metrics."""
    own = [(each, means) for means, headings in source.columns.items() for each in headings]
    own += [(each, metric) for metric, headings in source.metrics.items() for each in headings]
    named = [] if source.is_long else names_of(metrics)
    found: dict[str, str] = {}
    for heading, means in (*own, *named):
        found.setdefault(bare(heading), means)
    return found


def names_of(metrics: Mapping[str, Metric]) -> list[tuple[str, str]]:
    """Return every name of what is measured, with what it is a name of."""
    named = [(name, key) for key, metric in metrics.items() if key in MEASURED for name in metric.names]
    return [*named, *((key, key) for key in MEASURED)]


def _headings(source: FigureSource, meanings: Mapping[str, str], number: int, cells: Row) -> Layout:
    headings = tuple(str(each).strip() if each is not None else "" for each in cells)
    means, met = [], set[str]()
    for heading in headings:
        meaning = meanings.get(bare(heading), "") if heading else ""
        # The first column of a meaning is read; a second one would overrule it unseen.
        means.append("" if meaning in met else meaning)
        met.add(meaning)
    return Layout(source, number, headings, tuple(means), frozenset(meanings))


def bare(heading: str) -> str:
    """Return a heading without what does not count: units in parentheses, spaces, case, width."""
    return _BESIDE_NAMES.sub("", written.plain(heading)).casefold()
