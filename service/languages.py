"""The two languages and their texts.

The catalogues are the `.po` files themselves, read when first needed: nothing compiled that could be stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.support import NullTranslations

CHINESE, ENGLISH = "zh_Hans_CN", "en"
CATALOGUES = Path(__file__).resolve().parent / "translations"


@lru_cache(maxsize=4)
def catalogue(locale: str) -> NullTranslations:
    """Return the texts of one language; English texts are their own keys."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import NullTranslations, Translations

    path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Translations(compiled)


def of_terminal(environment: Mapping[str, str], otherwise: str = ENGLISH) -> str:
    """Return the language of a command line: Chinese or English where the locale says so."""
    said = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    known = {"zh": CHINESE, "en": ENGLISH}
    return known.get(said.lower()[:2], otherwise)
