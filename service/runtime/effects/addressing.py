"""Who the people are that a step tells something: one query for all of it, substitutes included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, bindparam, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from service.runtime.step.news import Audience, News, Notice
from service.runtime.step.step import Step
from service.store.models import Substitution, User, UserGroup, new_id


@dataclass
class Directory:
    """Active people: members of groups and those `named`, how they are shown, who stands in for them now."""

    members: dict[str, dict[str, None]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    shown: dict[str, str] = field(default_factory=dict)
    substitutes: dict[str, dict[str, None]] = field(default_factory=dict)

    def people_of(self, audience: Audience) -> Iterator[str]:
        """Yield everybody of an audience who can sign in."""
        yield from (name for name in audience.users if name in self.named)
        for group in audience.groups:
            yield from self.members.get(group, ())


def addressed(step: Step, news: Sequence[News]) -> tuple[tuple[News, tuple[Notice, ...]], ...]:
    """Return each of the news with what every single person is told of it.

    Nobody is told of what they have done themselves, nor twice of the same.
    """
    known = _directory(step, [audience for each in news for audience in each.audiences])
    met: set[tuple[str, str]] = set()
    found = []
    for each in news:
        event = each.once or new_id()
        told = [notice for notice in _told(step, each, event, known) if (event, notice.person) not in met]
        met |= {(event, notice.person) for notice in told}
        found.append((each, tuple(told)))
    return tuple(found)


def _told(step: Step, news: News, event: str, known: Directory) -> Iterator[Notice]:
    kept_away = {*news.barred, *(() if news.to_actor else (step.actor.name,))}
    told: dict[str, Notice] = {}
    direct = [(name, audience) for audience in news.audiences for name in known.people_of(audience)]
    for name, audience in direct:
        if name not in kept_away and name not in told:
            told[name] = _notice(news, event, name, known, audience)
    for name, audience in direct:
        for other in known.substitutes.get(name, ()) if name not in news.barred else ():
            if other not in kept_away and other not in told:
                told[other] = _notice(news, event, other, known, audience, on_behalf_of=name)
    yield from told.values()


def _notice(
    news: News,
    event: str,
    name: str,
    known: Directory,
    audience: Audience,
    *,
    on_behalf_of: str | None = None,
) -> Notice:
    return Notice(
        id=event,
        person=name,
        shown=known.shown[name],
        kind=news.kind,
        subject=news.subject,
        text=news.text,
        task_id=news.tasks.get(on_behalf_of or name, news.task_id),
        reason=audience.reason,
        on_behalf_of=on_behalf_of,
        opens=audience.opens,
    )


def _directory(step: Step, audiences: Iterable[Audience]) -> Directory:
    groups, users = set[str](), set[str]()
    for audience in audiences:
        groups.update(audience.groups)
        users.update(audience.users)
    known = Directory()
    if groups or users:
        _fill(known, step, step.session, sorted(groups), sorted(users))
    return known


def _fill(known: Directory, step: Step, session: Session, groups: list[str], users: list[str]) -> None:
    asked = {"groups": groups, "users": users, "now": step.now}
    for via, _, name, shown, substitute, their_name in session.execute(_PEOPLE, asked):
        known.shown[name] = shown
        if via:
            known.members.setdefault(via, {})[name] = None
        else:
            known.named.add(name)
        if substitute is not None:
            known.shown[substitute] = their_name
            known.substitutes.setdefault(name, {})[substitute] = None


def _people() -> Select[Any]:
    people = (User.id, User.name, User.display_name)
    users = User.name.in_(bindparam("users", expanding=True))
    groups = UserGroup.group_name.in_(bindparam("groups", expanding=True))
    direct = select(literal("").label("via"), *people).where(users, User.is_active)
    by_group = select(UserGroup.group_name.label("via"), *people).join(User, User.id == UserGroup.user_id)
    by_group = by_group.where(groups, User.is_active)
    named = union_all(direct, by_group).subquery()
    other = aliased(User)
    standing_in = (
        select(Substitution.user_id, other.name.label("substitute"), other.display_name.label("shown"))
        .join(other, other.id == Substitution.substitute_id)
        .where(other.is_active, Substitution.revoked_at.is_(None))
        .where(Substitution.starts_at <= bindparam("now"), Substitution.ends_at > bindparam("now"))
        .subquery()
    )
    query = select(named, standing_in.c.substitute, standing_in.c.shown)
    return query.outerjoin(standing_in, standing_in.c.user_id == named.c.id).order_by(named.c.name)


_PEOPLE = _people()
"""Put together once: nearly every step tells somebody something."""
