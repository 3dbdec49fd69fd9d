"""The audit record, written in the steps it tells of: read by auditors, verified as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.feel import codec
from service.runtime.identity.rights import require
from service.runtime.step.audit import SYSTEM_CHAIN, append
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store import audit_chain
from service.store.audit_chain import Problem
from service.store.models import AuditChain, AuditEntry, ProcessInstance

_BATCH = 500


@dataclass(frozen=True)
class AuditView(View):
    """One entry. `facts` is None once erased."""

    seq: int
    at: str
    actor: str
    action: str
    facts: Any


@dataclass(frozen=True)
class VerifyReport(View):
    """What a verification saw. No problems: nothing was edited, removed or cut off."""

    chains: int
    entries: int
    problems: tuple[Problem, ...]


def entries(app: Application, actor: Actor, chain: str = SYSTEM_CHAIN) -> tuple[AuditView, ...]:
    """Return a chain's entries, oldest first. Forbidden but for auditors and admins."""
    require(actor, "audit.read")
    with app.db.read() as session:
        return tuple(_view(entry) for entry in session.scalars(_chain(chain)))


def erase(app: Application, actor: Actor, instance_id: str, seqs: Iterable[int], *, reason: str) -> None:
    """Empty the payload of these entries; the chain stays whole and says who erased what, and why."""
    require(actor, "record.erase")
    wanted = sorted(set(seqs))
    with app.db.begin() as session:
        instance = session.get(ProcessInstance, instance_id, with_for_update=True)
        found = session.scalars(_chain(instance_id).where(AuditEntry.seq.in_(wanted))).all()
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


def verify(app: Application, chain: str | None = None) -> VerifyReport:
    """Check every chain, or one of them, against the ends on record."""
    with app.db.read() as session:
        names = [chain] if chain is not None else _all_chains(session)
        counter = _Counter()
        found = [problem for name in names for problem in _check(app, session, name, counter)]
    return VerifyReport(len(names), counter.seen, tuple(found))


def ends(app: Application) -> dict[str, tuple[int, str]]:
    """Return length and last seal of every chain: kept elsewhere, they anchor the record.

    Whoever can write to the database can cut a chain and its kept end together; not an anchor outside.
    """
    with app.db.read() as session:
        cases = session.execute(
            select(ProcessInstance.id, ProcessInstance.audit_count, ProcessInstance.audit_head)
        )
        others = session.execute(select(AuditChain.chain, AuditChain.audit_count, AuditChain.audit_head))
        return {chain: (count, head) for chain, count, head in (*cases, *others)}


def missing(app: Application, anchor: Mapping[str, Sequence[Any]]) -> tuple[Problem, ...]:
    """Return where the record no longer holds what `ends` told of it earlier."""
    found = []
    with app.db.read() as session:
        for chain, (count, head) in anchor.items():
            entry = session.get(AuditEntry, (chain, count)) if count else None
            if count and (entry is None or entry.mac != head):
                found.append(Problem(chain, count, "the entry that was the last one earlier is not there"))
    return tuple(found)


class _Counter:
    def __init__(self) -> None:
        self.seen = 0

    def over(self, rows: Iterable[AuditEntry]) -> Iterator[AuditEntry]:
        for row in rows:
            self.seen += 1
            yield row


def _check(app: Application, session: Session, chain: str, counter: _Counter) -> list[Problem]:
    end: AuditChain | ProcessInstance | None = (
        session.get(AuditChain, chain) if chain == SYSTEM_CHAIN else session.get(ProcessInstance, chain)
    )
    if end is None:
        return [Problem(chain, 0, "the chain belongs to no case on record")]
    rows = session.scalars(_chain(chain).execution_options(yield_per=_BATCH))
    found = audit_chain.problems(app.audit_keys, chain, counter.over(rows), end.audit_count, end.audit_head)
    result = list(found)
    session.expunge_all()
    return result


def _all_chains(session: Session) -> list[str]:
    """Return every chain anything on record knows of: a deleted case must not hide its entries."""
    written = session.scalars(select(AuditEntry.chain).distinct())
    expected = session.scalars(select(ProcessInstance.id))
    kept = session.scalars(select(AuditChain.chain))
    return sorted({*written, *expected, *kept})


def _chain(chain: str) -> Any:
    return select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)


def _view(entry: AuditEntry) -> AuditView:
    facts = None if entry.payload is None else codec.loads(entry.payload)
    return AuditView(entry.seq, entry.at, entry.actor, entry.action, facts)
