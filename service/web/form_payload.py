"""What the form island gets from the server: schema, data, addresses, limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from service.engine.forms.marks import is_conclusion
from service.feel import files_in
from service.feel.schema import walk
from service.runtime.cases import attachments
from service.runtime.step.views import to_json
from service.runtime.tasks.views import FormView, TaskView
from service.web.asking import application, me
from service.web.labels import localized

PHRASES_URL = "/api/v1/phrases"
CASES_URL = "/api/v1/process-instances"
UPLOAD_URL = "/api/v1/attachments"
FEW = range(2, 5)
"""So many conclusions have a button each."""


def for_task(task: TaskView, form: FormView) -> dict[str, Any]:
    """Return the payload for working on a task, or for reading its form."""
    address = f"/api/v1/tasks/{task.id}"
    urls = {
        "submit": f"{address}/complete",
        "draft": f"{address}/draft",
        "task": address,
        "done": url_for("tasks.index", done=task.id),
        "phrases": PHRASES_URL,
        "signin": url_for("login.form", next=url_for("tasks.show", task_id=task.id)),
    }
    payload = _payload(_mode(task), form, urls)
    payload["draft_kept"] = form.draft_kept
    if payload["mode"] == "task":
        payload["decision"] = _decision(payload["schema"], form.deployment_id)
    return payload | {"name": f"task:{task.id}", "version": task.version, "instance": task.instance_id}


def _mode(task: TaskView) -> str:
    """Return what the reader does with the form: hand in answers, prepare those of somebody else, or read."""
    if task.offers("complete"):
        return "task"
    return "prepare" if task.offers("resolve") else "read"


def _decision(schema: Mapping[str, Any], deployment_id: str) -> dict[str, Any] | None:
    """Return the conclusion a form asks for, for the buttons in reach: its key, and its choices with tones.

    None for a form that asks for none, or for several.
    """
    asked = [each for each in walk(schema) if is_conclusion(each)]
    if len(asked) != 1 or len(asked[0].raw.get("values") or ()) not in FEW:
        return None
    organisation = application().model(deployment_id).organisation
    choices = [{**choice, "tone": organisation.tone_of(choice["value"])} for choice in asked[0].raw["values"]]
    return {"key": asked[0].path, "choices": choices}


def for_start(key: str, form: FormView, *, here: str, business_key: str | None) -> dict[str, Any]:
    """Return the payload for starting a case."""
    urls = {
        "submit": f"/api/v1/process-definitions/{key}/start",
        "draft": None,
        "task": None,
        "done": "/cases/{id}?started=1",
        "signin": url_for("login.form", next=here),
    }
    payload = _payload("start", form, urls)
    return payload | {"name": f"start:{key}:{business_key or ''}", "business_key": business_key}


def preview(schema: Mapping[str, Any], deployment_id: str) -> dict[str, Any]:
    """Return the payload for looking at a form of a deployment without answering it."""
    return _payload("preview", FormView(schema, {}, deployment_id), {"signin": "", "done": ""})


def _payload(mode: str, form: FormView, urls: dict[str, Any]) -> dict[str, Any]:
    app = application()
    return {
        "mode": mode,
        "schema": localized(to_json(form.schema), form.deployment_id),
        "data": to_json(form.data),
        "user": me().name,
        "urls": {"upload": UPLOAD_URL, "people": url_for("people.search"), "cases": CASES_URL, **urls},
        "max_bytes": app.settings.upload_bytes,
        "attachments": _known_files(form),
        "calendar": app.calendar().exceptions(),
        "now": int(app.clock().timestamp() * 1000),
    }


def _known_files(form: FormView) -> dict[str, Any]:
    """Return the files that the form's data names: id → name and size."""
    app, ids = application(), sorted(_file_ids(form))
    if not ids:
        return {}
    with app.db.read() as session:
        found = attachments.views(session, ids)
    return {key: {"id": view.id, "name": view.name, "size": view.size} for key, view in found.items()}


def _file_ids(form: FormView) -> set[str]:
    lists = (ids for _, ids in files_in(form.schema, form.data) if isinstance(ids, list))
    return {each for ids in lists for each in ids if isinstance(each, str)}
