"""`case.yaml` becomes a CaseSchema: which process is the main one, and the facts of a case. Its one reader.

A fact always has a value: the one it was given last, before that its initial one. Every kind has a natural
initial value (no text, nothing, no, an empty list) but dates, times and shares, which declare theirs: `null`
there says "not yet".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from service import manifest
from service.engine.case import pace
from service.engine.case.kinds import KINDS, Kind
from service.engine.case.pace import Pace
from service.engine.files.declarations import Declarations
from service.engine.files.findings import Finding
from service.errors import FeelError
from service.wording import Text
from service.yaml_lines import Lines

FILE = manifest.CASE
CASE = "case"
GIVEN: Mapping[str, str] = MappingProxyType(
    {"number": "编号", "title": "名称", "applicant": "发起人", "department": "部门"}
)
"""What every case has beside its facts, with its label: readable as `case.…`, written by nobody."""

_SECTIONS = frozenset({"main", "outcome", "head", "phases", "facts", pace.SECTION})
_PHASE = frozenset({"at", "label_en"})
_PROPERTIES = frozenset({"kind", "label", "label_en", "initial", "values", "values_en", "tones", "from"})
TONES = frozenset({"good", "warn", "bad"})
_PREFIX = f"{CASE}."


class WrongKind(FeelError):
    """A fact of the case is given a value of another kind."""


@dataclass(frozen=True)
class Fact:
    """One fact of a case. `values` are the only ones it takes, each with its label; none: any of its kind.

    `label_en` and `values_en` are the labels in English, as far as the owners wrote them; `tones` say
    of values whether they are good, warn or bad. `sources` are the topics and decisions that alone work it
    out; without any, every element may set it.
    """

    name: str
    kind: str
    label: str
    initial: Any
    label_en: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    values_en: Mapping[str, str] = field(default_factory=dict)
    tones: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    def accept(self, value: Any) -> Any:
        """Return a value as the fact keeps it: money with two places. WrongKind for what it cannot be."""
        if value is None and self.initial is None:
            return None
        try:
            accepted = KINDS[self.kind].accept(value)
        except ValueError as error:
            raise WrongKind(self._refusal(value), f"{_PREFIX}{self.name}") from error
        if self.values and accepted not in self.values:
            raise WrongKind(self._unknown(accepted), f"{_PREFIX}{self.name}")
        return accepted

    def _refusal(self, value: Any) -> Text:
        return Text(
            "the fact {name!r} is {kind}, not {value}",
            name=self.name,
            kind=KINDS[self.kind].title,
            value=type(value).__name__ if value is not None else "null",
        )

    def _unknown(self, value: Any) -> Text:
        return Text(
            "the fact {name!r} is one of {known}, not {value!r}",
            name=self.name,
            known=", ".join(self.values),
            value=str(value),
        )


@dataclass(frozen=True)
class Phase:
    """A stretch of the way of a case, as people talk of it: the activities of the main process it is `at`."""

    label: str
    at: tuple[str, ...]
    label_en: str = ""


@dataclass(frozen=True)
class CaseSchema:
    """What a manifest says of its cases. `main` is None where it says nothing: then no process is special.

    `outcome` is the fact that says how a case came out, "" where none does. `pace` says how long deciding
    takes and when it is awaited, None where nobody wants to know. `head` are the facts that say at a glance
    what a case is about; `phases` its way, in order.
    """

    main: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    outcome: str = ""
    pace: Pace | None = None
    head: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Return everything that can be read as `case.<name>`."""
        return frozenset({*GIVEN, *self.facts})

    def complete(self, given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
        """Return every name of the case with its value: as `given`, as `known`, or else initial."""
        values = {name: known.get(name, fact.initial) for name, fact in self.facts.items()}
        return {**values, **{name: given.get(name) or "" for name in GIVEN}}


NO_CASE = CaseSchema()
"""That of a manifest without `case.yaml`."""


@dataclass(frozen=True)
class Reading:
    """The schema as far as it could be read, what could not, and in which line each fact stands."""

    schema: CaseSchema
    findings: tuple[Finding, ...] = ()
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)


def fact_of(target: str) -> str | None:
    """Return the name of the fact that `case.<name>` writes, None for any other target."""
    return target.removeprefix(_PREFIX) if target.startswith(_PREFIX) else None


def read(content: bytes) -> Reading:
    """Return what the file declares. Never raises for its contents: what is unreadable is a finding."""
    file = Declarations.parse(FILE, content, _SECTIONS)
    main = file.text(file.data, "main") or None
    section = file.section("facts")
    facts = {name: fact for name in section if (fact := _fact(file, section, name)) is not None}
    outcome = file.text(file.data, "outcome")
    if outcome:
        file.word(file.data, "outcome", outcome, section)
    head = file.names(file.data, "head")
    for name in head:
        file.word(file.data, "head", name, section)
    kinds = {name: fact.kind for name, fact in facts.items()}
    schema = CaseSchema(main, facts, outcome, pace.read(file, kinds), head, _phases(file))
    return Reading(schema, tuple(file.findings), file.lines)


def _phases(file: Declarations) -> tuple[Phase, ...]:
    section, found = file.section("phases"), []
    for label in section:
        entry = file.entries(section, label)
        for key in entry:
            file.word(entry, key, key, _PHASE)
        found.append(Phase(label, file.names(entry, "at"), file.text(entry, "label_en")))
    return tuple(found)


def _fact(file: Declarations, section: Lines, name: str) -> Fact | None:
    means, line = section[name], section.line_of(name)
    if not isinstance(means, Lines):
        file.shape(line, name, Text("kind, label and, where it has none by nature, initial"))
        return None
    if not name.isidentifier() or name in GIVEN:
        file.error(line, "fact-name", Text("{name!r} cannot be the name of a fact.", name=name), name)
        return None
    for key in means:
        file.word(means, key, key, _PROPERTIES)
    kind = file.word(means, "kind", means.get("kind"), KINDS)
    label = file.text(means, "label")
    if not label:
        file.error(line, "fact-label", Text("The fact {name!r} has no label.", name=name), name)
    if kind not in KINDS:
        return None
    values, values_en = (_labels(file, means, key) for key in ("values", "values_en"))
    for value in values_en:
        file.word(means, "values_en", value, values)
    tones = _labels(file, means, "tones")
    for value, tone in tones.items():
        file.word(means, "tones", value, values)
        file.word(means, "tones", tone, TONES)
    initial = _initial(file, means, name, KINDS[kind])
    english, sources = file.text(means, "label_en"), file.names(means, "from")
    fact = Fact(name, kind, label, initial, english, values, values_en, tones, sources)
    if values and initial not in values:
        text = Text("The initial value of {name!r} is none of its values.", name=name)
        file.error(means.line_of("initial"), "fact-initial", text, name)
    return fact


def _labels(file: Declarations, means: Lines, key: str) -> dict[str, str]:
    return {value: str(label) for value, label in file.entries(means, key).items()}


def _initial(file: Declarations, means: Lines, name: str, kind: Kind) -> Any:
    if "initial" not in means and kind.natural:
        return kind.natural[0]
    if "initial" not in means:
        text = Text(
            "The fact {name!r} needs an initial value: one of its kind, or null for “not yet”.", name=name
        )
        file.error(means.line, "fact-initial", text, name)
        return None
    if means["initial"] is None and not kind.natural:
        return None
    try:
        return kind.read(means["initial"])
    except (ValueError, TypeError) as error:
        text = Text(
            "The initial value of {name!r} is not {kind}: {reason}.",
            name=name,
            kind=kind.title,
            reason=str(error),
        )
        file.error(means.line_of("initial"), "fact-initial", text, name)
        return None
