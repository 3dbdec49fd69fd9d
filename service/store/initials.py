"""Chinese by its initials, as people type names into a search: 林悦 is found by `ly`."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=20_000)
def initials(text: str) -> str:
    """Return the first letter of every syllable, in small letters; letters and figures as they stand.

    A character with several readings counts as it is read in the words around it. Empty where nothing in the
    text is Chinese: it is found by itself then.
    """
    from pypinyin import Style, lazy_pinyin

    found = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors="default")).lower()
    return found if found != text.lower() else ""


def may_be(q: str) -> bool:
    """Say whether somebody may mean initials by this."""
    return len(q) > 1 and q.isascii() and q.isalnum()
