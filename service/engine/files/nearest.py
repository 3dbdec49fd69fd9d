"""For a word nobody knows: the known word that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from service.wording import Text


def suggestion(word: str, known: Iterable[str]) -> Text:
    """Return " Did you mean …?" with the nearest known word, or the list of all where none is near."""
    names = sorted(known)
    # Of a Chinese word of two characters one may be wrong.
    near = get_close_matches(word, names, n=1, cutoff=0.6 if len(word) > 3 else 0.5)
    if near:
        return Text(" Did you mean {name!r}?", name=near[0])
    return Text(" Known are {names}.", names=", ".join(names)) if names else Text(" None is known.")
