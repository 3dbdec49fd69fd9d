"""The audit record as it is written: in the transaction that does what an entry tells of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from service.runtime.step.context import Application
from service.store import audit_chain
from service.store.audit_chain import NOTHING, AuditKeys, Covers, Entry
from service.store.db import before_commit
from service.store.models import AuditChain, AuditEntry, ProcessInstance
from service.store.prepared import Prepared
from service.store.writing import table_of, upsert

SYSTEM_CHAIN = "system"
"""The chain of what belongs to no case: deployments, users, settings."""
CASES_CHAIN = "cases"
"""The chain over the chains of instances: each stands here from its beginning, and again with its end."""

REGISTERED = "instance.registered"
ADOPTED = "record.adopted"
"""Action of the entry that vouches for what an earlier release has written, as it stood at the upgrade."""

_NEW_ENTRY = Prepared(insert(table_of(AuditEntry)))


def append(
    keys: AuditKeys,
    session: Session,
    instance: ProcessInstance,
    action: str,
    *,
    by: str,
    at: datetime,
    covers: Covers = NOTHING,
    **facts: Any,
) -> Entry:
    """Add an entry to a case's chain, in the transaction that did it and under the lock of its row.

    Facts are values of a process; secrets have no place in them. `covers` are the rows it vouches for.
    """
    entry = audit_chain.link(
        keys, instance, instance.id, at=at, actor=by, action=action, facts=facts, covers=covers
    )
    _NEW_ENTRY.write(session, vars(entry))
    return entry


def append_system(app: Application, session: Session, action: str, *, by: str, **facts: Any) -> None:
    """Add an entry to the chain of what belongs to no case."""
    end = lock_system(session)
    _append(app.audit_keys, session, end, action, by=by, at=app.clock(), facts=facts)


def lock_system(session: Session) -> AuditChain:
    """Return the end of the system chain, locked: until the commit nobody else writes to it."""
    return _lock(session, SYSTEM_CHAIN)


def register(
    keys: AuditKeys, session: Session, instance: ProcessInstance, last: Entry, *, by: str, at: datetime
) -> None:
    """Name the chain of an instance, up to this entry, in the chain over all chains.

    Done last of all before the commit: until then nobody else can begin or end a case, and whoever waits for
    it holds nothing that we want.
    """

    def write() -> None:
        # Not the end that is kept for the chain: who knew an earlier one could cut the chain back to it.
        facts = {
            "case": instance.business_key,
            "instance": instance.id,
            "state": instance.state,
            "entries": last.seq,
            "seal": last.mac,
        }
        _append(keys, session, _lock(session, CASES_CHAIN), REGISTERED, by=by, at=at, facts=facts)

    before_commit(session, write)


def _append(
    keys: AuditKeys,
    session: Session,
    end: AuditChain,
    action: str,
    *,
    by: str,
    at: datetime,
    facts: Mapping[str, Any],
) -> None:
    entry = audit_chain.link(keys, end, end.chain, at=at, actor=by, action=action, facts=facts)
    _NEW_ENTRY.write(session, vars(entry))


def _lock(session: Session, chain: str) -> AuditChain:
    session.execute(
        upsert(session, AuditChain).on_conflict_do_nothing(),
        {"chain": chain, "audit_count": 0, "audit_head": ""},
    )
    return session.get_one(AuditChain, chain, with_for_update=True, populate_existing=True)
