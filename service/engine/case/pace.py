"""How long deciding a case takes, as `case.yaml` reckons and forecasts it: from when to when, and the aim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.engine.files.declarations import Declarations
from service.wording import Text
from service.yaml_lines import Lines

SECTION = "pace"
_WORDS = ("from", "to", "target", "apart", "tier", "needed_by")
_MOMENT, _DAY = "datetime", "date"


@dataclass(frozen=True)
class Pace:
    """From the moment that the fact `begun` holds to that of `decided`.

    A case that came out badly before is decided when its outcome says so. `least` and `most` are the target
    in workdays. Cases in which the fact `apart` has the value `apart_value` are counted by themselves, ""
    where none are. `tier` is the fact that cases are compared by, `needed_by` the one that holds the day
    before which a case has to be decided, "" for none.
    """

    begun: str
    decided: str
    least: int
    most: int
    apart: str = ""
    apart_value: str = ""
    tier: str = ""
    needed_by: str = ""


def read(file: Declarations, kinds: Mapping[str, str]) -> Pace | None:
    """Return what the file says of the pace, None where it says nothing, or nothing that can be used.

    `kinds`: the kind of each fact by name.
    """
    if SECTION not in file.data:
        return None
    entry = file.entries(file.data, SECTION)
    for word in entry:
        file.word(entry, word, word, _WORDS)
    moments, days = ([name for name, each in kinds.items() if each == kind] for kind in (_MOMENT, _DAY))
    begun, decided = (file.word(entry, key, entry.get(key), moments) for key in ("from", "to"))
    apart = file.entries(entry, "apart")
    named = [*apart, *([file.text(entry, "tier")] if "tier" in entry else [])]
    known = [file.word(entry, name, name, kinds) in kinds for name in named]
    target = _target(file, entry)
    if "needed_by" in entry:
        known.append(file.word(entry, "needed_by", entry["needed_by"], days) in days)
    if target is None or not {begun, decided} <= set(moments) or not all(known):
        return None
    name, value = next(iter(apart.items()), ("", ""))
    tier, needed_by = (file.text(entry, key) for key in ("tier", "needed_by"))
    return Pace(begun, decided, *target, name, str(value), tier, needed_by)


def _target(file: Declarations, entry: Lines) -> tuple[int, int] | None:
    given = entry.get("target")
    if isinstance(given, list) and len(given) == 2 and all(isinstance(each, int) for each in given):
        least, most = given
        if 0 < least <= most:
            return least, most
    file.shape(entry.line_of("target"), "target", Text("two numbers of workdays, such as [3, 7]"))
    return None
