"""The words of the company whose files this project brings, as handlers get them."""

from __future__ import annotations

from functools import cache

from service import resources
from service.domain.words import Words
from service.engine import organisation
from service.engine.forms.marks import text_fields
from service.engine.forms.reading import read_form


@cache
def company_words() -> Words:
    """Return them without loading a drawing."""
    files = resources.manifest_files()
    forms = {
        name.removesuffix(".form"): read_form(name, data)
        for name, data in files.items()
        if name.endswith(".form")
    }
    own = organisation.read(files[organisation.FILE]).organisation
    return Words(text_fields(forms), own.metrics, own.reserve, own.influencers)
