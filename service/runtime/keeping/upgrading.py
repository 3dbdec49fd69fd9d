"""Bringing an installation to this release: its tables, and the record of what earlier ones have stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service.runtime.step import audit
from service.runtime.step.context import SYSTEM, Application
from service.store.covering import COVERED, AsRow, Cover, Covered
from service.store.models import AttachmentUse, AuditEntry, Case, ProcessInstance

_AT_ONCE = 100


def upgrade(app: Application) -> None:
    """Bring the tables to this release, then have the audit vouch for the cases it does not cover yet.

    May be interrupted and run again. Nothing else may run on an installation of an earlier release meanwhile.
    """
    app.db.migrate()
    while _adopt_some(app):
        pass


def _adopt_some(app: Application) -> bool:
    """Adopt the next cases; False when there were none."""
    covered = exists().where(AuditEntry.chain == ProcessInstance.id, AuditEntry.covers.is_not(None))
    query = select(ProcessInstance).where(~covered).order_by(ProcessInstance.id).limit(_AT_ONCE)
    with app.db.read() as session:
        if session.scalar(query.with_only_columns(ProcessInstance.id)) is None:
            return False
    with app.db.begin() as session:
        for instance in session.scalars(query.with_for_update()).all():
            _adopt(app, session, instance)
    return True


def _adopt(app: Application, session: Session, instance: ProcessInstance) -> None:
    cover = Cover(app.audit_keys)
    for covered in COVERED.values():
        for row in _rows(session, covered, instance):
            cover.add(covered.name, row)
    by, now = SYSTEM.name, app.clock()
    entry = audit.append(
        app.audit_keys, session, instance, audit.ADOPTED, by=by, at=now, covers=cover.taken()
    )
    audit.register(app.audit_keys, session, instance, entry, by=by, at=now)


def _rows(session: Session, covered: Covered, instance: ProcessInstance) -> Sequence[Mapping[str, Any]]:
    """Return what an instance has written into a table; the case itself is its main instance's."""
    table = covered.table
    if covered.name == "process_instance":
        return [AsRow(instance)]
    if covered.name == "attachment":
        own = select(AttachmentUse.attachment_id).where(AttachmentUse.instance_id == instance.id)
        query = select(table).where(table.c.id.in_(own))
    elif covered.name == "case":
        query = select(table).where(table.c.main_instance == instance.id)
    elif covered.name == "figure":
        led = select(Case.number).where(Case.main_instance == instance.id)
        query = select(table).where(table.c.number.in_(led))
    else:
        query = select(table).where(table.c.instance_id == instance.id)
    order = table.c.seq if covered.key is None else table.c[covered.key]
    return [dict(row) for row in session.execute(query.order_by(order)).mappings()]
