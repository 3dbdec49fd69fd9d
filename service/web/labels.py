"""Forms in the reader's language: Chinese as they are written, English by the table of their manifest."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from service.engine.forms.english import translated
from service.web.asking import application
from service.web.i18n import language_tag


def localized(schema: Mapping[str, Any], deployment_id: str) -> Mapping[str, Any]:
    """Return the schema of a form of this deployment in the reader's language.

    Words its own table lacks are those of the live one: the first release deployed no table.
    """
    if language_tag() != "en":
        return schema
    app = application()
    tables = (app.model(deployment_id).english, app.live().model.english)
    return translated(schema, ChainMap(*map(dict, tables)))
