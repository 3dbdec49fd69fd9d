"""`guarantees.yaml` becomes Guarantees: the one reader of that file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from service import manifest
from service.engine.files.declarations import Declarations
from service.engine.files.findings import Finding
from service.engine.guarantees.model import (
    After,
    Agrees,
    Becomes,
    Before,
    Claim,
    DoneBy,
    Guarantee,
    KnownGap,
    Names,
    Never,
    NotBy,
    NoTimer,
    Told,
)
from service.wording import Text
from service.yaml_lines import Lines

FILE = manifest.GUARANTEES
SECTION = "guarantees"
COMMON = frozenset({"name", "text", "text_en", "in", "known_gap"})
WORDS: Mapping[str, frozenset[str]] = {
    "before": frozenset({"always", "when", "concluding", "since"}),
    "after": frozenset({"always", "when"}),
    "never": frozenset({"when"}),
    "becomes": frozenset({"always", "concluding"}),
    "agrees": frozenset({"with_table", "given", "at"}),
    "who_does": frozenset({"is_never", "is_always"}),
    "waits_at": frozenset({"told_within"}),
    "no_timer_concludes": frozenset(),
}
"""The word each claim begins with, and what else it may say."""
NEEDED = frozenset({"always", "is_never", "is_always", "told_within", "with_table", "given", "at"})
"""Of these words a claim needs each that it may say; of `is_never` and `is_always` one."""
APPROVALS = "approvals"
"""In place of names, where a sentence is about single tasks: every task that is an approval."""


@dataclass(frozen=True)
class Reading:
    """The sentences as far as they could be read, and what could not."""

    guarantees: tuple[Guarantee, ...] = ()
    findings: tuple[Finding, ...] = ()


def read(content: bytes) -> Reading:
    """Return what the file says. Never raises for its contents: what is unreadable is a finding."""
    file = Declarations.parse(FILE, content, frozenset({SECTION}))
    section = file.section(SECTION)
    found = [_Sentence(file, section, key).read() for key in section]
    return Reading(tuple(each for each in found if each is not None), tuple(file.findings))


class _Sentence:
    """Reads one sentence."""

    def __init__(self, file: Declarations, section: Lines, key: str) -> None:
        self._file, self._key = file, key
        self._line, self._means = section.line_of(key), section[key]

    def read(self) -> Guarantee | None:
        """Return the sentence; None, with a finding, where it is not one."""
        if not isinstance(self._means, Lines):
            self._file.shape(self._line, self._key, Text("a sentence with name, text and one claim"))
            return None
        kind = self._kind()
        if kind is None or not self._has_words(kind):
            return None
        claim = _CLAIMS[kind](self)
        return Guarantee(
            key=self._key,
            name=self.text("name") or self._key,
            text=self.text("text"),
            claim=claim,
            line=self._line,
            text_en=self.text("text_en"),
            within=self.names("in"),
            known_gap=self._known_gap(),
        )

    def text(self, word: str) -> str:
        return self._file.text(self._means, word)

    def names(self, word: str) -> Names:
        """Return one name, or the names listed."""
        found = self._means.get(word)
        return (found,) if isinstance(found, str) else self._file.names(self._means, word)

    def pairs(self, word: str) -> tuple[tuple[str, str], ...]:
        """Return the names listed with what each stands for."""
        entries = self._file.entries(self._means, word)
        return tuple((name, self._file.text(entries, name)) for name in entries)

    def says(self, word: str) -> bool:
        return word in self._means

    def number(self, word: str) -> int:
        found = self._means.get(word)
        if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
            return found
        self._file.shape(self._means.line_of(word), word, Text("a number of workdays"))
        return 0

    def _kind(self) -> str | None:
        """Return the word of its claim; it makes exactly one."""
        begun = [word for word in WORDS if word in self._means]
        known = {*COMMON, *WORDS, *(WORDS[begun[0]] if begun else ())}
        for word in self._means:
            if word not in known:
                self._file.word(self._means, str(word), word, known)
        if len(begun) == 1:
            return begun[0]
        text = Text(
            "The guarantee {name!r} must claim one thing: one of {words}.",
            name=self._key,
            words=", ".join(sorted(WORDS)),
        )
        self._file.error(self._line, "guarantee-claim", text, self._key)
        return None

    def _has_words(self, kind: str) -> bool:
        """Tell whether nothing is left out that the claim, and whoever reads it, cannot do without."""
        needed = ["name", "text", kind, *sorted(WORDS[kind] & NEEDED - self._instead(kind))]
        missing = [word for word in needed if self._means.get(word) in (None, "", [], {})]
        for word in missing:
            text = Text("The guarantee {name!r} leaves out {word!r}.", name=self._key, word=word)
            self._file.error(self._line, "guarantee-incomplete", text, self._key)
        return not missing

    def _instead(self, kind: str) -> frozenset[str]:
        """Return what need not be said where something else is: who does a task, or who never does."""
        if kind != "who_does":
            return frozenset()
        if self.says("is_never") and self.says("is_always"):
            text = Text(
                "The guarantee {name!r} says both is_never and is_always: make two of it.", name=self._key
            )
            self._file.error(self._line, "guarantee-claim", text, self._key)
        return frozenset({"is_never" if self.says("is_always") else "is_always"})

    def _known_gap(self) -> KnownGap | None:
        if "known_gap" not in self._means:
            return None
        entries = self._file.entries(self._means, "known_gap")
        for word in entries:
            self._file.word(entries, word, word, {"since", "why"})
        gap = KnownGap(self._file.text(entries, "since"), self._file.text(entries, "why"))
        try:
            date.fromisoformat(gap.since)
        except ValueError:
            self._file.shape(self._means.line_of("known_gap"), "since", Text("a date such as 2026-10-10"))
        if not gap.why:
            text = Text("The guarantee {name!r} leaves out {word!r}.", name=self._key, word="known_gap.why")
            self._file.error(self._means.line_of("known_gap"), "guarantee-incomplete", text, self._key)
        return gap


_CLAIMS: Mapping[str, Callable[[_Sentence], Claim]] = {
    "before": lambda said: Before(
        said.names("before"),
        said.names("always"),
        said.text("when"),
        said.text("concluding"),
        said.names("since"),
    ),
    "after": lambda said: After(said.names("after"), said.names("always"), said.text("when")),
    "never": lambda said: Never(said.names("never"), said.text("when")),
    "becomes": lambda said: Becomes(said.text("becomes"), said.names("always"), said.text("concluding")),
    "agrees": lambda said: Agrees(
        said.text("agrees"), said.text("with_table"), said.pairs("given"), said.names("at")
    ),
    "who_does": lambda said: (
        DoneBy(said.names("who_does"), said.names("is_always"))
        if said.says("is_always")
        else NotBy(said.names("who_does"), said.names("is_never"))
    ),
    "waits_at": lambda said: Told(said.names("waits_at"), said.number("told_within")),
    "no_timer_concludes": lambda said: NoTimer(said.names("no_timer_concludes")),
}
