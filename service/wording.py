"""Sentences that can be said in two languages: English text that remembers what it was made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Gettext = Callable[[str], str]


class Text(str):
    """An English sentence with its template, so that it can be said in another language later.

    `template` is a msgid with named placeholders as in `str.format`: "{name!r} leads nowhere". `params` are
    strings, numbers and other texts, so that a sentence can be stored as JSON; of other values hand in the
    `repr`. Without params the template is taken as it is, braces and all.
    """

    template: str
    params: Mapping[str, str | int | Text]

    def __new__(cls, template: str, /, **params: str | int | Text) -> Text:
        text = super().__new__(cls, template.format(**params) if params else template)
        text.template, text.params = str(template), params
        return text

    def as_record(self) -> dict[str, Any]:
        """Return template and params as JSON, for `from_record`."""
        return {
            "template": self.template,
            "params": {
                name: value.as_record() if isinstance(value, Text) else value
                for name, value in self.params.items()
            },
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Text:
        """Return the text that was stored as a record."""
        params = record["params"].items()
        read = {
            name: cls.from_record(value) if isinstance(value, Mapping) else value for name, value in params
        }
        return cls(record["template"], **read)

    @classmethod
    def stored(cls, said: str, record: Mapping[str, Any] | None) -> str:
        """Return a text that reads as it was `said` once, and by its record can be said in another language.

        Without a record it is what was said, and no more.
        """
        if record is None:
            return said
        meant, text = cls.from_record(record), super().__new__(cls, said)
        text.template, text.params = meant.template, meant.params
        return text


def as_text(message: str) -> Text:
    """Return a message as a Text; a plain one is a template without params."""
    return message if isinstance(message, Text) else Text(message)


SILENT = Text.__new__(Text, "")
"""No words, where some may stand; written so that no catalogue takes it for a text."""


def record_of(message: str) -> dict[str, Any] | None:
    """Return what a message was made of as JSON; None when it is a plain string."""
    return message.as_record() if isinstance(message, Text) else None


def translated(message: str, gettext: Gettext, words: Gettext = str) -> str:
    """Return a message in the language of `gettext`; a plain string, or one it does not know, as it is.

    `words` says the owners' own words that stand in it, the name of a task for one, in that language.
    """
    if not isinstance(message, Text):
        return words(message)
    template = gettext(message.template) if message.template else ""
    params = {
        name: translated(value, gettext, words) if isinstance(value, str) else value
        for name, value in message.params.items()
    }
    return template.format(**params) if params else template


def all_translated(value: Any, gettext: Gettext) -> Any:
    """Return JSON with every text in it translated."""
    if isinstance(value, Text):
        return translated(value, gettext)
    if isinstance(value, Mapping):
        return {name: all_translated(entry, gettext) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [all_translated(entry, gettext) for entry in value]
    return value


def joined(parts: Sequence[Text], template: str) -> Text:
    """Return several texts as one by a template with `first` and `rest`: "{first} or {rest}"."""
    first, *rest = parts
    return Text(template, first=first, rest=joined(rest, template)) if rest else first
