"""Who may see a case, as rows that a list of cases can be read from."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from service.store.models import Participant, ProcessInstance
from service.store.prepared import Prepared
from service.store.writing import table_of, upsert_of


def user(name: str) -> str:
    """Return the principal of one person."""
    return f"user:{name}"


def people(principals: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the people among these principals."""
    return tuple(name.removeprefix("user:") for name in principals if name.startswith("user:"))


def group(name: str) -> str:
    """Return the principal of a group."""
    return f"group:{name}"


def add(session: Session, instance_id: str, principals: Iterable[str]) -> None:
    """Let these principals see the case; those who already do are left as they are."""
    rows = [{"instance_id": instance_id, "principal": name} for name in dict.fromkeys(principals)]
    if rows:
        _unless_there(session.get_bind().dialect.name).write_all(session, rows)


def sees(session: Session, instance_id: str, principals: Iterable[str]) -> bool:
    """Say whether one of these principals takes part in the case."""
    query = select(Participant.principal).where(
        Participant.instance_id == instance_id, Participant.principal.in_(tuple(principals))
    )
    return session.scalars(query.limit(1)).first() is not None


def visible_to(principals: Iterable[str]) -> ColumnElement[bool]:
    """Return a condition on ProcessInstance: one of these principals takes part in it."""
    return exists().where(
        Participant.instance_id == ProcessInstance.id, Participant.principal.in_(tuple(principals))
    )


@cache
def _unless_there(dialect: str) -> Prepared:
    # Kept: every step adds participants, nearly all of them there already.
    return Prepared(upsert_of(dialect, table_of(Participant)).on_conflict_do_nothing())
