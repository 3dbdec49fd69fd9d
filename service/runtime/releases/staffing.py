"""Whether there is anybody behind the groups and relations that drawings name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.engine.drawing import Element
from service.engine.drawing.extensions import accounts_of, split_list
from service.engine.drawing.kinds import PEOPLE
from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.engine.organisation import FILE
from service.runtime import identity
from service.store.models import User, UserGroup
from service.wording import Text

DEPARTMENT = "department"
_QUOTED = re.compile(r'"([^"]*)"')


def needed(model: Model) -> tuple[str, ...]:
    """Return the groups that tasks of these drawings may go to, in the order of the organisation.

    By lane, by candidate groups, by what tables say of those, and as superiors.
    """
    tasks = (each for process in model.processes.values() for each in process.elements.values())
    named = {name for task in tasks if task.kind in PEOPLE for name in _named_by(task)}
    cells = (text for each in model.decisions.values() for rule in each.rules for text in rule.outputs)
    named |= {name for text in cells for name in _QUOTED.findall(text)}
    organisation = model.organisation
    while above := {*organisation.above(named)} - named:
        named |= above
    return tuple(name for name in organisation.groups if name in named)


def without_members(session: Session, model: Model) -> tuple[str, ...]:
    """Return the needed groups in which nobody has an active account."""
    return tuple(name for name in needed(model) if not identity.has_able_member(session, [name], without=()))


def idle(session: Session, model: Model) -> tuple[str, ...]:
    """Return the declared groups that no drawing needs and that nobody belongs to."""
    wanted = {*needed(model)}
    others = (name for name in model.organisation.groups if name not in wanted)
    return tuple(name for name in others if not identity.has_able_member(session, [name], without=()))


def has_head(session: Session, department: str) -> bool:
    """Say whether a department has a head."""
    return identity.head_of(session, department) is not None


def without_head(session: Session, model: Model) -> tuple[str, ...]:
    """Return the departments whose head drawings may ask for, and that have none.

    Those a relation names (`head: 总裁办`); and where one leads to the head of an applicant's department,
    every department that people belong to.
    """
    organisation = model.organisation
    wanted = {each.of for each in organisation.relations.values() if each.kind == "head"}
    if any(each.kind == "head_of" for each in organisation.relations.values()):
        wanted |= {*session.scalars(select(User.department).where(User.is_active).distinct()), None} - {None}
    departments = (name for name, kind in organisation.groups.items() if kind == DEPARTMENT)
    return tuple(name for name in departments if name in wanted and not has_head(session, name))


def findings(session: Session, model: Model) -> Iterator[Finding]:
    """Yield whom a deployment would ask for in vain; nothing while no group has any member at all."""
    people = select(User.id).join(UserGroup, UserGroup.user_id == User.id)
    if (
        session.scalars(
            people.where(User.is_active, UserGroup.group_name.in_(model.organisation.groups)).limit(1)
        ).first()
        is None
    ):
        return
    lines = model.organisation
    for name in without_members(session, model):
        text = Text(
            "The group {group!r} has no members: what is drawn for it goes to its superior, or stops as an "
            "incident.",
            group=name,
        )
        yield Finding(FILE, lines.line_of("groups", name), name, "warning", "group-without-members", text)
    for name in without_head(session, model):
        text = Text("The department {department!r} has no head.", department=name)
        yield Finding(FILE, lines.line_of("groups", name), name, "warning", "department-without-head", text)
    yield from _without_account(session, model)


def _without_account(session: Session, model: Model) -> Iterator[Finding]:
    """Yield the tasks that are for people by name of whom nobody, or nobody any more, has the account."""
    able = {user.name: user.is_active for user in session.scalars(select(User))}
    for process in model.processes.values():
        for task in process.elements.values():
            for name in accounts_of(task.extensions) if task.kind in PEOPLE else ():
                if not able.get(name):
                    text = Text(
                        "{element!r} is for the account {account!r}, but nobody has it, or no more.{hint}",
                        element=task.title,
                        account=name,
                        hint=suggestion(name, (each for each, is_able in able.items() if is_able)),
                    )
                    yield Finding(process.file, task.line, task.id, "warning", "unknown-account", text)


def _named_by(task: Element) -> Iterator[str]:
    groups = task.extensions.attribute("candidateGroups") or ""
    if groups.lstrip().startswith(("=", "$", "#")):
        yield from _QUOTED.findall(groups)
    elif groups:
        yield from split_list(groups)
    elif task.lane and not any(task.extensions.attribute(each) for each in ("assignee", "candidateUsers")):
        yield task.lane
