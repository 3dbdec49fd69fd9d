"""My tasks, and the page on which a task is done."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.engine.organisation import COMMENT
from service.errors import NotFound
from service.runtime.cases import context as decided_on
from service.runtime.cases import copies, dossier, instances
from service.runtime.effects import notifications
from service.runtime.effects.notifications import NotificationView
from service.runtime.forecasting import forecasts
from service.runtime.promises.waivers import WaiverView
from service.runtime.step.views import View
from service.runtime.tasks import actions, recalling, together, user_tasks
from service.runtime.tasks.views import TaskView
from service.web import case_head, form_payload, people, waivers
from service.web.asking import application, me, signed_in_only
from service.web.case_page import TOLD, case_context, task_due
from service.web.decision_words import last_of_each
from service.web.formatting import Due
from service.web.i18n import safe_path, worded
from service.web.present import Block, present, said
from service.web.timeline import latest, opinions, said_of
from service.wording import Text

blueprint = signed_in_only(Blueprint("tasks", __name__))

PAGE = 50
FEW = 5
MOST_WHYS = 4
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
        "sections": _by_urgency([(task, task_due(task)) for task in tasks]),
        "together": {task.id for task in tasks if may_together(task)},
        "heads": case_head.of_many(task.business_key for task in tasks),
        "next": page.next,
        "shown": shown if shown in SHOWN else "all",
        "q": request.args.get("q", ""),
        "group": request.args.get("group", ""),
        "groups": sorted(me().groups),
        "done": _just_done(request.args.get("done")),
    }
    if request.headers.get("HX-Request"):
        return render_template("_task_list.html", **context)
    awaited = {each.id for each in forecasts.awaited(application(), me())}
    mine = {"started": _started(), "awaited": awaited, "unread_copies": _unread_copies(), "named": _named()}
    return render_template("tasks.html", **mine, **context)


def _by_urgency(
    tasks: list[tuple[TaskView, Due | None]],
) -> list[tuple[str, list[tuple[TaskView, Due | None]]]]:
    """Return the tasks, which come by due date, in stretches with a heading; without where all are alike."""
    found = [(name, list(each)) for name, each in groupby(tasks, lambda pair: _urgency(pair[1]))]
    return found if len(found) > 1 else [("", each) for _name, each in found]


def _urgency(left: Due | None) -> str:
    if left is None:
        return _("No deadline")
    if left.is_overdue:
        return _("Overdue")
    return _("Today") if left.is_today else _("Later")


def _started() -> list[case_head.Line]:
    """Return what I started and still runs, the newest first."""
    mine = instances.find(application(), me(), leading=True, state="active", applicant=me().name, limit=FEW)
    return case_head.lines(mine.items)


def _unread_copies() -> str:
    """Return how many copies I have not read, "" for none; more than a page of them are not counted."""
    page = copies.find(application(), me(), unread=True, limit=PAGE)
    return f"{len(page.items)}{'+' if page.next else ''}" if page.items else ""


def _named() -> list[NotificationView]:
    """Return where somebody names me by @ and I have not read it, the newest first."""
    told = notifications.find(application(), me(), unread=True, limit=PAGE).items
    return [each for each in told if each.kind == COMMENT and not each.reason][:FEW]


def _is_shown(task: TaskView, shown: str) -> bool:
    if shown == "held":
        return task.assignee == me().name
    return task.assignee is None if shown == "free" else True


def _just_done(task_id: str | None) -> dict[str, Any] | None:
    """Return what to say about a task just submitted: its case, who is next there, and what is next for me.

    That of the same case comes first, then the most urgent.
    """
    if not task_id:
        return None
    app, actor = application(), me()
    try:
        task = user_tasks.get(app, actor, task_id)
        case = instances.get(app, actor, task.instance_id)
    except NotFound:
        return None
    here = user_tasks.find(app, actor, mine=True, instance=task.instance_id, limit=1).items
    mine = here or user_tasks.find(app, actor, mine=True, limit=1).items
    waits = [each for each in instances.waiting(app, actor, case.id) if each.kind in TOLD]
    return {"task": task, "case": case, "waits": waits, "next": mine[0] if mine else None}


@blueprint.get("/tasks/together")
def several() -> str:
    """Show the tasks that were ticked in the list, by form: each with what it shows, and what answers all."""
    app, actor = application(), me()
    chosen = [user_tasks.get(app, actor, each) for each in request.args.getlist("id")[: together.MOST]]
    shown = [_in_short(task) for task in chosen if may_together(task)]
    key = attrgetter("task.form")
    forms = [list(each) for _form, each in groupby(sorted(shown, key=lambda one: str(key(one))), key)]
    return render_template("together.html", forms=forms, done=None)


@blueprint.post("/tasks/together")
def conclude_several() -> str:
    """Give the same conclusion on several tasks, and say of each what became of it."""
    app, actor = application(), me()
    key, conclusion = request.form.get("key", ""), request.form.get("conclusion", "")
    answers = recalling.put({}, key, conclusion)
    items = [together.Item(*_seen(each), answers) for each in request.form.getlist("task")]
    tasks = {each.id: user_tasks.get(app, actor, each.id) for each in items}
    done = [(tasks[each.id], each) for each in together.complete(app, actor, items).items]
    return render_template("together.html", forms=[], done=done, conclusion=conclusion)


def _seen(text: str) -> tuple[str, int]:
    """Return a task's id and the version in which it was seen, as the page sends them."""
    task_id, _colon, version = text.partition(":")
    return task_id, int(version) if version.isdecimal() else 0


@dataclass(frozen=True)
class InShort:
    """A task that may be answered with others: what its form shows, and the conclusions that say yes."""

    task: TaskView
    blocks: tuple[Block, ...]
    key: str
    offered: tuple[str, ...]


def _in_short(task: TaskView) -> InShort:
    form = user_tasks.form(application(), me(), task.id)
    payload = form_payload.for_task(task, form)
    decision = payload["decision"] or {"key": "", "choices": []}
    offered = tuple(each["value"] for each in decision["choices"] if each["tone"] == "good")
    return InShort(task, present(payload["schema"], form.data), decision["key"], offered)


def may_together(task: TaskView) -> bool:
    """Say whether the reader may answer a task with others: where its drawing says so."""
    return task.properties.get("bulk") == "true" and task.offers("complete")


@blueprint.get("/tasks/<task_id>")
def show(task_id: str) -> str:
    """Show a task: the form to fill in beside everything that is known about the case."""
    app, actor = application(), me()
    task = user_tasks.get(app, actor, task_id)
    form = user_tasks.form(app, actor, task_id) if task.state == "open" else None
    people.remember((task.assignee, task.applicant, task.completed_by, *(each.user for each in task.signers)))
    record = dossier.dossier(app, actor, task.instance_id)
    since, changed = decided_on.changes(app, actor, task_id) if form else (None, ())
    people.remember((since.by if since else None, *(each.by for each in changed)))
    context = case_context(task.instance_id, record, focus=task)
    given = opinions(record)
    return render_template(
        "task.html",
        task=task,
        due=task_due(task),
        form=form,
        payload=form_payload.for_task(task, form) if form else None,
        opinions=given,
        latest=latest(given),
        whys=last_of_each(context["decided"])[:MOST_WHYS],
        ahead=decided_on.ahead(app, actor, task) if form else (),
        said=said_of(task, context["history"]),
        since=since,
        changes=[(each, said(each.part, each.before), said(each.part, each.after)) for each in changed],
        **context,
    )


@blueprint.post("/tasks/<task_id>/<name>")
def act(task_id: str, name: str) -> Response | str:
    """Do something with a task: whatever is among its actions, with what the page's form says."""
    action = actions.action(name)
    given = {each.name: _said(each.name) for each in fields(action.given)}
    version = request.form.get("version", type=int)
    answer = user_tasks.act(application(), me(), task_id, name, given, version=version)
    if isinstance(answer, WaiverView):
        return waivers.asked(answer)
    if isinstance(answer, TaskView) and request.headers.get("HX-Request"):
        # The task's new line in the list.
        people.remember((answer.assignee, answer.applicant))
        return render_template(
            "_task_row.html",
            task=answer,
            due=task_due(answer),
            heads=case_head.of_many([answer.business_key]),
            together={answer.id} if may_together(answer) else (),
        )
    if action.done is not None:
        flash(worded(Text(action.done.template, name=_name(answer))), "good")
    if not isinstance(answer, TaskView):
        return redirect(url_for("tasks.index"), 303)
    return redirect(safe_path(request.form.get("next"), url_for("tasks.show", task_id=task_id)), 303)


def _said(name: str) -> Any:
    """Return what the page's form says of a field: people as a list, answers as a form holds them."""
    if name == "users":
        return tuple(request.form.getlist(name))
    text = request.form.get(name, "")
    if name == "answers":
        return json.loads(text) if text else None
    return text


def _name(answer: View) -> str:
    return answer.name if isinstance(answer, TaskView) else ""
