"""Process instances: finding, suspending and ending them; starting and the record stand beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from service.runtime import identity
from service.runtime.cases import outcomes, seeking, showing
from service.runtime.cases.record import diagram_state, diagram_xml, history, suspension, variables
from service.runtime.cases.seeking import NEWEST, Sought
from service.runtime.cases.starting import lacks_department, save_start_draft, start, start_form, startable
from service.runtime.cases.views import InstanceSummary, InstanceView
from service.runtime.cases.waiting import waiting
from service.runtime.cases.withdrawing import may_withdraw, withdraw
from service.runtime.identity import visibility
from service.runtime.identity.rights import may, require
from service.runtime.identity.visibility import may_see, require_visible
from service.runtime.step import buffer, saving
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.step.views import Page
from service.store import cursor as cursors
from service.store import limits, task_list
from service.store.models import TASKS, Case, ProcessInstance, TaskRow

__all__ = [
    "Sought",
    "cancel",
    "diagram_state",
    "diagram_xml",
    "find",
    "get",
    "history",
    "lacks_department",
    "leads",
    "may_cancel",
    "may_see",
    "may_withdraw",
    "require_visible",
    "resume",
    "save_start_draft",
    "start",
    "start_form",
    "startable",
    "suspend",
    "suspension",
    "variables",
    "waiting",
    "withdraw",
]


def get(app: Application, actor: Actor, instance_id: str) -> InstanceView:
    """Return an instance. NotFound unless the actor sees it."""
    with app.db.read() as session:
        return showing.instance(app, session, require_visible(app, session, actor, instance_id))


def leads(app: Application, actor: Actor, instance_id: str) -> bool:
    """Say whether an instance leads its case. NotFound unless the actor sees it."""
    with app.db.read() as session:
        row = require_visible(app, session, actor, instance_id)
        case = session.get(Case, row.business_key)
        return case is not None and case.main_instance == row.id


def find(
    app: Application,
    actor: Actor,
    sought: Sought | None = None,
    *,
    leading: bool = False,
    order: str = NEWEST,
    limit: int = 50,
    cursor: str | None = None,
    **wanted: Any,
) -> Page[InstanceSummary]:
    """Return the instances the actor sees, by `order`: those that are `sought`, or `wanted` by its fields.

    `leading`: those only that lead their case, without what was started beside it.
    """
    by = sought or Sought(**wanted)
    query = select(ProcessInstance).where(visibility.condition(actor))
    if leading:
        query = query.join(Case, Case.number == ProcessInstance.business_key)
        query = query.where(Case.main_instance == ProcessInstance.id)
    ordered = seeking.order(order)
    with app.db.read() as session, limits.searching(session, by.text):
        query = query.where(*by.conditions(app.clock(), seeking.unmoved_since(app, session)))
        rows, after = _page(session, query, ordered, limit, cursor)
        tasks = _open_tasks(session, [row.id for row in rows[:limit]])
        ended = outcomes.of(app, session, rows[:limit])
        items = tuple(
            showing.summary(
                row,
                app.model(row.deployment_id, session=session),
                tasks.get(row.id, ()),
                ended.get(row.id),
            )
            for row in rows[:limit]
        )
    return Page(items, after)


def _page(
    session: Session, query: Select[Any], ordered: seeking.Order | None, limit: int, cursor: str | None
) -> tuple[Sequence[ProcessInstance], str | None]:
    """Return a page of instances and one more where there are more, and the cursor that goes on from it."""
    key = ProcessInstance.id
    if ordered is None:
        if cursor:
            query = query.where(key < cursors.decode(cursor, str)[0])
        rows = session.scalars(query.order_by(key.desc()).limit(limit + 1)).all()
        return rows, cursors.encode(rows[limit - 1].id) if len(rows) > limit else None
    if cursor:
        value, last = cursors.decode(cursor, ordered.kind, str)
        query = query.where(or_(ordered.by > value, and_(ordered.by == value, key < last)))
    found = session.execute(
        query.add_columns(ordered.by.label("by")).order_by(ordered.by, key.desc()).limit(limit + 1)
    ).all()
    after = cursors.encode(found[limit - 1].by, found[limit - 1][0].id) if len(found) > limit else None
    return [row[0] for row in found], after


def _open_tasks(session: Session, instance_ids: Sequence[str]) -> dict[str, list[TaskRow]]:
    """Return each instance's open tasks, in the order in which they were opened."""
    query = select(TASKS).where(TASKS.c.instance_id.in_(instance_ids), TASKS.c.state == "open")
    found: dict[str, list[TaskRow]] = {}
    for task in task_list.rows(session, query.order_by(TASKS.c.id)):
        found.setdefault(task.instance_id, []).append(task)
    return found


def cancel(app: Application, actor: Actor, instance_id: str, *, reason: str = "") -> InstanceView:
    """End an instance at once: an admin, or whoever started what stands beside a case. What was decided stays
    in the record.

    The main process of a case its applicant can only withdraw: as far as its drawing allows, and as drawn.
    What this case has started and still runs is cancelled after it.
    """
    _require_seen(app, actor, instance_id)
    if _is_to_withdraw(app, actor, instance_id):
        return withdraw(app, actor, instance_id, reason=reason)
    with on_instance(app, instance_id, actor, states=RUNNING) as step:
        if step.instance.started_by != actor.name:
            identity.require_still(app, step.session, actor, "instance.cancel")
        end(step, reason)
    return get(app, actor, instance_id)


def _is_to_withdraw(app: Application, actor: Actor, instance_id: str) -> bool:
    with app.db.read() as session:
        row = session.get_one(ProcessInstance, instance_id)
        main = app.model(row.deployment_id, session=session).case.main
        own = actor.name in (row.applicant, row.started_by)
        return own and row.definition == main and not may(actor, "instance.cancel")


def may_cancel(app: Application, actor: Actor, instance_id: str) -> bool:
    """Say whether the actor could end an instance at once. NotFound unless they see it."""
    with app.db.read() as session:
        row = require_visible(app, session, actor, instance_id)
        if row.state not in RUNNING:
            return False
    return may(actor, "instance.cancel") or (
        row.started_by == actor.name and not _is_to_withdraw(app, actor, instance_id)
    )


def end(step: Step, reason: str) -> None:
    """Cancel the instance of a step, and queue the same for what it started."""
    children = select(ProcessInstance.id).where(
        ProcessInstance.started_by_instance == step.instance.id, ProcessInstance.state.in_(RUNNING)
    )
    for child in step.session.scalars(children):
        step.queue("instance.cancel", {"instance": child, "reason": reason})
    step.engine.cancel()
    step.line("instance_cancelled", reason or None)
    step.audit("instance.cancelled", reason=reason)


def suspend(app: Application, actor: Actor, instance_id: str, *, reason: str = "") -> InstanceView:
    """Hold a case: no task can be completed, no timer fires, messages wait, until it is resumed."""
    _require_seen(app, actor, instance_id)
    require(actor, "instance.suspend")
    with on_instance(app, instance_id, actor) as step:
        identity.require_still(app, step.session, actor, "instance.suspend")
        step.instance.state = "suspended"
        step.line("suspended", reason or None)
        step.audit("instance.suspended", reason=reason)
    return get(app, actor, instance_id)


def resume(app: Application, actor: Actor, instance_id: str) -> InstanceView:
    """Let a suspended case go on: messages that came meanwhile are delivered, due timers fire."""
    _require_seen(app, actor, instance_id)
    require(actor, "instance.suspend")
    with on_instance(app, instance_id, actor, states=("suspended",)) as step:
        identity.require_still(app, step.session, actor, "instance.suspend")
        step.instance.state = "active"
        step.line("resumed")
        step.audit("instance.resumed")
        buffer.deliver(step)
        saving.send_pending(step)
    return get(app, actor, instance_id)


def _require_seen(app: Application, actor: Actor, instance_id: str) -> None:
    with app.db.read() as session:
        require_visible(app, session, actor, instance_id)
