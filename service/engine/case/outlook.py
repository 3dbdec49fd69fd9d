"""What is forecast of a case, as `case.yaml` says: when it is decided, and by which day it must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.engine.files.declarations import Declarations

SECTION = "forecast"
_WORDS = ("decided", "needed_by")


@dataclass(frozen=True)
class Outlook:
    """A case is decided when the fact `decided` has a value.

    `needed_by` is the fact that holds the day before which it has to be, "" for none.
    """

    decided: str
    needed_by: str = ""


def read(file: Declarations, kinds: Mapping[str, str]) -> Outlook | None:
    """Return what the file wants forecast, None where it says nothing, or nothing that can be used.

    `kinds`: the kind of each fact by name.
    """
    if SECTION not in file.data:
        return None
    entry = file.entries(file.data, SECTION)
    for word in entry:
        file.word(entry, word, word, _WORDS)
    decided = file.word(entry, "decided", entry.get("decided"), _of_kind(kinds, "datetime"))
    needed_by = entry.get("needed_by")
    if needed_by is not None:
        needed_by = file.word(entry, "needed_by", needed_by, _of_kind(kinds, "date"))
    is_known = decided in kinds and (needed_by is None or needed_by in kinds)
    return Outlook(decided, needed_by or "") if is_known else None


def _of_kind(kinds: Mapping[str, str], kind: str) -> tuple[str, ...]:
    return tuple(name for name, known in kinds.items() if known == kind)
