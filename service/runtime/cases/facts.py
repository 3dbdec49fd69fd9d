"""The facts of a case as people see them: what holds, what is proposed, and how it came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.case.schema import CaseSchema
from service.runtime.cases.views import CaseView, FactView
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.store import cases
from service.store.models import APPLIED, Case, CaseFact, ProcessInstance


def of_case(session: Session, number: str, schema: CaseSchema) -> CaseView:
    """Return a case with its facts and what running follow-ups propose."""
    case = session.get_one(Case, number)
    known = schema.complete({}, cases.in_force(session, number))
    facts = {name: known[name] for name in schema.facts}
    proposed = _latest(session.scalars(cases.pending(number)))
    return CaseView(
        number=case.number,
        title=case.title,
        applicant=case.applicant,
        department=case.department,
        main_instance=case.main_instance,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        facts=facts,
        pending=tuple(fact(row, schema) for row in proposed if facts.get(row.name) != row.value),
    )


def history(
    app: Application, actor: Actor, instance_id: str, name: str | None = None
) -> tuple[FactView, ...]:
    """Return every value the facts of a case were given, or one of them, oldest first.

    NotFound unless the actor sees the instance.
    """
    with app.db.read() as session:
        instance = require_visible(app, session, actor, instance_id)
        query = select(CaseFact).where(CaseFact.number == instance.business_key)
        if name is not None:
            query = query.where(CaseFact.name == name)
        rows = session.scalars(query.order_by(CaseFact.seq)).all()
        schema = app.model(instance.deployment_id, session=session).case
    return tuple(fact(row, schema) for row in rows)


def present(app: Application, actor: Actor, instance_id: str) -> tuple[FactView, ...]:
    """Return the row by which each fact holds, in the order of `case.yaml`; none for those never written.

    NotFound unless the actor sees the instance.
    """
    found = {each.name: each for each in history(app, actor, instance_id) if each.state == APPLIED}
    with app.db.read() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        names = app.model(instance.deployment_id, session=session).case.facts
    return tuple(found[name] for name in names if name in found)


def fact(row: CaseFact, schema: CaseSchema) -> FactView:
    """Return a fact's row with its label, and the labels of its values where it has only a few."""
    known = schema.facts.get(row.name)
    return FactView(
        seq=row.seq,
        name=row.name,
        label=known.label if known else row.name,
        label_en=known.label_en if known else "",
        kind=known.kind if known else "",
        state=row.state,
        before=row.before,
        value=row.value,
        shown=known.shown(row.value) if known else row.value,
        by=row.by,
        on_behalf_of=row.on_behalf_of,
        at=row.at,
        instance_id=row.instance_id,
        definition=row.definition,
        activity_id=row.activity_id,
        activity_path=row.activity_path,
    )


def _latest(rows: Iterable[CaseFact]) -> Sequence[CaseFact]:
    """Return what each follow-up proposes last for each fact."""
    return list({(row.instance_id, row.name): row for row in rows}.values())
