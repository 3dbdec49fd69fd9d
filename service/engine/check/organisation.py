"""What the organisation declares: names that lead nowhere, rights nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.metrics import MEASURES, RATIOS
from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.engine.organisation import BY_ITSELF, FILE, HOLDERS, TAKEN_PART, TASK, Organisation, Relation
from service.engine.organisation.rights import ADMIN, GRANTED, RESERVED
from service.wording import Text


def check_organisation(organisation: Organisation) -> Iterator[Finding]:
    """Yield what is wrong with an organisation that could be read."""
    yield from _relations(organisation)
    yield from _superiors(organisation)
    yield from _notices(organisation)
    if organisation.is_first_release:
        return
    yield from _rights(organisation)
    yield from _metrics(organisation)


def _rights(organisation: Organisation) -> Iterator[Finding]:
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


def _superiors(organisation: Organisation) -> Iterator[Finding]:
    people = organisation.people
    for name, above in organisation.superiors.items():
        for each in (name, above):
            if each not in people:
                text = Text(
                    "There is no group or relation {name!r}.{hint}", name=each, hint=suggestion(each, people)
                )
                yield _error(organisation, "superiors", name, "unknown-group", text)
        if name in _chain(organisation, above):
            text = Text("{name!r} would be their own superior: end the chain.", name=name)
            yield _error(organisation, "superiors", name, "superior-cycle", text)


def _chain(organisation: Organisation, name: str) -> list[str]:
    """Return who stands above, in order, up to the first who is met again."""
    met: list[str] = []
    while name and name not in met:
        met.append(name)
        name = organisation.superiors.get(name, "")
    return met


def _leads_somewhere(organisation: Organisation, relation: Relation) -> Iterator[Finding]:
    if relation.kind == "head":
        yield from _group(organisation, "relations", relation.name, relation.of)


def _notices(organisation: Organisation) -> Iterator[Finding]:
    known = organisation.people | {HOLDERS, TAKEN_PART}
    for event in organisation.notices.values():
        for name in event.tell:
            if name not in known:
                said = {"name": name, "hint": suggestion(name, known)}
                text = Text("There is no group or relation {name!r}.{hint}", **said)
                yield _error(organisation, "notices", event.key, "unknown-group", text)
        if HOLDERS in event.tell and event.key != TASK:
            text = Text(
                "{event!r} is about no single task: name others than {holders}.",
                event=event.key,
                holders=HOLDERS,
            )
            yield _error(organisation, "notices", event.key, "no-holders", text)
        if event.key not in BY_ITSELF and not event.text:
            text = Text("What is told of {event!r}? Say it in a line, text: …", event=event.key)
            yield _error(organisation, "notices", event.key, "notice-without-text", text)


def _metrics(organisation: Organisation) -> Iterator[Finding]:
    meant_by: dict[str, str] = {}
    for key, metric in organisation.metrics.items():
        if key not in MEASURES:
            text = Text("Nothing is measured as {key!r}.{hint}", key=key, hint=suggestion(key, MEASURES))
            yield _error(organisation, "metrics", key, "unknown-metric", text)
        if not metric.name:
            text = Text("The metric {key!r} has no name: say what people call it, name: …", key=key)
            yield _error(organisation, "metrics", key, "metric-without-name", text)
        if metric.is_additive and key in RATIOS:
            text = Text("{key!r} is a ratio: its days do not add up. Write additive: false.", key=key)
            yield _error(organisation, "metrics", key, "metric-adds-up", text)
        for name, other in ((name, meant_by.setdefault(name, key)) for name in metric.names):
            if other != key:
                said = {"name": name, "other": other}
                text = Text("{name!r} means {other!r} already: give one another name.", **said)
                yield _error(organisation, "metrics", key, "ambiguous-name", text)


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
