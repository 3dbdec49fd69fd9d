"""The audit record as it is written: in the transaction that does what an entry tells of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from service.runtime.step.context import Application
from service.store import audit_chain
from service.store.audit_chain import AuditKeys
from service.store.models import AuditChain, AuditEntry, ProcessInstance
from service.store.prepared import Prepared
from service.store.writing import table_of, upsert

SYSTEM_CHAIN = "system"
"""The chain of what belongs to no case: deployments, users, settings."""

_NEW_ENTRY = Prepared(insert(table_of(AuditEntry)))


def append(
    keys: AuditKeys,
    session: Session,
    instance: ProcessInstance,
    action: str,
    *,
    by: str,
    at: datetime,
    **facts: Any,
) -> None:
    """Add an entry to a case's chain, in the transaction that did it and under the lock of its row.

    Facts are values of a process; secrets have no place in them.
    """
    entry = audit_chain.link(keys, instance, instance.id, at=at, actor=by, action=action, facts=facts)
    _NEW_ENTRY.write(session, vars(entry))


def append_system(app: Application, session: Session, action: str, *, by: str, **facts: Any) -> None:
    """Add an entry to the chain of what belongs to no case."""
    end = lock_system(session)
    entry = audit_chain.link(
        app.audit_keys, end, SYSTEM_CHAIN, at=app.clock(), actor=by, action=action, facts=facts
    )
    _NEW_ENTRY.write(session, vars(entry))


def lock_system(session: Session) -> AuditChain:
    """Return the end of the system chain, locked: until the commit nobody else writes to it."""
    session.execute(
        upsert(session, AuditChain).on_conflict_do_nothing(),
        {"chain": SYSTEM_CHAIN, "audit_count": 0, "audit_head": ""},
    )
    return session.get_one(AuditChain, SYSTEM_CHAIN, with_for_update=True)
