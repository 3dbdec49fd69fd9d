"""The facts of a case as people see them: what holds, what is proposed, and how it came about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.case.schema import Fact
from service.engine.definition import Model
from service.runtime.cases.views import CaseView, FactView, KnownFact
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.store import cases
from service.store.models import APPLIED, Case, CaseFact, ProcessInstance

Facts = Mapping[str, Fact]


def of_case(app: Application, session: Session, instance: ProcessInstance) -> CaseView:
    """Return the case of an instance with its facts and what running follow-ups propose.

    Behind the facts its own drawings declare stand those that only later ones do, once they were written.
    """
    case = session.get_one(Case, instance.business_key)
    own = app.model(instance.deployment_id, session=session).case.facts
    facts = {name: fact.initial for name, fact in own.items()} | cases.in_force(session, case.number)
    proposed = [row for row in _latest(session, case.number) if facts.get(row.name) != row.value]
    declared = _declared(app, session, instance) if proposed else own
    return CaseView(
        number=case.number,
        title=case.title,
        applicant=case.applicant,
        department=case.department,
        main_instance=case.main_instance,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        facts=facts,
        pending=_views(app, session, proposed, declared),
    )


def history(
    app: Application, actor: Actor, instance_id: str, name: str | None = None
) -> tuple[FactView, ...]:
    """Return every value the facts of a case were given, or one of them, oldest first.

    NotFound unless the actor sees the instance.
    """
    with app.db.read() as session:
        instance = require_visible(app, session, actor, instance_id)
        rows = _rows(session, instance.business_key, name)
        return _views(app, session, rows, _declared(app, session, instance))


def overview(app: Application, actor: Actor, instance_id: str) -> tuple[KnownFact, ...]:
    """Return every fact of a case in the order of `case.yaml`, with its history and what is proposed.

    Behind them those that only later drawings declare, as soon as they were written.
    NotFound unless the actor sees the instance.
    """
    with app.db.read() as session:
        instance = require_visible(app, session, actor, instance_id)
        facts = _declared(app, session, instance)
        rows = _views(app, session, _rows(session, instance.business_key), facts)
        pending = {row.seq for row in _latest(session, instance.business_key)}
        own = app.model(instance.deployment_id, session=session).case.facts
    names = dict.fromkeys([*own, *(row.name for row in rows)])
    return tuple(_known(facts.get(name, _undeclared(name)), rows, pending) for name in names)


def _known(fact: Fact, rows: Iterable[FactView], pending: Collection[int]) -> KnownFact:
    own = [row for row in rows if row.name == fact.name]
    applied = [row for row in own if row.state == APPLIED]
    value = applied[-1].value if applied else fact.initial
    proposals = (row for row in own if row.seq in pending and row.value != value)
    return KnownFact(fact, value, applied[-1] if applied else None, tuple(applied[:-1]), tuple(proposals))


def _rows(session: Session, number: str, name: str | None = None) -> Sequence[CaseFact]:
    query = select(CaseFact).where(CaseFact.number == number)
    if name is not None:
        query = query.where(CaseFact.name == name)
    return session.scalars(query.order_by(CaseFact.seq)).all()


def _latest(session: Session, number: str) -> Sequence[CaseFact]:
    """Return what each running follow-up proposes last for each fact."""
    rows = session.scalars(cases.pending(number))
    return list({(row.instance_id, row.name): row for row in rows}.values())


def _declared(app: Application, session: Session, instance: ProcessInstance) -> Facts:
    """Return the facts by name: as the instance's own drawings declare them, else as the live ones do.

    A follow-up of later drawings may have written one that the campaign's own do not know.
    """
    own = app.model(instance.deployment_id, session=session).case.facts
    return {**app.live(session=session).model.case.facts, **own}


def _undeclared(name: str) -> Fact:
    return Fact(name, "", name, None)


def _views(
    app: Application, session: Session, rows: Sequence[CaseFact], facts: Facts
) -> tuple[FactView, ...]:
    writers = _writers(app, session, {row.instance_id for row in rows})
    return tuple(
        _view(row, facts.get(row.name, _undeclared(row.name)), *writers[row.instance_id]) for row in rows
    )


def _writers(
    app: Application, session: Session, instance_ids: Collection[str]
) -> Mapping[str, tuple[str, Model]]:
    """Return by instance its process's key and its drawings."""
    if not instance_ids:
        return {}
    columns = (ProcessInstance.id, ProcessInstance.definition, ProcessInstance.deployment_id)
    found = session.execute(select(*columns).where(ProcessInstance.id.in_(instance_ids)))
    return {each.id: (each.definition, app.model(each.deployment_id, session=session)) for each in found}


def _view(row: CaseFact, fact: Fact, process: str, model: Model) -> FactView:
    drawn = model.processes.get(row.definition)
    element = drawn.elements.get(row.activity_id) if drawn else None
    own = model.processes.get(process)
    return FactView(
        seq=row.seq,
        name=row.name,
        label=fact.label,
        kind=fact.kind,
        state=row.state,
        before=row.before,
        value=row.value,
        by=row.by,
        on_behalf_of=row.on_behalf_of,
        at=row.at,
        instance_id=row.instance_id,
        process_name=own.name if own else process,
        definition=row.definition,
        activity_id=row.activity_id,
        activity_path=row.activity_path,
        activity_name=element.name if element else "",
    )
