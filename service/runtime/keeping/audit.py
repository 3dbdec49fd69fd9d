"""The audit record, written in the steps it tells of: read by auditors, erased by admins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from service.errors import NotFound
from service.feel import codec
from service.runtime.identity.rights import require
from service.runtime.step.audit import SYSTEM_CHAIN, append
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store import audit_chain
from service.store.models import AuditEntry, ProcessInstance


@dataclass(frozen=True)
class AuditView(View):
    """One entry. `facts` is None once erased."""

    seq: int
    at: str
    actor: str
    action: str
    facts: Any


def entries(app: Application, actor: Actor, chain: str = SYSTEM_CHAIN) -> tuple[AuditView, ...]:
    """Return a chain's entries, oldest first. Forbidden but for auditors and admins."""
    require(actor, "audit.read")
    with app.db.read() as session:
        return tuple(_view(entry) for entry in session.scalars(chain_of(chain)))


def erase(app: Application, actor: Actor, instance_id: str, seqs: Iterable[int], *, reason: str) -> None:
    """Empty the payload of these entries; the chain stays whole and says who erased what, and why."""
    require(actor, "record.erase")
    wanted = sorted(set(seqs))
    with app.db.begin() as session:
        instance = session.get(ProcessInstance, instance_id, with_for_update=True)
        found = session.scalars(chain_of(instance_id).where(AuditEntry.seq.in_(wanted))).all()
        if instance is None or len(found) != len(wanted):
            raise NotFound("There is no such entry.", instance=instance_id)
        for entry in found:
            entry.payload = entry.salt = None
        append(
            app.audit_keys,
            session,
            instance,
            audit_chain.ERASED,
            by=actor.name,
            at=app.clock(),
            entries=wanted,
            reason=reason,
        )


def chain_of(chain: str) -> Select[AuditEntry]:
    """Return the query for a chain's entries, oldest first."""
    return select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)


def _view(entry: AuditEntry) -> AuditView:
    facts = None if entry.payload is None else codec.loads(entry.payload)
    return AuditView(entry.seq, entry.at, entry.actor, entry.action, facts)
