"""Answers to a form: checked before any lock is taken, then handed in with the step that uses them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.engine.drawing import Process
from service.errors import FieldError, InvalidAnswers, NotFound
from service.feel import codec, files_in, form_keys
from service.feel.per_schema import PerSchema
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.submissions import content_hash
from service.store.models import Draft, TaskRow, new_id
from service.store.writing import upsert
from service.wording import Text

NO_SCHEMA: Mapping[str, Any] = {}
EMPTY_FORM: Mapping[str, Any] = {"type": "default", "components": []}


def schema_of(model: Model, form: str | None) -> Mapping[str, Any]:
    """Return a form of the manifest; a task without one has the empty form."""
    if form is None:
        return EMPTY_FORM
    if form not in model.forms:
        raise NotFound(Text("There is no form {form!r} in this deployment.", form=form), form=form)
    return model.forms[form]


def check(
    app: Application,
    schema: Mapping[str, Any] | None,
    answers: Mapping[str, Any],
    inputs: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the answers as they count: unknown ones dropped, computed ones computed anew.

    Without a schema any names may be answered. InvalidAnswers names each field that is wrong.
    """
    given: dict[str, Any] = as_values(answers, "answers")
    if schema is None:
        return given
    result = app.feel.check_form(schema, given, inputs, now=app.clock())
    if result.errors:
        raise InvalidAnswers(errors=result.errors)
    # FEEL over the answers reads what was hidden as null, never as an unknown name.
    return {**dict.fromkeys(form_keys(schema)), **result.data}


def check_start(
    app: Application, model: Model, process: Process, answers: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return the checked answers of a process's start form. A process without one takes no answers."""
    if process.start_form is None:
        if answers:
            raise InvalidAnswers(errors=[FieldError("answers", "this process starts without a form")])
        return None
    return check(app, schema_of(model, process.start_form), answers or {}, {})


def as_values(value: Any, path: str) -> Any:
    """Return JSON as values of a process: numbers with a fraction become Decimal. Else InvalidAnswers."""
    try:
        exact = _exact(value)
        codec.dumps(exact)
    except (TypeError, ValueError) as exc:
        raise InvalidAnswers(errors=[FieldError(path, str(exc))]) from exc
    if not isinstance(exact, dict):
        raise InvalidAnswers(errors=[FieldError(path, "an object of names and values is expected")])
    return exact


@dataclass(frozen=True)
class Answered:
    """The answers of a task as somebody gave them: for which group, in whose stead, with what conclusion."""

    answers: Mapping[str, Any]
    by: str
    group: str | None
    on_behalf_of: str | None
    conclusion: str | None


def answered(step: Step, task: TaskRow, answers: Mapping[str, Any], on_behalf_of: str | None) -> Answered:
    """Return the answers of whoever acts, with the files they name, which belong to the case from now on."""
    _note_files(step, step.model.forms.get(task.form or ""), answers)
    return Answered(
        answers,
        step.actor.name,
        _answered_for(step.actor, task),
        on_behalf_of,
        step.model.marked(task.form).conclusion_of(answers),
    )


def hand_in(step: Step, task: TaskRow, given: Answered) -> str | None:
    """Add the answers of a task to the dossier, with the hash of what their author had seen.

    Returns the hash of the answers. A task that asked nothing and got no answer adds nothing: None.
    """
    answers = given.answers
    if not task.form and not answers:
        return None
    schema = step.model.forms.get(task.form) if task.form else None
    common = _common(step, answers)
    step.submissions.add(
        {
            **common,
            "author": given.by,
            "task_id": task.id,
            "form": task.form or task.activity_id,
            "definition": task.definition,
            "activity_id": task.activity_id,
            "activity_path": task.activity_path,
            "activity_name": task.name,
            "element_index": task.element_index,
            "element_value": task.element_value,
            "on_behalf_of": given.on_behalf_of,
            "group_name": given.group,
            "seen_hash": seen_hash(schema, task.inputs),
        }
    )
    return str(common["content_hash"])


def hand_in_start(step: Step, process: Process, answers: Mapping[str, Any]) -> None:
    """Add the start form's answers to the dossier of a new instance."""
    start = next(
        each for each in step.model.activities(process.key).values() if each.form == process.start_form
    )
    schema = step.model.forms[process.start_form or ""]
    _note_files(step, schema, answers)
    step.submissions.add(
        {
            **_common(step, answers),
            "task_id": None,
            "form": process.start_form,
            "definition": process.key,
            "activity_id": start.id,
            "activity_path": start.id,
            "activity_name": start.name,
            "element_index": None,
            "element_value": None,
            "on_behalf_of": None,
            "group_name": step.actor.department,
            "seen_hash": seen_hash(schema, {}),
        }
    )


def seen_hash(schema: Mapping[str, Any] | None, inputs: Mapping[str, Any]) -> str:
    """Return the hash of a form and what it was filled with: what its author had before their eyes."""
    begun = _SCHEMA_SEEN.of(schema if schema is not None else NO_SCHEMA).copy()
    begun.update(f',"inputs":{codec.dumps(dict(inputs))}}}'.encode())
    return str(begun.hexdigest())


def _begun(schema: Mapping[str, Any]) -> Any:
    """Return the hash of a form and its inputs as far as the form goes: it is long and stays the same."""
    text = codec.dumps(None if schema is NO_SCHEMA else schema)
    return hashlib.sha256(f'{{"schema":{text}'.encode())


_SCHEMA_SEEN = PerSchema(_begun)


def keep_draft(
    session: Session, user_name: str, subject: str, answers: Mapping[str, Any], now: datetime
) -> None:
    """Store what somebody has filled in so far, in the place of what they had stored before."""
    values = {"answers": answers, "saved_at": now}
    statement = upsert(session, Draft).values(subject=subject, user_name=user_name, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["subject", "user_name"], set_=values))


def kept(draft: Draft | None) -> str:
    """Return what tells a draft from another one: the hash of its answers; nothing where there is none."""
    return "" if draft is None else content_hash(dict(draft.answers))


def _note_files(step: Step, schema: Mapping[str, Any] | None, answers: Mapping[str, Any]) -> None:
    for path, ids in files_in(schema or EMPTY_FORM, answers):
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
            raise InvalidAnswers(errors=[FieldError(path, "a list of attachment ids is expected")])
        step.files.append((path, ids))


def _common(step: Step, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "instance_id": step.instance.id,
        "deployment_id": step.instance.deployment_id,
        "business_key": step.instance.business_key,
        "author": step.actor.name,
        "answers": dict(answers),
        "content_hash": content_hash(dict(answers)),
        "submitted_at": step.now,
    }


def _answered_for(actor: Actor, task: TaskRow) -> str | None:
    """Return the group for which somebody answers: one of the candidates they belong to, else the lane."""
    own = (group for group in task.candidate_groups if group in actor.groups)
    return next(own, task.candidate_groups[0] if task.candidate_groups else task.lane)


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        number = Decimal(repr(value))
        if not number.is_finite():
            raise ValueError("a number must be finite")
        return int(number) if number == number.to_integral_value() else number
    if isinstance(value, Mapping):
        return {key: _exact(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exact(entry) for entry in value]
    return value
