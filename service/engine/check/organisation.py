"""What the organisation declares: names that lead nowhere, rights nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.findings import Finding
from service.engine.nearest import suggestion
from service.engine.organisation import FILE, Organisation, Relation
from service.engine.rights import ADMIN, GRANTED, RESERVED
from service.wording import Text


def check_organisation(organisation: Organisation) -> Iterator[Finding]:
    """Yield what is wrong with an organisation that could be read."""
    yield from _rights(organisation)
    yield from _relations(organisation)


def _rights(organisation: Organisation) -> Iterator[Finding]:
    if not organisation.line_of("rights"):
        return
    for right, groups in organisation.rights.items():
        if right in RESERVED:
            text = Text(
                "{right!r} is held by the group {admin} alone: with it somebody could give themselves every "
                "other right. Take the line out.",
                right=right,
                admin=ADMIN,
            )
            yield _error(organisation, "rights", right, "reserved-right", text)
        elif right not in GRANTED:
            text = Text("There is no right {right!r}.{hint}", right=right, hint=suggestion(right, GRANTED))
            yield _error(organisation, "rights", right, "unknown-right", text)
        for group in groups:
            yield from _group(organisation, "rights", right, group)


def _relations(organisation: Organisation) -> Iterator[Finding]:
    for relation in organisation.relations.values():
        if relation.name in organisation.groups:
            text = Text("{name!r} is a group and a relation: give one another name.", name=relation.name)
            yield _error(organisation, "relations", relation.name, "ambiguous-name", text)
        yield from _leads_somewhere(organisation, relation)


def _leads_somewhere(organisation: Organisation, relation: Relation) -> Iterator[Finding]:
    if relation.kind == "head":
        yield from _group(organisation, "relations", relation.name, relation.of)


def _group(organisation: Organisation, section: str, entry: str, group: str) -> Iterator[Finding]:
    if group in organisation.groups or group == ADMIN:
        return
    text = Text(
        "{entry!r} names the group {group!r}, which is not declared.{hint}",
        entry=entry,
        group=group,
        hint=suggestion(group, organisation.groups),
    )
    yield _error(organisation, section, entry, "unknown-group", text)


def _error(organisation: Organisation, section: str, entry: str, code: str, message: Text) -> Finding:
    return Finding(FILE, organisation.line_of(section, entry), entry, "error", code, message)
