"""`organisation.yaml` becomes an Organisation: the one reader of that file."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, time
from typing import cast

from service import manifest
from service.domain.metrics import Metric
from service.engine import v0_1
from service.engine.files.declarations import Declarations
from service.engine.files.findings import Finding
from service.engine.organisation.model import (
    HOLDERS,
    LOAD,
    TAKEN_PART,
    Event,
    FollowUp,
    Hours,
    Organisation,
    Relation,
    RelationKind,
)
from service.wording import Text
from service.yaml_lines import Lines

FILE = manifest.ORGANISATION
SECTIONS = frozenset(
    {
        *("groups", "relations", "lanes", "rights", "conclusions", "aspects", "metrics", "budget"),
        *("follow_ups", "superiors", "notices", "hours"),
        *("calendar", "brand_lines", "stalled_after_workdays"),
    }
)
GROUP_KINDS = frozenset({"department", "role"})
RELATION_KINDS = frozenset({"user", "head_of", "head"})
TONES = frozenset({"good", "warn", "bad"})
BUDGET_WORDS = frozenset({"reserve", "influencers"})
FOLLOW_UP_WORDS = frozenset({"when", "begun_by", "ends_case", "ends_with_case"})
NOTICE_WORDS = frozenset({"name", "name_en", "text", "tone", "tell"})
HOUR_WORDS = frozenset({"digest_at", "quiet_from", "quiet_to"})
METRIC_WORDS = frozenset({"name", "aliases", "unit", "additive", "target"})


@dataclass(frozen=True)
class Reading:
    """The organisation as far as it could be read, and what could not."""

    organisation: Organisation
    findings: tuple[Finding, ...] = ()


def read(content: bytes) -> Reading:
    """Return what the file declares. Never raises for its contents: what is unreadable is a finding.

    A file without the section `rights` is one of the first release: what held then still holds for it.
    """
    file = Declarations.parse(FILE, content, SECTIONS)
    calendar = file.section("calendar")
    base = Organisation(
        groups=_groups(file),
        relations=_relations(file),
        superiors=_superiors(file),
        notices=_notices(file),
        hours=_hours(file),
        stalled_after_workdays=_stalled_after(file),
        lanes={name: str(text or "") for name, text in file.section("lanes").items()},
        brand_lines=file.names(file.data, "brand_lines"),
        company_holidays=_days(file, calendar, "holidays"),
        company_workdays=_days(file, calendar, "workdays"),
        lines=file.lines,
    )
    if "notices" not in file.data:
        base = replace(base, notices=_customary(base.people))
    whole = _first_release(base) if "rights" not in file.data else _words(base, file)
    return Reading(whole, tuple(file.findings))


def _first_release(base: Organisation) -> Organisation:
    return replace(
        base,
        rights=v0_1.RIGHTS,
        conclusions=v0_1.CONCLUSIONS,
        follow_ups=_of_first_release(),
        metrics=v0_1.METRICS,
        reserve=v0_1.RESERVE,
        influencers=v0_1.INFLUENCERS,
        is_first_release=True,
    )


def _words(base: Organisation, file: Declarations) -> Organisation:
    rights, conclusions, budget = (file.section(name) for name in ("rights", "conclusions", "budget"))
    for name in budget:
        file.word(budget, name, name, BUDGET_WORDS)
    return replace(
        base,
        rights={name: file.names(rights, name) for name in rights},
        conclusions={name: file.word(conclusions, name, tone, TONES) for name, tone in conclusions.items()},
        aspects=file.names(file.data, "aspects"),
        follow_ups=_follow_ups(file),
        metrics=_metrics(file),
        reserve=file.text(budget, "reserve"),
        influencers=file.text(budget, "influencers"),
    )


def _groups(file: Declarations) -> dict[str, str]:
    section = file.section("groups")
    return {name: file.word(section, name, kind, GROUP_KINDS) for name, kind in section.items()}


def _relations(file: Declarations) -> dict[str, Relation]:
    if "relations" not in file.data:
        return {name: _relation(name, means) for name, means in v0_1.RELATIONS.items()}
    section = file.section("relations")
    found: dict[str, Relation] = {}
    for name, means in section.items():
        if not isinstance(means, Lines) or len(means) != 1:
            wanted = Text("one of user, head_of or head, and of whom, in braces")
            file.shape(section.line_of(name), name, wanted)
            continue
        found[name] = _relation(name, means)
        file.word(section, name, found[name].kind, RELATION_KINDS)
    return found


def _superiors(file: Declarations) -> dict[str, str]:
    section = file.section("superiors")
    return {name: above for name in section if (above := file.text(section, name))}


def _relation(name: str, means: Mapping[str, object]) -> Relation:
    [(kind, of)] = means.items()
    return Relation(name, cast(RelationKind, kind), str(of))


def _follow_ups(file: Declarations) -> dict[str, FollowUp]:
    section = file.section("follow_ups")
    declared = {}
    for process in section:
        entry = file.entries(section, process)
        for word in entry:
            file.word(entry, word, word, FOLLOW_UP_WORDS)
        if "begun_by" in entry:
            file.word(entry, "begun_by", entry["begun_by"], {LOAD})
        declared[process] = FollowUp(
            process,
            when=file.text(entry, "when"),
            begun_by=file.text(entry, "begun_by"),
            ends_case=file.truth(entry, "ends_case"),
            ends_with_case=file.text(entry, "ends_with_case"),
        )
    return declared


def _of_first_release() -> dict[str, FollowUp]:
    return {
        process: FollowUp(process, entry.get("when", ""), entry.get("begun_by", ""))
        for process, entry in v0_1.FOLLOW_UPS.items()
    }


def _notices(file: Declarations) -> dict[str, Event]:
    section, found = file.section("notices"), {}
    for key in section:
        entry = file.entries(section, key)
        for word in entry:
            file.word(entry, word, word, NOTICE_WORDS)
        if "tone" in entry:
            file.word(entry, "tone", entry["tone"], TONES)
        said = {word: file.text(entry, word) for word in NOTICE_WORDS - {"tell"}}
        found[key] = Event(key, tell=file.names(entry, "tell"), **said)
    return found


def _stalled_after(file: Declarations) -> int:
    word = "stalled_after_workdays"
    found = file.data.get(word, Organisation().stalled_after_workdays)
    if isinstance(found, int) and not isinstance(found, bool) and found > 0:
        return found
    file.shape(file.data.line_of(word), word, Text("a number of workdays, from 1"))
    return Organisation().stalled_after_workdays


def _hours(file: Declarations) -> Hours:
    section = file.section("hours")
    for word in section:
        file.word(section, word, word, HOUR_WORDS)
    found = {word: _hour(file, section, word) for word in HOUR_WORDS & {*section}}
    usual = Hours()
    begins, ends = found.get("quiet_from"), found.get("quiet_to")
    if (begins is None) != (ends is None) or (begins is not None and begins == ends):
        wanted = Text("quiet_from and quiet_to, two different times of day, or neither")
        file.shape(file.data.line_of("hours"), "hours", wanted)
    quiet = (begins, ends) if begins is not None and ends is not None else None
    return Hours(found.get("digest_at") or usual.digest_at, quiet if section else usual.quiet)


def _hour(file: Declarations, section: Lines, word: str) -> time | None:
    try:
        return time.fromisoformat(section[word])
    except (TypeError, ValueError):
        # Without quotes YAML reads 10:00 as the number 600.
        file.shape(section.line_of(word), word, Text('a time of day in quotes, such as "09:00"'))
        return None


def _customary(people: Set[str]) -> dict[str, Event]:
    """Return who is told of what where the file does not say, of those whom it knows."""
    known = people | {HOLDERS, TAKEN_PART}
    return {
        key: Event(key, tell=tuple(name for name in tell if name in known))
        for key, tell in v0_1.NOTICES.items()
    }


def _metrics(file: Declarations) -> dict[str, Metric]:
    section, found = file.section("metrics"), {}
    for key in section:
        entry = file.entries(section, key)
        for word in entry:
            file.word(entry, word, word, METRIC_WORDS)
        found[key] = Metric(
            key=key,
            name=file.text(entry, "name"),
            aliases=file.names(entry, "aliases"),
            unit=file.text(entry, "unit"),
            is_additive=entry.get("additive") is not False,
            target=file.text(entry, "target"),
        )
    return found


def _days(file: Declarations, calendar: Lines, key: str) -> frozenset[date]:
    found = set()
    for text in file.names(calendar, key):
        try:
            found.add(date.fromisoformat(text))
        except ValueError:
            file.shape(calendar.line_of(key), text, Text("a date such as 2026-10-10"))
    return frozenset(found)
