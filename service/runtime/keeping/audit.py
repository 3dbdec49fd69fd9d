"""The audit record, written in the steps it tells of: read by auditors, erased by admins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select, literal, select, tuple_, union_all

from service.errors import NotFound
from service.feel import codec
from service.runtime.cases import naming
from service.runtime.cases.naming import CaseName
from service.runtime.identity.rights import require
from service.runtime.step.audit import SYSTEM_CHAIN, append
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.store import audit_chain
from service.store import cursor as cursors
from service.store.models import AuditEntry, ProcessInstance


@dataclass(frozen=True)
class AuditView(View):
    """One entry. `facts` is None once erased."""

    seq: int
    at: str
    actor: str
    action: str
    facts: Any


@dataclass(frozen=True)
class FoundView(AuditView):
    """An entry with the chain it stands in: an instance's id, `system` or `cases`.

    `case_number` and `case_title` are those of the instance's case, for who may see it.
    """

    chain: str
    id: str
    case_number: str | None
    case_title: str | None


def find(
    app: Application,
    actor: Actor,
    *,
    instance: str | None = None,
    by: str | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[FoundView]:
    """Return entries of all chains, the newest first. `instance` may be a case's number too, `action` may end
    in a dot for all that begin so.

    Forbidden but for auditors and admins.
    """
    require(actor, "audit.read")
    entry = AuditEntry
    query = select(entry).order_by(entry.at.desc(), entry.chain.desc(), entry.seq.desc())
    if instance:
        query = query.where(entry.chain.in_(_chains(instance)))
    if by:
        query = query.where(entry.actor == by)
    if action:
        begins = entry.action.startswith(action, autoescape=True)
        query = query.where(begins if action.endswith(".") else entry.action == action)
    if since:
        query = query.where(entry.at >= _moment(since))
    if until:
        query = query.where(entry.at <= _moment(until))
    if cursor:
        at, chain, seq = cursors.decode(cursor, str, str, int)
        query = query.where(tuple_(entry.at, entry.chain, entry.seq) < tuple_(at, chain, seq))
    with app.db.read() as session:
        rows = session.scalars(query.limit(limit + 1)).all()
        cases = naming.names(session, actor, (row.chain for row in rows))
    items = tuple(_found(row, cases.get(row.chain)) for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(items, cursors.encode(last.at, last.chain, last.seq) if last is not None else None)


def _chains(named: str) -> CompoundSelect[str]:
    """Return the query for the chains that an instance's id, a chain's name or a case's number means."""
    of_case = select(ProcessInstance.id).where(ProcessInstance.business_key == named)
    return union_all(select(literal(named)), of_case)


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


def _moment(at: datetime) -> str:
    """Return a moment as entries have theirs: they are written by a clock in UTC."""
    return at.astimezone(UTC).isoformat()


def chain_of(chain: str) -> Select[AuditEntry]:
    """Return the query for a chain's entries, oldest first."""
    return select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)


def _found(row: AuditEntry, case: CaseName | None) -> FoundView:
    number, title = case or (None, None)
    return FoundView(
        **vars(_view(row)),
        chain=row.chain,
        id=f"{row.chain}:{row.seq}",
        case_number=number,
        case_title=title,
    )


def _view(entry: AuditEntry) -> AuditView:
    facts = None if entry.payload is None else codec.loads(entry.payload)
    return AuditView(entry.seq, entry.at, entry.actor, entry.action, facts)
