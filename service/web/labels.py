"""Forms in English: their words by the table `forms/labels.en.json`, Chinese words → English ones.

Forms are written in Chinese; words the table does not know stay as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from service import resources
from service.web.i18n import language_tag

# What a person reads. Keys, paths, expressions and ids are never touched, nor are the values that are stored.
WORDS = ("label", "description", "text", "dateLabel", "timeLabel", "prefixAdorner", "suffixAdorner")


def localized(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a form's schema in the reader's language."""
    return _translated(schema, _english()) if language_tag() == "en" else schema


@lru_cache(maxsize=1)
def _english() -> Mapping[str, str]:
    path = resources.forms() / "labels.en.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _translated(value: Any, table: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_translated(each, table) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {key: _word(key, each, table) for key, each in value.items()}


def _word(key: str, value: Any, table: Mapping[str, str]) -> Any:
    if isinstance(value, str) and (key in WORDS or "Message" in key):
        return table.get(value, value)
    return _translated(value, table)
