"""The dossier of a case: every submission of every form, and the opinions among them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.errors import NotFound
from service.feel import files_in
from service.runtime import identity
from service.runtime.cases import attachments
from service.runtime.cases.views import (
    AttachmentRef,
    DossierSection,
    DossierView,
    OpinionView,
    SubmissionView,
)
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.runtime.step.submissions import of_case
from service.runtime.step.views import ElementView
from service.runtime.tasks import answering
from service.store import cases, task_list
from service.store.models import TASKS, ProcessInstance, Submission, TaskRow


def dossier(app: Application, actor: Actor, instance_id: str) -> DossierView:
    """Return the dossier of the case an instance belongs to, by form in the order of first submission.

    NotFound unless the actor sees the instance.
    """
    with app.db.read() as session:
        instance = require_visible(app, session, actor, instance_id)
        rows = session.scalars(select(Submission).where(of_case(instance)).order_by(Submission.seq)).all()
        counted = set(session.scalars(_counted(instance)))
        models = _models(app, session, rows)
        files = _files(session, rows, models)
        signed = _signed(session, instance, app.model(instance.deployment_id, session=session))
    shown = _shown(rows, counted, models, files)
    sections: dict[str, list[SubmissionView]] = {}
    for view in shown:
        sections.setdefault(view.form, []).append(view)
    return DossierView(
        instance_id,
        tuple(DossierSection(form, _title(views), tuple(views)) for form, views in sections.items()),
        tuple(
            sorted(
                filter(None, (*(_opinion(row, models[row.deployment_id]) for row in rows), *signed)),
                key=lambda each: each.at,
            )
        ),
    )


def submission(app: Application, actor: Actor, submission_id: str) -> SubmissionView:
    """Return one submission. NotFound unless the actor sees its case."""
    with app.db.read() as session:
        row = session.scalars(select(Submission).where(Submission.id == submission_id)).one_or_none()
        if row is None:
            raise NotFound(submission=submission_id)
        instance = require_visible(app, session, actor, row.instance_id)
        counted = set(session.scalars(_counted(instance).where(Submission.form == row.form)))
        models = _models(app, session, [row])
        files = _files(session, [row], models)
        is_latest = row.seq == max(counted, default=0)
        return _submission(row, _schema(row, models), files, row.seq in counted, is_latest)


def _counted(instance: ProcessInstance) -> Select[int]:
    """Return the query for the submissions that hold for the whole case."""
    number = instance.business_key
    return select(Submission.seq).where(of_case(instance), cases.counts_for(None, number))


def _shown(
    rows: Iterable[Submission],
    counted: Container[int],
    models: Mapping[str, Model],
    files: Mapping[str, AttachmentRef],
) -> list[SubmissionView]:
    rows = list(rows)
    latest = {row.form: row.seq for row in rows if row.seq in counted}
    return [
        _submission(row, _schema(row, models), files, row.seq in counted, latest.get(row.form) == row.seq)
        for row in rows
    ]


def _submission(
    row: Submission,
    schema: Mapping[str, Any],
    files: Mapping[str, AttachmentRef],
    is_in_force: bool,
    is_latest: bool,
) -> SubmissionView:
    element = None if row.element_index is None else ElementView(row.element_index, row.element_value)
    named = [file_id for _, ids in files_in(schema, row.answers) for file_id in ids]
    return SubmissionView(
        id=row.id,
        form=row.form,
        activity_id=row.activity_id,
        activity_path=row.activity_path,
        definition=row.definition,
        name=row.activity_name,
        by=row.author,
        on_behalf_of=row.on_behalf_of,
        at=row.submitted_at,
        data=row.answers,
        schema=schema,
        deployment_id=row.deployment_id,
        content_hash=row.content_hash,
        element=element,
        withdrawn_at=row.withdrawn_at,
        in_force=is_in_force,
        latest=is_latest,
        attachments=tuple(files[file_id] for file_id in dict.fromkeys(named) if file_id in files),
    )


def _models(app: Application, session: Session, rows: Iterable[Submission]) -> dict[str, Model]:
    """Return the models by deployment: a form is shown as it was when it was answered."""
    return {each: app.model(each, session=session) for each in {row.deployment_id for row in rows}}


def _schema(row: Submission, models: Mapping[str, Model]) -> Mapping[str, Any]:
    return models[row.deployment_id].forms.get(row.form, answering.EMPTY_FORM)


def _files(
    session: Session, rows: Iterable[Submission], models: Mapping[str, Model]
) -> dict[str, AttachmentRef]:
    ids = {
        file_id
        for row in rows
        for _, found in files_in(_schema(row, models), row.answers)
        for file_id in found
    }
    if not ids:
        return {}
    views = attachments.views(session, ids)
    return {key: AttachmentRef(view.id, view.name, view.size) for key, view in views.items()}


def _opinion(row: Submission, model: Model) -> OpinionView | None:
    """Return what a submission concludes or says; None when its form asks for neither."""
    marked = model.marked(row.form)
    conclusion, opinion = marked.conclusion_of(row.answers), marked.opinion_of(row.answers)
    if row.withdrawn_at is not None or (not conclusion and not opinion):
        return None
    return OpinionView(
        activity_id=row.activity_id,
        name=row.activity_name,
        department=row.group_name,
        by=row.author,
        at=row.submitted_at,
        conclusion=conclusion,
        tone=model.organisation.tone_of(conclusion),
        opinion=opinion,
        submission_id=row.id,
        on_behalf_of=row.on_behalf_of,
    )


def _signed(session: Session, instance: ProcessInstance, model: Model) -> list[OpinionView]:
    """Return what signers who were added to tasks of the case have said."""
    task = TASKS.c
    query = (
        select(TASKS)
        .join(ProcessInstance, ProcessInstance.id == task.instance_id)
        .where(ProcessInstance.business_key == instance.business_key)
        .where(task.parent_task_id.is_not(None), task.state == "completed")
    )
    rows = tuple(task_list.rows(session, query.order_by(task.id)))
    departments = identity.departments(session, (row.completed_by or "" for row in rows)) if rows else {}
    return [_opinion_of(row, model, departments.get(row.completed_by or "")) for row in rows]


def _opinion_of(row: TaskRow, model: Model, department: str | None) -> OpinionView:
    return OpinionView(
        activity_id=row.activity_id,
        name=row.name,
        department=department,
        by=row.completed_by or "",
        at=row.completed_at or row.opened_at,
        conclusion=row.conclusion,
        tone=model.organisation.tone_of(row.conclusion),
        opinion=row.opinion,
        submission_id=None,
        added_as=row.added_as,
        on_behalf_of=row.on_behalf_of,
    )


def _title(views: Iterable[SubmissionView]) -> str:
    last = list(views)[-1]
    return str(last.schema.get("title") or last.name or last.form)
