"""What a handler reads of its own case and of other campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from service.handlers.ports import CampaignSummary, OpenTask, Submission
from service.runtime.step.step import Step
from service.runtime.step.submissions import latest, of_case
from service.store import models, task_list
from service.store.cases import counts_for, in_force_of
from service.store.models import TASKS, ArchivedCampaign, Case, ProcessInstance


def latest_submission(step: Step, form: str, case: str | None) -> Submission | None:
    """Return the latest answers of a form in a case (None: in the step's own), those of this step first."""
    if case in (None, step.case):
        own = [row for row in step.submissions.added if row["form"] == form]
        if own:
            return _pending(step, own[-1])
        row = latest(step.session, step.instance.business_key, step.instance.id, form)
    else:
        row = latest(step.session, case, None, form)
    return _stored(step, row) if row is not None else None


def start_answers(step: Step, number: str | None) -> Mapping[str, Any]:
    """Return what was answered when a case (None: the step's own) was started; nothing without a form."""
    case = step.session.get(models.Case, number or step.case)
    if case is None:
        return {}
    pending = (row for row in step.submissions.added if row["task_id"] is None)
    own = next((row["answers"] for row in pending if row["instance_id"] == case.main_instance), None)
    return own or _start_answers(step, [case.main_instance]).get(case.main_instance, {})


def submissions(step: Step, form: str | None) -> list[Submission]:
    """Return the answers of a form, or of every form, that count for the step's instance, oldest first."""
    query = select(models.Submission).where(
        of_case(step.instance), counts_for(step.instance.id, step.instance.business_key)
    )
    if form is not None:
        query = query.where(models.Submission.form == form)
    stored = [_stored(step, row) for row in step.session.scalars(query.order_by(models.Submission.seq))]
    pending = [_pending(step, row) for row in step.submissions.added if form in (None, row["form"])]
    return stored + pending


def campaigns(step: Step, department: str | None, numbers: Sequence[str] | None) -> list[CampaignSummary]:
    """Return other campaigns by department or number: cases here, then archived ones that are none."""
    query = (
        select(Case, ProcessInstance.state)
        .join(ProcessInstance, ProcessInstance.id == Case.main_instance)
        .where(ProcessInstance.definition == _main_process(step), Case.number != step.case)
    )
    archive = select(ArchivedCampaign).where(ArchivedCampaign.business_key != step.case)
    if department is not None:
        query = query.where(Case.department == department)
        archive = archive.where(ArchivedCampaign.department == department)
    if numbers is not None:
        query = query.where(Case.number.in_(numbers))
        archive = archive.where(ArchivedCampaign.business_key.in_(numbers))
    found = step.session.execute(query.order_by(Case.main_instance)).all()
    facts = in_force_of(step.session, [case.number for case, _ in found])
    answers = _start_answers(step, [case.main_instance for case, _ in found])
    running = [
        _summary(
            case,
            state,
            {**answers.get(case.main_instance, {}), **facts.get(case.number, {})},
            step.model.case.outcome,
        )
        for case, state in found
    ]
    known = {each.case for each in running}
    past = step.session.scalars(archive.order_by(ArchivedCampaign.id))
    return running + [_archived(row) for row in past if row.business_key not in known]


def _main_process(step: Step) -> str:
    """Return the process whose cases are the campaigns: what is declared, else what leads this case."""
    if step.model.case.main is not None:
        return step.model.case.main
    main = step.session.get(ProcessInstance, step.facts.case.main_instance)
    return main.definition if main is not None else step.instance.definition


def open_tasks(step: Step, but: str) -> list[OpenTask]:
    """Return the open tasks of the step's case, in all its instances, but that of the token that asks."""
    query = (
        select(TASKS)
        .join(ProcessInstance, ProcessInstance.id == TASKS.c.instance_id)
        .where(TASKS.c.state == "open", ProcessInstance.business_key == step.case)
        .where(TASKS.c.token_id != but)
    )
    return [
        OpenTask(task.activity_id, task.name, task.definition, task.instance_id, task.due_at)
        for task in task_list.rows(step.session, query.order_by(TASKS.c.id))
    ]


def _stored(step: Step, row: models.Submission) -> Submission:
    return Submission(
        form=row.form,
        activity_id=row.activity_id,
        instance_id=row.instance_id,
        by=row.author,
        at=row.submitted_at,
        answers=row.answers,
        content_hash=row.content_hash,
        seq=row.seq,
        tone=_tone(step, row.form, row.answers),
    )


def _pending(step: Step, row: Mapping[str, Any]) -> Submission:
    return Submission(
        form=row["form"],
        activity_id=row["activity_id"],
        instance_id=row["instance_id"],
        by=row["author"],
        at=row["submitted_at"],
        answers=row["answers"],
        content_hash=row["content_hash"],
        # Stored last of all, whatever number it will get.
        seq=2**62,
        tone=_tone(step, row["form"], row["answers"]),
    )


def _tone(step: Step, form: str, answers: Mapping[str, Any]) -> str:
    conclusion = step.model.marked(form).conclusion_of(answers)
    return step.model.organisation.tone_of(conclusion)


def _start_answers(step: Step, instance_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Return what was answered on the start form of these instances."""
    query = select(models.Submission.instance_id, models.Submission.answers).where(
        models.Submission.instance_id.in_(instance_ids), models.Submission.task_id.is_(None)
    )
    return {instance_id: answers for instance_id, answers in step.session.execute(query)}


def _summary(case: Case, state: str, known: Mapping[str, Any], outcome: str | None) -> CampaignSummary:
    return CampaignSummary(
        case=case.number,
        name=case.title,
        department=case.department or "",
        brand_line=str(known.get("brand_line") or ""),
        start_date=_day(known.get("start_date")),
        end_date=_day(known.get("end_date")),
        plan_total=_amount(known.get("plan_total")),
        state=state,
        outcome=str(known.get(outcome or "") or ""),
    )


def _archived(row: ArchivedCampaign) -> CampaignSummary:
    return CampaignSummary(
        case=row.business_key,
        name=row.name,
        department=row.department or "",
        brand_line=row.brand_line or "",
        start_date=_day(row.facts.get("start_date")),
        end_date=_day(row.facts.get("end_date")),
        plan_total=_amount(row.facts.get("plan_total")),
        state="completed",
    )


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str) and value:
        return date.fromisoformat(value[:10])
    return value or None


def _amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
