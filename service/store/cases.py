"""Cases: opened once per number, locked while their facts are read to be changed; facts in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Select, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from service.store.models import (
    APPLIED,
    PROPOSED,
    Case,
    CaseApplication,
    CaseFact,
    ProcessInstance,
    Submission,
)
from service.store.prepared import Prepared
from service.store.writing import table_of, upsert

# Built once: a step that reads or writes facts uses all of them.
_LOCK = (
    select(Case)
    .where(Case.number == bindparam("number"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_CASES = table_of(Case)
_CLOSE = Prepared(
    update(_CASES).where(
        _CASES.c.number == bindparam("case"), _CASES.c.main_instance == bindparam("instance")
    )
)
_FACTS = table_of(CaseFact)
_LATEST = (
    select(func.max(_FACTS.c.seq))
    .where(_FACTS.c.number == bindparam("number"), _FACTS.c.state == APPLIED)
    .group_by(_FACTS.c.name)
)
_IN_FORCE = select(_FACTS.c.name, _FACTS.c.value).where(_FACTS.c.seq.in_(_LATEST))
_OWN = (
    select(_FACTS.c.name, _FACTS.c.state, _FACTS.c.value)
    .where(_FACTS.c.instance_id == bindparam("instance"), _FACTS.c.seq > bindparam("since"))
    .order_by(_FACTS.c.seq)
)
_INSERT: Insert = insert(_FACTS)


def open_case(session: Session, case: Mapping[str, Any]) -> bool:
    """Open a case; False when its number is taken. Who opens the same one meanwhile waits for our commit."""
    opened = upsert(session, table_of(Case)).values(**case).on_conflict_do_nothing()
    # PostgreSQL tells no number of rows for it.
    return session.scalar(opened.returning(Case.number)) is not None


def lock(session: Session, number: str) -> Case:
    """Return a case under its lock: until the commit nobody else reads its facts to change them."""
    return session.scalars(_LOCK, {"number": number}).one()


def close(session: Session, number: str, instance_id: str, at: datetime) -> None:
    """Note that the instance which led the case has ended."""
    _CLOSE.write(session, {"case": number, "instance": instance_id, "closed_at": at})


def in_force(session: Session, number: str) -> dict[str, Any]:
    """Return the facts of a case that were given a value, by name."""
    return {name: value for name, value in session.execute(_IN_FORCE, {"number": number})}


def in_force_of(session: Session, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the facts of several cases that were given a value, by number and name."""
    latest = (
        select(func.max(CaseFact.seq))
        .where(CaseFact.number.in_(numbers), CaseFact.state == APPLIED)
        .group_by(CaseFact.number, CaseFact.name)
    )
    query = select(CaseFact.number, CaseFact.name, CaseFact.value).where(CaseFact.seq.in_(latest))
    found: dict[str, dict[str, Any]] = {}
    for number, name, value in session.execute(query):
        found.setdefault(number, {})[name] = value
    return found


def proposals(session: Session, instance_id: str) -> dict[str, Any]:
    """Return what an instance has proposed and not applied, by name; what it wrote as a fact since counts."""
    found: dict[str, Any] = {}
    since = applied_up_to(session, instance_id)
    for name, state, value in session.execute(_OWN, {"instance": instance_id, "since": since}):
        if state == PROPOSED:
            found[name] = value
        else:
            found.pop(name, None)
    return found


def applied_up_to(session: Session, instance_id: str) -> int:
    """Return the last proposal of an instance that it has applied, 0 when it has applied none."""
    query = select(func.max(CaseApplication.fact_seq)).where(CaseApplication.instance_id == instance_id)
    return session.scalar(query) or 0


def last_seq(session: Session, number: str) -> int:
    """Return the number of the last fact of a case, 0 without any."""
    return session.scalar(select(func.max(CaseFact.seq)).where(CaseFact.number == number)) or 0


def changed_since(
    session: Session, number: str, names: Iterable[str], seq: int, *, by_others_than: str
) -> list[str]:
    """Return which of these facts another instance has changed after `seq`, by name."""
    query = select(CaseFact.name).where(
        CaseFact.number == number,
        CaseFact.name.in_(tuple(names)),
        CaseFact.state == APPLIED,
        CaseFact.seq > seq,
        CaseFact.instance_id != by_others_than,
    )
    return sorted(set(session.scalars(query)))


def add_application(session: Session, instance_id: str, **application: Any) -> dict[str, Any]:
    """Note that an instance has applied what it has proposed and what was answered in it so far.

    Returns the row.
    """
    covered = {
        "fact_seq": select(func.max(CaseFact.seq)).where(CaseFact.instance_id == instance_id),
        "submission_seq": select(func.max(Submission.seq)).where(Submission.instance_id == instance_id),
    }
    last = {name: session.scalar(query) or 0 for name, query in covered.items()}
    row = {"instance_id": instance_id, **application, **last}
    session.execute(insert(table_of(CaseApplication)).values(**row))
    return row


def write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add facts, in this order."""
    if rows:
        session.execute(_INSERT, list(rows))


def pending(number: str) -> Select[CaseFact]:
    """Return the query for what running instances of a case have proposed and not applied, oldest first."""
    applied = (
        select(func.coalesce(func.max(CaseApplication.fact_seq), 0))
        .where(CaseApplication.instance_id == CaseFact.instance_id)
        .scalar_subquery()
    )
    return (
        select(CaseFact)
        .join(ProcessInstance, ProcessInstance.id == CaseFact.instance_id)
        .where(
            CaseFact.number == number,
            CaseFact.state == PROPOSED,
            CaseFact.seq > applied,
            ProcessInstance.state.in_(("active", "suspended")),
        )
        .order_by(CaseFact.seq)
    )


def counts_for(instance_id: Any, number: Any) -> Any:
    """Return a condition on Submission: handed in by the case's main instance, by `instance_id` itself, or
    by an instance that has since applied what it decided.

    What an unfinished or refused change order says is not yet the plan; what was taken back counts no more.
    """
    main = select(Case.main_instance).where(Case.number == number).scalar_subquery()
    applied = (
        select(CaseApplication.seq)
        .where(
            CaseApplication.instance_id == Submission.instance_id,
            CaseApplication.submission_seq >= Submission.seq,
        )
        .exists()
    )
    own = [] if instance_id is None else [Submission.instance_id == instance_id]
    return Submission.withdrawn_at.is_(None) & or_(Submission.instance_id == main, *own, applied)
