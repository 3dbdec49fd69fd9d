"""The owners' words in the reader's language: Chinese as written, English by the table of their manifest."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any, Protocol

from flask_babel import gettext

from service.engine.forms.english import translated
from service.errors import NotFound
from service.runtime.promises.judging import PromiseView
from service.web.asking import application
from service.web.i18n import language_tag
from service.wording import translated as translated_text


class Declared(Protocol):
    """What owners declare with a label, and maybe an English one: a fact, a phase, an outcome."""

    @property
    def label(self) -> str: ...
    @property
    def label_en(self) -> str: ...


def label_of(declared: Declared) -> str:
    """Return what owners call something, in the reader's language."""
    return (declared.label_en if language_tag() == "en" else "") or declared.label


def promised(promise: PromiseView) -> str:
    """Return a sentence of `guarantees.yaml`, in the reader's language."""
    return (promise.text_en if language_tag() == "en" else "") or promise.text


def localized(schema: Mapping[str, Any], deployment_id: str) -> Mapping[str, Any]:
    """Return the schema of a form of this deployment in the reader's language.

    Words its own table lacks are those of the live one: the first release deployed no table.
    """
    if language_tag() != "en":
        return schema
    app = application()
    tables = (app.model(deployment_id).english, app.live().model.english)
    return translated(schema, ChainMap(*map(dict, tables)))


def told(words: str) -> str:
    """Return what somebody is told in their language, owners' words in it included."""
    return translated_text(words, gettext, _english if language_tag() == "en" else str)


def _english(words: str) -> str:
    try:
        return application().live().model.english.get(words, words)
    except NotFound:  # nothing is deployed yet
        return words
