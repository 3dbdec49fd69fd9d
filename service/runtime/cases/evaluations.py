"""Why a case went the way it went: what its decision tables were asked, and which of their rules answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.engine.decisions import Decision
from service.runtime.cases.views import ConditionView, EvaluationView, InputView, RuleView
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.store.models import Case, CaseApplication, DecisionEvaluation, DeploymentFile, ProcessInstance


def of_instance(app: Application, actor: Actor, instance_id: str) -> tuple[EvaluationView, ...]:
    """Return every evaluation of a decision table in an instance, oldest first.

    NotFound unless the actor sees the instance.
    """
    with app.db.read() as session:
        instance = require_visible(app, session, actor, instance_id)
        query = (
            select(DecisionEvaluation, DeploymentFile)
            .join(
                DeploymentFile,
                (DeploymentFile.deployment_id == DecisionEvaluation.deployment_id)
                & (DeploymentFile.name == DecisionEvaluation.file),
            )
            .where(DecisionEvaluation.instance_id == instance_id)
            .order_by(DecisionEvaluation.seq)
        )
        found = session.execute(query).all()
        proposed = _proposed(session, instance, [row for row, _ in found])
        return tuple(_view(app, session, row, file, row.seq in proposed) for row, file in found)


def _proposed(session: Session, instance: ProcessInstance, rows: list[DecisionEvaluation]) -> set[int]:
    """Return which of them were made in a phase of a follow-up that has not applied what it proposes."""
    in_calls = [row for row in rows if row.definition != instance.definition]
    if not in_calls:
        return set()
    leads = select(Case.main_instance).where(Case.number == instance.business_key)
    if session.scalar(leads) == instance.id:
        return set()
    last = session.scalar(
        select(func.max(CaseApplication.at)).where(CaseApplication.instance_id == instance.id)
    )
    return {row.seq for row in in_calls if last is None or row.at > last}


def _view(
    app: Application, session: Session, row: DecisionEvaluation, file: DeploymentFile, is_proposed: bool
) -> EvaluationView:
    model = app.model(row.deployment_id, session=session)
    table, drawn = model.decisions[row.decision], model.processes.get(row.definition)
    element = drawn.elements.get(row.activity_id) if drawn else None
    labels = {column.expression: column.title for column in table.inputs}
    return EvaluationView(
        seq=row.seq,
        decision=row.decision,
        name=table.name or row.decision,
        file=row.file,
        version=file.version,
        sha256=file.sha256,
        deployment_id=row.deployment_id,
        definition=row.definition,
        activity_id=row.activity_id,
        activity_path=row.activity_path,
        activity_name=element.name if element else "",
        token_id=row.token_id,
        at=row.at,
        inputs=tuple(InputView(name, labels.get(name, name), value) for name, value in row.inputs.items()),
        outputs=row.outputs,
        output_labels={column.name: column.label or column.name for column in table.outputs},
        output_words={**_words(app.live(session=session).model.decisions.get(row.decision)), **_words(table)},
        rules=tuple(_rule(table, each) for each in row.rules),
        is_proposed=is_proposed,
    )


def _words(table: Decision | None) -> dict[str, dict[str, str]]:
    """Return what owners call the values of each output; what a table lacked then may be said since."""
    return {column.name: dict(column.words) for column in (table.outputs if table else ()) if column.words}


def _rule(table: Decision, hit: Mapping[str, Any]) -> RuleView:
    cells = zip(table.inputs, table.rules[hit["index"] - 1].inputs, strict=True)
    return RuleView(
        index=hit["index"],
        id=hit["id"],
        annotation=hit["annotation"],
        counts=hit["counts"],
        conditions=tuple(ConditionView(column.title, text) for column, text in cells),
    )
