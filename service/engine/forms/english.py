"""The English words of forms: `labels.en.json`, Chinese words → English ones. Its one reader.

One table serves every form of a manifest: the same words are translated once, and a changed word of a form
part once as well. Words the table does not know stay as they are.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service import unreadable
from service.engine.files.findings import Finding, Severity
from service.feel.schema import Schema
from service.manifest import ENGLISH
from service.wording import Text

Table = Mapping[str, str]
FILE = ENGLISH

# What a person reads. Keys, paths, expressions and ids are never touched, nor are the values that are stored.
_WORDS = ("label", "description", "text", "dateLabel", "timeLabel", "prefixAdorner", "suffixAdorner")
_ENTRY = re.compile(r'^\s*("(?:[^"\\]|\\.)*")\s*:')
_PLACE = re.compile(r"{{.*?}}")


@dataclass(frozen=True)
class Reading:
    """The table, the line each entry stands in, and what is wrong with the file itself."""

    table: Table
    lines: Mapping[str, int]
    findings: tuple[Finding, ...] = ()


def read(content: bytes) -> Reading:
    """Return what the file says; of one that is no table, what is wrong with it."""
    try:
        text = content.decode("utf-8-sig") or "{}"
        pairs = json.loads(text, object_pairs_hook=tuple)
    except (ValueError, RecursionError) as error:
        reason = Text("This is not valid JSON: {reason}.", reason=unreadable.of_json(error))
        return Reading({}, {}, (_wrong(reason),))
    if not _is_table(pairs):
        wrong = Text("Each entry is a Chinese text and its English one, both in quotation marks.")
        return Reading({}, {}, (_wrong(wrong),))
    lines = _lines(text)
    table = dict(pairs)
    repeated = [words for words, count in Counter(words for words, _ in pairs).items() if count > 1]
    twice = [_finding(lines, words, "warning", "english-twice", _twice(words)) for words in repeated]
    lost = [
        _finding(lines, words, "error", "english-places", _places(words))
        for words, english in table.items()
        if Counter(_PLACE.findall(words)) != Counter(_PLACE.findall(english))
    ]
    return Reading(table, lines, (*twice, *lost))


def words_of(component: Any) -> Iterator[str]:
    """Yield what a person reads of one component, without the components inside it."""
    if isinstance(component, list):
        for each in component:
            yield from words_of(each)
    elif isinstance(component, Mapping):
        for name, value in component.items():
            if _is_read(name, value):
                yield value
            elif name != "components":
                yield from words_of(value)


def translated(schema: Schema, table: Table) -> Schema:
    """Return a form in English, as far as the table goes."""
    return {name: _word(name, value, table) for name, value in schema.items()}


def _word(name: str, value: Any, table: Table) -> Any:
    if _is_read(name, value):
        return table.get(value, value)
    if isinstance(value, list):
        return [_word("", each, table) for each in value]
    return translated(value, table) if isinstance(value, Mapping) else value


def _is_read(name: str, value: Any) -> bool:
    return isinstance(value, str) and (name in _WORDS or "Message" in name)


def _is_table(pairs: Any) -> bool:
    # An object of the file is a tuple of pairs here, an array is a list.
    return isinstance(pairs, tuple) and all(isinstance(english, str) for _, english in pairs)


def _lines(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        entry = _ENTRY.match(line)
        if entry:
            found[json.loads(entry[1], strict=False)] = number
    return found


def _wrong(message: Text) -> Finding:
    return Finding(FILE, 0, "", "error", "english-file", message)


def _finding(lines: Mapping[str, int], words: str, severity: Severity, code: str, message: Text) -> Finding:
    return Finding(FILE, lines.get(words, 0), "", severity, code, message)


def _twice(words: str) -> Text:
    return Text("{words!r} stands here twice: the last entry counts.", words=words)


def _places(words: str) -> Text:
    return Text("The English of {words!r} must show the same values, each in double braces.", words=words)
