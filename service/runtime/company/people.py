"""People who change and people who leave: their open work goes with them, in one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.errors import Conflict, FieldError, InvalidInput
from service.runtime import identity
from service.runtime.identity import UserView
from service.runtime.step import saving
from service.runtime.step.context import Actor, Application
from service.runtime.step.transaction import lock
from service.runtime.step.views import View
from service.runtime.tasks import handing_over
from service.store.models import OrganisationUnit, ProcessInstance, Substitution, TaskRow, User
from service.wording import Text


@dataclass(frozen=True)
class OpenWork(View):
    """A task that waits for somebody by name."""

    id: str
    name: str
    instance_id: str
    case_name: str


class HasOpenWork(Conflict):
    """Tasks still wait for this person. Say who takes them over."""

    title = "Open tasks"
    told = ("tasks",)

    def __init__(self, tasks: Sequence[OpenWork]) -> None:
        super().__init__(tasks=tuple(tasks))


def change(
    app: Application, by: Actor, name: str, *, hand_over_to: str | None = None, **changes: Any
) -> UserView:
    """Change an account as `identity.update_user` does. Who is deactivated hands over in the same act.

    HasOpenWork, with the tasks, when somebody leaves for whom tasks wait and `hand_over_to` names nobody. The
    successor gets the tasks, stands in where the leaver did, heads what they headed, and is whom relations
    lead to; what was done keeps the name of who did it. InvalidInput, and nothing done, when they may not
    have one of these, with the reason for each.
    """
    if hand_over_to == name:
        raise InvalidInput(errors=[FieldError("hand_over_to", "somebody else with an active account")])
    return identity.update_user(app, by, name, leaving=partial(_leave, app, hand_over_to), **changes)


def open_work(app: Application, by: Actor, name: str) -> tuple[OpenWork, ...]:
    """Return the tasks that wait for somebody by name."""
    identity.user(app, by, name)
    with app.db.read() as session:
        return _as_work(session, handing_over.of_person(session, name))


def _leave(app: Application, successor: str | None, session: Session, by: Actor, leaver: User) -> None:
    tasks = handing_over.of_person(session, leaver.name)
    if successor is None:
        if tasks:
            raise HasOpenWork(_as_work(session, tasks))
        return
    found = identity.actors(app, session, [successor])
    if not found:
        raise InvalidInput(errors=[FieldError("hand_over_to", "somebody else with an active account")])
    taking = found[0]
    # Always in the order of their ids, so that two who hand over never wait for each other.
    locked = dict.fromkeys(task.instance_id for task in tasks)
    steps = {instance_id: lock(app, session, instance_id, by) for instance_id in locked}
    # Read again under the locks: somebody, the leaver too, may have answered one since.
    tasks = [task for task in handing_over.of_person(session, leaver.name) if task.instance_id in steps]
    _require_able(session, tasks, leaver, taking)
    for instance_id, own in groupby(tasks, key=lambda task: task.instance_id):
        for task in own:
            handing_over.hand_over(steps[instance_id], task, leaver.name, successor)
        saving.save(steps[instance_id])
    _hand_over_standing(session, leaver, taking)
    leaver.successor_id = taking.user_id


def _require_able(session: Session, tasks: Sequence[TaskRow], leaver: User, taking: Actor) -> None:
    """Refuse a successor who cannot have each of the tasks and headships, and say of each why."""
    whys = [handing_over.refusal(session, task, leaver.name, taking) for task in tasks]
    refused = [
        FieldError(
            f"tasks[{index}]", Text("{task} ({case}): {why}", task=work.name, case=work.case_name, why=why)
        )
        for index, (work, why) in enumerate(zip(_as_work(session, tasks), whys, strict=True))
        if why is not None
    ]
    headed = select(OrganisationUnit.name).where(OrganisationUnit.head_user_id == leaver.id)
    for index, department in enumerate(session.scalars(headed.order_by(OrganisationUnit.name))):
        if not identity.is_member(session, taking.name, department):
            text = Text("{department} is headed only by one of its members.", department=department)
            refused.append(FieldError(f"heads[{index}]", text))
    if refused:
        text = Text("They cannot take all of it over: give what is named to somebody else first.")
        raise InvalidInput(errors=[FieldError("hand_over_to", text), *refused])


def _hand_over_standing(session: Session, leaver: User, taking: Actor) -> None:
    """Let the successor head what the leaver headed, and stand in for whom they stood in."""
    headed = update(OrganisationUnit).where(OrganisationUnit.head_user_id == leaver.id)
    standing = update(Substitution).where(
        Substitution.substitute_id == leaver.id,
        Substitution.user_id != taking.user_id,
        Substitution.revoked_at.is_(None),
    )
    above = update(User).where(User.superior_id == leaver.id, User.id != taking.user_id)
    for statement in (
        headed.values(head_user_id=taking.user_id),
        standing.values(substitute_id=taking.user_id),
        above.values(superior_id=taking.user_id),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def _as_work(session: Session, tasks: Sequence[TaskRow]) -> tuple[OpenWork, ...]:
    wanted = {task.instance_id for task in tasks}
    query = select(ProcessInstance.id, ProcessInstance.title).where(ProcessInstance.id.in_(wanted))
    titles = {instance_id: title for instance_id, title in session.execute(query)}
    return tuple(OpenWork(task.id, task.name, task.instance_id, titles[task.instance_id]) for task in tasks)
