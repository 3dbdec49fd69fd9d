"""What people call the cases that instances belong to, for lists in which only ids stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.runtime.identity import visibility
from service.runtime.step.context import Actor
from service.store.models import ProcessInstance


class CaseName(NamedTuple):
    """The number of a case and its title."""

    number: str
    title: str


def names(session: Session, actor: Actor, instance_ids: Iterable[str | None]) -> dict[str, CaseName]:
    """Return the names of these instances' cases, as far as they are instances and the actor may see them."""
    wanted = {each for each in instance_ids if each}
    if not wanted:
        return {}
    of = ProcessInstance
    query = select(of.id, of.business_key, of.title).where(of.id.in_(wanted), visibility.condition(actor))
    return {instance: CaseName(number, title or number) for instance, number, title in session.execute(query)}
