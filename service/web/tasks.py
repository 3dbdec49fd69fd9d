"""My tasks, and the page on which a task is done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.errors import NotFound
from service.runtime.cases import dossier, instances
from service.runtime.tasks import user_tasks
from service.runtime.tasks.views import TaskView
from service.web import form_payload, people
from service.web.asking import application, me, signed_in_only
from service.web.case_page import case_context, task_due
from service.web.i18n import safe_path
from service.web.timeline import opinions

blueprint = signed_in_only(Blueprint("tasks", __name__))

PAGE = 50
SHOWN = ("all", "held", "free")


@blueprint.get("/tasks")
def index() -> str:
    """List my tasks, the earliest due first; `shown` narrows them to those I hold or may claim."""
    page = user_tasks.find(
        application(),
        me(),
        mine=True,
        group=request.args.get("group") or None,
        q=request.args.get("q", "").strip() or None,
        limit=PAGE,
        cursor=request.args.get("cursor") or None,
    )
    shown = request.args.get("shown", "all")
    tasks = [task for task in page.items if _is_shown(task, shown)]
    people.remember(name for task in tasks for name in (task.assignee, task.applicant))
    context = {
        "tasks": [(task, task_due(task)) for task in tasks],
        "next": page.next,
        "shown": shown if shown in SHOWN else "all",
        "q": request.args.get("q", ""),
        "group": request.args.get("group", ""),
        "groups": sorted(me().groups),
        "done": _just_done(request.args.get("done")),
    }
    template = "_task_list.html" if request.headers.get("HX-Request") else "tasks.html"
    return render_template(template, **context)


def _is_shown(task: TaskView, shown: str) -> bool:
    if shown == "held":
        return task.assignee == me().name
    return task.assignee is None if shown == "free" else True


def _just_done(task_id: str | None) -> dict[str, Any] | None:
    """Return what to say about a task just submitted: its case, and what is next for me."""
    if not task_id:
        return None
    app, actor = application(), me()
    try:
        task = user_tasks.get(app, actor, task_id)
        case = instances.get(app, actor, task.instance_id)
    except NotFound:
        return None
    mine = user_tasks.find(app, actor, mine=True, instance=task.instance_id, limit=3)
    return {"task": task, "case": case, "next": mine.items}


@blueprint.get("/tasks/<task_id>")
def show(task_id: str) -> str:
    """Show a task: the form to fill in beside everything that is known about the case."""
    app, actor = application(), me()
    task = user_tasks.get(app, actor, task_id)
    is_open = task.state == "open"
    may_complete = is_open and not task.suspended and user_tasks.may_complete(app, actor, task_id)
    form = user_tasks.form(app, actor, task_id) if is_open else None
    people.remember((task.assignee, task.applicant, task.completed_by))
    record = dossier.dossier(app, actor, task.instance_id)
    return render_template(
        "task.html",
        task=task,
        due=task_due(task),
        form=form,
        may_complete=may_complete,
        payload=form_payload.for_task(task, form, may_complete=may_complete) if form else None,
        opinions=opinions(record),
        returns=_returns(task) if may_complete else [],
        **case_context(task.instance_id, record, focus=task),
    )


@blueprint.post("/tasks/<task_id>/claim")
def claim(task_id: str) -> Response | str:
    """Take a task of my group, so that nobody else starts on it."""
    task = user_tasks.claim(application(), me(), task_id, _version())
    return _answer(task, _("You have claimed “%(name)s”.", name=task.name))


@blueprint.post("/tasks/<task_id>/unclaim")
def unclaim(task_id: str) -> Response | str:
    """Give a task back to its group."""
    task = user_tasks.unclaim(application(), me(), task_id, _version())
    return _answer(task, _("“%(name)s” is open to its group again.", name=task.name))


@blueprint.post("/tasks/<task_id>/return")
def send_back(task_id: str) -> Response:
    """Send the case back to an earlier step that the drawing allows, with a reason."""
    activity, reason = request.form.get("activity", ""), request.form.get("reason", "")
    user_tasks.return_to(application(), me(), task_id, _version(), activity, reason=reason)
    flash(_("The case has been sent back."), "good")
    return redirect(url_for("tasks.index"), 303)


def _returns(task: TaskView) -> list[tuple[str, str]]:
    """Return where the task may send the case back to: (activity id, its name)."""
    if not task.properties.get("returnTo"):
        return []
    case = instances.get(application(), me(), task.instance_id)
    activities = application().model(case.deployment_id or "").activities(task.definition)
    targets = activities[task.activity_id].return_targets
    return [(name, activities[name].name or name) for name in targets if name in activities]


def _version() -> int | None:
    return request.form.get("version", type=int)


def _answer(task: TaskView, text: str) -> Response | str:
    """Answer htmx with the task's new line in the list, everybody else with the page they came from."""
    if request.headers.get("HX-Request"):
        people.remember((task.assignee, task.applicant))
        return render_template("_task_row.html", task=task, due=task_due(task))
    flash(text, "good")
    return redirect(safe_path(request.form.get("next"), url_for("tasks.show", task_id=task.id)), 303)
