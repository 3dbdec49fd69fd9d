"""`organisation.yaml` becomes an Organisation: the one reader of that file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from service import manifest
from service.engine import v0_1
from service.engine.declarations import Declarations
from service.engine.findings import Finding
from service.engine.organisation.model import Organisation, Relation, RelationKind
from service.wording import Text
from service.yaml_lines import Lines

FILE = manifest.ORGANISATION
SECTIONS = frozenset({"groups", "relations", "lanes", "rights", "calendar", "brand_lines"})
GROUP_KINDS = frozenset({"department", "role"})
RELATION_KINDS = frozenset({"user", "head_of", "head"})


@dataclass(frozen=True)
class Reading:
    """The organisation as far as it could be read, and what could not."""

    organisation: Organisation
    findings: tuple[Finding, ...] = ()


def read(content: bytes) -> Reading:
    """Return what the file declares. Never raises for its contents: what is unreadable is a finding.

    Without the sections that came after the first release, what held then still holds.
    """
    file = Declarations.parse(FILE, content, SECTIONS)
    calendar = file.section("calendar")
    organisation = Organisation(
        groups=_groups(file),
        relations=_relations(file),
        lanes={name: str(text or "") for name, text in file.section("lanes").items()},
        rights=_rights(file),
        brand_lines=file.names(file.data, "brand_lines"),
        company_holidays=_days(file, calendar, "holidays"),
        company_workdays=_days(file, calendar, "workdays"),
        lines=file.lines,
    )
    return Reading(organisation, tuple(file.findings))


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


def _relation(name: str, means: Mapping[str, object]) -> Relation:
    [(kind, of)] = means.items()
    return Relation(name, cast(RelationKind, kind), str(of))


def _rights(file: Declarations) -> Mapping[str, tuple[str, ...]]:
    if "rights" not in file.data:
        return v0_1.RIGHTS
    section = file.section("rights")
    return {name: file.names(section, name) for name in section}


def _days(file: Declarations, calendar: Lines, key: str) -> frozenset[date]:
    found = set()
    for text in file.names(calendar, key):
        try:
            found.add(date.fromisoformat(text))
        except ValueError:
            file.shape(calendar.line_of(key), text, Text("a date such as 2026-10-10"))
    return frozenset(found)
