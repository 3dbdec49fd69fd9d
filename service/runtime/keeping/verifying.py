"""Verifying the record: the chains link by link, and everything that their entries vouch for.

Told is what was edited, taken away or added by somebody without the key: the case, the row, and the entry
that recorded it otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.feel import codec
from service.runtime.identity.rights import require
from service.runtime.keeping import vouched, vouched_company
from service.runtime.keeping.audit import chain_of
from service.runtime.keeping.vouched import Vouched
from service.runtime.step.audit import CASES_CHAIN, REGISTERED, SYSTEM_CHAIN
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store import audit_chain
from service.store.audit_chain import Problem
from service.store.models import AuditChain, AuditEntry, ProcessInstance

_BATCH = 500

_UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError)
"""What reading a stored value ends with that nobody of us has written."""

Registered = Mapping[str, list[tuple[int, str, str]]]
"""By chain: how many entries it had, the seal of the last one, and the number of its case."""


@dataclass(frozen=True)
class VerifyReport(View):
    """What a verification saw. No problems: nothing was edited, added, removed or cut off."""

    chains: int
    entries: int
    problems: tuple[Problem, ...]


@dataclass
class _Seen:
    """Counts what a verification went through."""

    chains: int = 0
    entries: int = 0


def look(app: Application, actor: Actor, chain: str) -> VerifyReport:
    """Check the case a chain belongs to, or that chain. Forbidden but for auditors and admins."""
    require(actor, "audit.read")
    return verify(app, chain)


def verify(app: Application, chain: str | None = None) -> VerifyReport:
    """Check everything on record; with `chain`, that one or the case it belongs to or numbers."""
    seen = _Seen()
    with app.db.read() as session:
        found = tuple(_everything(app, session, seen) if chain is None else _one(app, session, chain, seen))
    return VerifyReport(seen.chains, seen.entries, found)


def _everything(app: Application, session: Session, seen: _Seen) -> Iterator[Problem]:
    registered = _registered(session)
    rows = session.execute(
        select(ProcessInstance.business_key, ProcessInstance.id).order_by(
            ProcessInstance.business_key, ProcessInstance.id
        )
    ).all()
    instances = {instance for _, instance in rows}
    for number, group in groupby(rows, key=lambda row: row.business_key):
        yield from _case(app, session, number, [row.id for row in group], registered, seen)
    for chain in sorted(registered.keys() - instances):
        _, _, number = registered[chain][-1]
        yield Problem(chain, 0, f"the case {number} is gone with this chain, which was registered")
    written = set(session.scalars(select(AuditEntry.chain).distinct()))
    kept = set(session.scalars(select(AuditChain.chain)))
    for chain in sorted((written | kept) - instances):
        # What was registered and is gone has been told.
        if chain not in registered:
            yield from _other(app, session, chain, seen)
    yield from _read_off("deployments", vouched.deployments(session))
    yield from _read_off("accounts and allowances", vouched_company.problems(session))


def _one(app: Application, session: Session, chain: str, seen: _Seen) -> Iterator[Problem]:
    instance = session.get(ProcessInstance, chain)
    number = instance.business_key if instance is not None else chain
    of_case = select(ProcessInstance.id).where(ProcessInstance.business_key == number)
    ids = session.scalars(of_case.order_by(ProcessInstance.id)).all()
    if not ids or chain in (SYSTEM_CHAIN, CASES_CHAIN):
        yield from _other(app, session, chain, seen)
        return
    yield from _case(app, session, number, list(ids), _registered(session), seen)


def _read_off(what: str, problems: Iterable[Problem], chain: str = SYSTEM_CHAIN) -> Iterator[Problem]:
    """Yield problems; what nobody can read any more as it is stored is one, and stops no verification."""
    try:
        yield from problems
    except _UNREADABLE as error:
        yield Problem(chain, 0, f"{what} cannot be read as they are stored: {type(error).__name__}: {error}")


def _case(
    app: Application,
    session: Session,
    number: str,
    chains: Sequence[str],
    registered: Registered,
    seen: _Seen,
) -> Iterator[Problem]:
    """Yield what is wrong with the chains of a case, or else with what they vouch for."""
    found = _chains_of(app, session, number, chains, registered, seen)
    yield from _read_off(f"the rows of case {number}", found, chains[0])
    session.expunge_all()


def _chains_of(
    app: Application,
    session: Session,
    number: str,
    chains: Sequence[str],
    registered: Registered,
    seen: _Seen,
) -> Iterator[Problem]:
    said = Vouched(number)
    is_whole = True
    for chain in chains:
        end = session.get_one(ProcessInstance, chain)
        entries = _read(session, chain, seen)
        found = [*audit_chain.problems(app.audit_keys, chain, entries, end.audit_count, end.audit_head)]
        found += [] if found else _unregistered(chain, entries, registered)
        is_whole = is_whole and not found
        yield from found
        said.hear(chain, entries)
    if is_whole:
        # What an entry vouches for means nothing where the entry itself is not to be trusted.
        yield from said.problems(app, session)


def _unregistered(chain: str, entries: list[AuditEntry], registered: Registered) -> Iterator[Problem]:
    if chain not in registered:
        if not entries or entries[0].covers not in (None, "{}"):
            yield Problem(chain, 0, "no entry speaks of this case: it was put in from outside")
        return
    for count, seal, number in registered[chain]:
        if len(entries) < count or entries[count - 1].mac != seal:
            yield Problem(chain, count, f"the case {number} was registered with another entry at this place")


def _other(app: Application, session: Session, chain: str, seen: _Seen) -> Iterator[Problem]:
    """Yield what is wrong with a chain that belongs to no instance."""
    end = session.get(AuditChain, chain)
    if end is None:
        yield Problem(chain, 0, "the chain belongs to no case on record")
        return
    rows = session.scalars(chain_of(chain).execution_options(yield_per=_BATCH))
    seen.chains += 1

    def counted() -> Iterator[AuditEntry]:
        for row in rows:
            seen.entries += 1
            yield row

    yield from audit_chain.problems(app.audit_keys, chain, counted(), end.audit_count, end.audit_head)
    session.expunge_all()


def _registered(session: Session) -> Registered:
    found: dict[str, list[tuple[int, str, str]]] = {}
    for entry in session.scalars(chain_of(CASES_CHAIN)):
        if entry.action == REGISTERED and entry.payload is not None:
            facts: Mapping[str, Any] = codec.loads(entry.payload)
            found.setdefault(facts["instance"], []).append((facts["entries"], facts["seal"], facts["case"]))
    session.expunge_all()
    return found


def _read(session: Session, chain: str, seen: _Seen) -> list[AuditEntry]:
    entries = list(session.scalars(chain_of(chain)))
    seen.chains += 1
    seen.entries += len(entries)
    return entries
