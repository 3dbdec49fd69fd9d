"""English words of forms: what has none yet, and entries that nothing needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from service.engine.files.findings import Finding
from service.engine.forms.english import FILE, Reading, words_of
from service.engine.forms.parts import use_of
from service.feel.schema import Schema, components
from service.wording import Text

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def check_english(
    english: Reading, schemas: Mapping[str, Schema], others: Iterable[str] = ()
) -> Iterator[Finding]:
    """Yield a warning for each text of a form that lacks its English, and for each entry without a text.

    `others` may have their English too, and go without: names of activities, what people are told.
    """
    yield from english.findings
    needed, seen = set(others), set[str]()
    for file, schema in schemas.items():
        for element, words in _own_words(schema):
            if words not in seen and words not in english.table and _CHINESE.search(words):
                text = Text("{words!r} has no English yet: add it to {file}.", words=words, file=FILE)
                yield Finding(file, 0, element, "warning", "english-missing", text)
            seen.add(words)
    for words in english.table:
        if words not in needed | seen:
            text = Text("No form says {words!r} any more: delete the entry.", words=words)
            yield Finding(FILE, english.lines.get(words, 0), "", "warning", "english-unused", text)


def _own_words(schema: Schema) -> Iterator[tuple[str, str]]:
    """Yield (element, text) of a form, without what comes from a part: the part itself is asked for it."""
    for component in components(schema):
        if not any(use_of(each.raw) for each in component.around):
            element = str(component.raw.get("id") or component.name)
            yield from ((element, words) for words in words_of(component.raw))
