"""`figures.yaml` becomes FigureWords: where figures come from, and what the morning meeting looks at.

The one reader of that file. What it names and nothing has is judged in `check/figures.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service import manifest
from service.engine.files.declarations import Declarations
from service.engine.files.findings import Finding
from service.wording import Text
from service.yaml_lines import Lines

FILE = manifest.FIGURES
SECTIONS = frozenset({"totals", "no_data", "sources", "meeting", "load", "improvements"})
SOURCE_WORDS = frozenset(
    {"name", "name_en", "day", "channel", "metric", "value", "source", "reason", "metrics", "channels"}
)
MEETING_WORDS = frozenset({"sheet", "table", "normal", "adjustment"})
LOAD_WORDS = frozenset({"table"})
IMPROVEMENT_WORDS = frozenset({"process", "days_before", "fewest"})
COLUMNS = ("day", "channel", "metric", "value", "source", "reason")
"""What a column may hold beside figures."""


@dataclass(frozen=True)
class FigureSource:
    """One layout of a table of figures, as a platform exports it.

    `columns`: by what it holds (`COLUMNS`), the headings it may have; `metrics`: those of each metric, none
    where a row holds a single metric; `channels`: what the table calls a channel of the plan.
    """

    key: str
    name: str
    name_en: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    metrics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_long(self) -> bool:
        """Whether a row holds one metric, which it names."""
        return bool(self.columns.get("metric"))


@dataclass(frozen=True)
class Meeting:
    """What the morning meeting looks at: forms and a table by id, and the table's answer for all is well."""

    sheet: str = ""
    table: str = ""
    normal: str = ""
    adjustment: str = ""


FOLLOWED = ("process_step", "activity", "current", "target", "unit", "deliverable", "owner", "due")
"""What a process that follows up an improvement is begun with: its inputs, and read of its variables."""


@dataclass(frozen=True)
class Improvements:
    """How adopted improvements are followed up: the process, and what is compared.

    Before: what was done in so many `days_before` the adoption. Of what was done fewer than `fewest` times on
    one side nothing is said.
    """

    process: str = ""
    days_before: int = 180
    fewest: int = 5


@dataclass(frozen=True)
class FigureWords:
    """The owners' words about figures. `totals` and `no_data`: what cells say that hold no figure."""

    sources: Mapping[str, FigureSource] = field(default_factory=dict)
    totals: tuple[str, ...] = ()
    no_data: tuple[str, ...] = ()
    meeting: Meeting = Meeting()
    # The decision table by which the load of the system is judged.
    load_table: str = ""
    improvements: Improvements = Improvements()
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict, repr=False, compare=False)

    def line_of(self, section: str, entry: str = "") -> int:
        """Return the line an entry stands in, or its section."""
        return self.lines.get((section, entry), self.lines.get((section, ""), 0))


@dataclass(frozen=True)
class Reading:
    """The words as far as they could be read, and what could not."""

    words: FigureWords
    findings: tuple[Finding, ...] = ()


def read(content: bytes) -> Reading:
    """Return what the file declares. Never raises for its contents: what is unreadable is a finding."""
    file = Declarations.parse(FILE, content, SECTIONS)
    sources = file.section("sources")
    words = FigureWords(
        sources={key: _source(file, key, file.entries(sources, key)) for key in sources},
        totals=file.names(file.data, "totals"),
        no_data=file.names(file.data, "no_data"),
        meeting=Meeting(**_texts(file, "meeting", MEETING_WORDS)),
        load_table=_texts(file, "load", LOAD_WORDS).get("table", ""),
        improvements=_improvements(file),
        lines=file.lines,
    )
    return Reading(words, tuple(file.findings))


def _source(file: Declarations, key: str, entry: Lines) -> FigureSource:
    for word in entry:
        file.word(entry, word, word, SOURCE_WORDS)
    for needed in ("name", "day"):
        if not entry.get(needed):
            text = Text("The source {key!r} has no {needed!r}: add it.", key=key, needed=needed)
            file.error(entry.line, "source-incomplete", text, key)
    if ("metric" in entry) != ("value" in entry):
        text = Text("A table with one metric a row has both: a column `metric`, and a column `value`.")
        file.error(entry.line, "source-incomplete", text, key)
    return FigureSource(
        key,
        name=file.text(entry, "name"),
        name_en=file.text(entry, "name_en"),
        columns={name: file.names(entry, name) for name in COLUMNS if name in entry},
        metrics=_lists(file, entry, "metrics"),
        channels=_lists(file, entry, "channels"),
    )


def _lists(file: Declarations, entry: Lines, name: str) -> dict[str, tuple[str, ...]]:
    section = file.entries(entry, name)
    return {key: file.names(section, key) for key in section}


def _improvements(file: Declarations) -> Improvements:
    section, usual = file.section("improvements"), Improvements()
    for word in section:
        file.word(section, word, word, IMPROVEMENT_WORDS)
    counts = {word: _count(file, section, word) for word in ("days_before", "fewest")}
    return Improvements(
        file.text(section, "process"),
        counts["days_before"] or usual.days_before,
        counts["fewest"] or usual.fewest,
    )


def _count(file: Declarations, section: Lines, word: str) -> int | None:
    found = section.get(word)
    if found is None or (isinstance(found, int) and not isinstance(found, bool) and found > 0):
        return found
    file.shape(section.line_of(word), word, Text("a whole number, from 1"))
    return None


def _texts(file: Declarations, name: str, words: frozenset[str]) -> dict[str, str]:
    section = file.section(name)
    return {
        word: file.text(section, word) for word in section if file.word(section, word, word, words) in words
    }
