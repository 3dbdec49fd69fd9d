"""Who may do a user task: its lane or candidate groups, with relations resolved to people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from service.engine.definition import Model
from service.engine.organisation import Relation
from service.engine.organisation.rights import ADMIN
from service.engine.progress import OpenTask
from service.runtime import identity
from service.runtime.step.step import Step
from service.store import participants
from service.store.models import TASKS, ActivityHistory, ProcessInstance

APPLICANT = "applicant"
DRAWN_FOR = "drawnFor"
"""Property of a task nobody may do: the names it was drawn for, to be looked up again."""

PREPARED = "resolved"
"""The line in the record of whoever gave a lent task back with what they prepared."""


@dataclass(frozen=True)
class Candidates:
    """The groups and users who may do a task, and the users who may not whatever they belong to.

    `drawn_for`: the names it was drawn for, from which groups and users follow. `superiors`: who is asked in
    their stead, because nobody of them may do it.
    """

    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    assignee: str | None = None
    barred: tuple[str, ...] = ()
    drawn_for: tuple[str, ...] = ()
    superiors: tuple[str, ...] = ()

    @property
    def is_nobody(self) -> bool:
        return not (self.groups or self.users or self.assignee)


def of(step: Step, task: OpenTask) -> Candidates:
    """Return who may do a task that has just opened. A task drawn for nobody falls to the admins.

    One drawn for people of whom none can do it falls to its group or lane, where it has one.
    """
    people = tuple(map(participants.user, task.candidate_users))
    lane = tuple(filter(None, [task.lane]))
    names, kept_away = (*task.candidate_groups, *people) or lane, barred(step, task.not_by)
    if not task.is_addressed:
        names = (ADMIN,)
    if task.assignee and identity.able(step.session, [task.assignee], without=kept_away):
        groups, users = resolve(step, names, task.variables)
        return Candidates(groups, users, task.assignee, kept_away, names)
    if not names and task.assignee:
        names = (participants.user(task.assignee),)
    found = find(step, names, task.variables, kept_away)
    if found.is_nobody and people and not task.candidate_groups and lane:
        instead = find(step, lane, task.variables, kept_away)
        return replace(instead, drawn_for=(*names, *lane), superiors=instead.superiors or lane)
    return found


_OWN = aliased(ProcessInstance)
_DONE_BY_OTHERS = (
    select(
        TASKS.c.completed_by,
        TASKS.c.on_behalf_of,
        TASKS.c.candidate_users,
        TASKS.c.candidate_groups,
        _OWN.applicant,
    )
    .join(ProcessInstance, ProcessInstance.id == TASKS.c.instance_id)
    .join(_OWN, _OWN.business_key == ProcessInstance.business_key)
    .where(
        _OWN.id == bindparam("instance"),
        TASKS.c.state == "completed",
        TASKS.c.kind == "drawn",
        TASKS.c.completed_by != _OWN.applicant,
    )
)
_PREPARED_BY_OTHERS = (
    select(ActivityHistory.actor)
    .join(
        TASKS,
        (TASKS.c.instance_id == ActivityHistory.instance_id) & (TASKS.c.token_id == ActivityHistory.token_id),
    )
    .join(ProcessInstance, ProcessInstance.id == ActivityHistory.instance_id)
    .join(_OWN, _OWN.business_key == ProcessInstance.business_key)
    .where(
        _OWN.id == bindparam("instance"),
        ActivityHistory.event == PREPARED,
        _OWN.applicant.in_((TASKS.c.assignee, TASKS.c.completed_by)),
    )
)


def find(
    step: Step, names: tuple[str, ...], variables: Mapping[str, Any], kept_away: tuple[str, ...]
) -> Candidates:
    """Return who may do what is drawn for these names: people who can sign in and are not kept away.

    Where there are none, the superiors of the names are asked, then theirs; where none is declared, those
    whom the accounts of the people name. Nobody at all: no group, no user.
    """
    asked, met = names, set(names)
    while asked:
        groups, users = resolve(step, asked, variables)
        people = identity.able(step.session, users, without=kept_away)
        if people or identity.has_able_member(step.session, groups, without=kept_away):
            superiors = asked if asked != names else ()
            return Candidates(groups, people, None, kept_away, names, superiors)
        above = step.model.organisation.above(asked) or _superiors(step, users)
        asked = tuple(name for name in above if name not in met)
        met.update(asked)
    return Candidates(barred=kept_away, drawn_for=names)


def _superiors(step: Step, users: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(participants.user, identity.superiors(step.session, users)))


def resolve(
    step: Step, names: Iterable[str], variables: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (groups, users) for names of groups, relations such as 发起人 and 部门负责人, and single people.

    A relation that leads to nobody is left out, one to somebody who left leads to who took over. People are
    named as principals.
    """
    known = step.model.organisation.relations
    wanted = dict.fromkeys(names)
    own = {APPLICANT: step.instance.applicant, "department": step.instance.department}
    filled = {**own, **{name: value for name, value in variables.items() if value}}
    users = related_users(step.session, step.model, [name for name in wanted if name in known], filled)
    named = participants.people(wanted)
    groups = tuple(name for name in wanted if name not in known and not participants.people([name]))
    people = tuple(dict.fromkeys((*users, *named)))
    taken_over = identity.successors(step.session, people) if people else {}
    return groups, tuple(dict.fromkeys(taken_over.get(name, name) for name in people))


def related_users(
    session: Session, model: Model, names: Iterable[str], variables: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the users that relations lead to, given the variables they speak of."""
    known = model.organisation.relations
    found = (_related(session, known[name], variables) for name in names)
    return tuple(dict.fromkeys(user for user in found if user))


def barred(step: Step, not_by: Iterable[str]) -> tuple[str, ...]:
    """Return the users whom four eyes keep from a task: the applicant, or the doers of activities.

    Who acted for the applicant, or took over from one of them, is kept away as they are.
    """
    who = [step.instance.applicant] if APPLICANT in (names := tuple(not_by)) else []
    return with_successors(step.session, [*who, *barred_since(step.session, step.instance.id, names)])


def barred_since(session: Session, instance_id: str, not_by: Iterable[str]) -> list[str]:
    """Return whom four eyes keep from a task by what was done in the case so far."""
    names = tuple(not_by)
    activities = tuple(name for name in names if name != APPLICANT)
    who = _for_the_applicant(session, instance_id) if APPLICANT in names else []
    return [*who, *(doers(session, instance_id, activities) if activities else ())]


def _for_the_applicant(session: Session, instance_id: str) -> list[str]:
    """Return who did a task of the applicant's in their stead, in any process of the case, or prepared one
    that was lent to them."""
    case = {"instance": instance_id}
    done = [
        row.completed_by
        for row in session.execute(_DONE_BY_OTHERS, case)
        if row.on_behalf_of == row.applicant
        or (list(row.candidate_users) == [row.applicant] and not row.candidate_groups)
    ]
    return [*done, *filter(None, session.scalars(_PREPARED_BY_OTHERS, case))]


def with_successors(session: Session, names: Iterable[str]) -> tuple[str, ...]:
    """Return these people, each once, and whoever took over from one of them."""
    who = tuple(dict.fromkeys(names))
    return tuple(dict.fromkeys((*who, *identity.successors(session, who).values()))) if who else ()


def doers(session: Session, instance_id: str, activities: Iterable[str]) -> list[str]:
    """Return who completed these activities in the instance, and for whom they stood in."""
    task = TASKS.c
    query = select(task.completed_by, task.on_behalf_of).where(
        task.instance_id == instance_id,
        task.activity_id.in_(tuple(activities)),
        task.state == "completed",
        task.kind == "drawn",
    )
    return [name for row in session.execute(query) for name in row if name]


def _related(session: Session, relation: Relation, variables: Mapping[str, Any]) -> str | None:
    if relation.kind == "head":
        return identity.head_of(session, relation.of)
    value = variables.get(relation.of)
    if not value:
        return None
    return identity.head_of(session, value) if relation.kind == "head_of" else value
