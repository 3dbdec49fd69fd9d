"""What `figures.yaml` names: metrics nobody measures, headings that mean two things, forms and tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from service.domain.figures import MEASURED
from service.engine.check.surroundings import Surroundings
from service.engine.figures import FILE, FOLLOWED, FigureSource, FigureWords
from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.wording import Text


def check_figures(words: FigureWords, around: Surroundings) -> Iterator[Finding]:
    """Yield what is wrong with the words about figures of a manifest that has been read."""
    for source in words.sources.values():
        yield from _metrics(words, source)
        yield from _ambiguous(words, source)
    meeting = words.meeting
    for entry, name in (("sheet", meeting.sheet), ("adjustment", meeting.adjustment)):
        yield from _known(words, "meeting", entry, name, around.forms, Text("form"))
    yield from _known(words, "meeting", "table", meeting.table, around.decisions, Text("decision table"))
    yield from _known(words, "load", "table", words.load_table, around.decisions, Text("decision table"))
    yield from _followed(words, around)


def _followed(words: FigureWords, around: Surroundings) -> Iterator[Finding]:
    name = words.improvements.process
    yield from _known(words, "improvements", "process", name, around.processes, Text("process"))
    process = around.processes.get(name)
    if process is None:
        return
    for key in FOLLOWED:
        if key not in process.inputs:
            text = Text(
                "Improvements are followed up by {process!r}, which is not begun with {key!r}: add it to its "
                "property `inputs`.",
                process=name,
                key=key,
            )
            yield _error(words, "improvements", "process", "reads-nothing", text)


def _metrics(words: FigureWords, source: FigureSource) -> Iterator[Finding]:
    for metric in source.metrics:
        if metric not in MEASURED:
            hint = suggestion(metric, MEASURED)
            text = Text("Nothing is measured as {key!r}.{hint}", key=metric, hint=hint)
            yield _error(words, "sources", source.key, "unknown-metric", text)


def _ambiguous(words: FigureWords, source: FigureSource) -> Iterator[Finding]:
    meant_by: dict[str, str] = {}
    for means, headings in (*source.columns.items(), *source.metrics.items()):
        for heading in headings:
            other = meant_by.setdefault(heading, means)
            if other != means:
                said = {"name": heading, "other": other}
                text = Text("{name!r} means {other!r} already: give one another name.", **said)
                yield _error(words, "sources", source.key, "ambiguous-name", text)


def _known(
    words: FigureWords, section: str, entry: str, name: str, known: Collection[str], what: Text
) -> Iterator[Finding]:
    if name and name not in known:
        said = {"what": what, "name": name, "hint": suggestion(name, known)}
        text = Text("There is no {what} {name!r}.{hint}", **said)
        yield _error(words, section, entry, "unknown-name", text)


def _error(words: FigureWords, section: str, entry: str, code: str, message: Text) -> Finding:
    return Finding(FILE, words.line_of(section, entry), entry, "error", code, message)
