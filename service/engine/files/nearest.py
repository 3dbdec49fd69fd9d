"""For a word nobody knows: the known word that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from service.wording import Text

SHORT = 3
_SHORT_SLIP = 5
_DIGITS = re.compile(r"\d+")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is nearest to one nobody knows; "" where none is near."""
    names = sorted(each for each in known if each)
    # Of a Chinese word of two characters one may be wrong.
    near = get_close_matches(word, names, n=1, cutoff=0.6 if len(word) > SHORT else 0.5)
    if near:
        return near[0]
    held = [each for each in names if len(each) > 1 and (each in word or (len(word) > 1 and word in each))]
    return min(held, key=lambda each: abs(len(each) - len(word)), default="")


def slipped(word: str, known: Iterable[str]) -> str:
    """Return the known word that differs from this one by a slip of the pen alone; "" where none does.

    Both may be right, so it is stricter than `nearest`. Numbers tell words apart.
    """
    others = sorted(each for each in known if _DIGITS.sub("", each) != _DIGITS.sub("", word))
    near = get_close_matches(word, others, n=1, cutoff=0.8 if len(word) > _SHORT_SLIP else 0.7)
    return near[0] if near else ""


def suggestion(word: str, known: Iterable[str]) -> Text:
    """Return " Did you mean …?" with the nearest known word, or the list of all where none is near."""
    names = sorted(known)
    near = nearest(word, names)
    if near:
        return Text(" Did you mean {name!r}?", name=near)
    return Text(" Known are {names}.", names=", ".join(names)) if names else Text(" None is known.")
