"""For admins: every instance, and one of them to the last variable."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.domain.workdays import ZONE
from service.engine.drawing.model import Container
from service.errors import InvalidInput
from service.runtime import identity
from service.runtime.cases import dossier, instances
from service.runtime.cases.seeking import STATES, Sought
from service.runtime.cases.views import InstanceView
from service.runtime.identity import rights
from service.runtime.incidents import causes, incidents
from service.runtime.mending import facts, modifying, variables
from service.runtime.promises.waivers import WaiverView, who_can_answer
from service.runtime.releases import contents, migrations
from service.runtime.step.context import Actor, Application
from service.web import case_facts, people, waivers
from service.web.asking import application, me, signed_in_only
from service.web.case_page import case_context
from service.web.i18n import worded

blueprint = signed_in_only(Blueprint("instances", __name__, url_prefix="/admin"))

PAGE = 50
_STARTABLE = frozenset(
    {
        *("userTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask"),
        *("callActivity", "subProcess", "manualTask", "task", "intermediateCatchEvent"),
    }
)
"""What a token can be put on by hand."""
SEARCHED = (
    *("q", "state", "definition", "stalled", "waiting_for", "activity", "incident", "message"),
    *("started_from", "started_to"),
)


@blueprint.before_request
def _inspectors_only() -> None:
    rights.require(me(), "incident.read")


@blueprint.get("/instances")
def index() -> str:
    app, actor = application(), me()
    asked = {name: request.args.get(name, "").strip() for name in SEARCHED}
    page = instances.find(app, actor, sought(asked), limit=PAGE, cursor=request.args.get("cursor") or None)
    people.remember(each.applicant for each in page.items)
    context = {"instances": page.items, "next": page.next, "states": STATES, "asked": asked}
    if request.headers.get("HX-Request"):
        return render_template("_instance_list.html", **context)
    return render_template(
        "instances.html",
        definitions=contents.definitions(app, actor),
        causes=causes.find(app, actor),
        groups=identity.groups(app),
        people=identity.colleagues(app, actor),
        **context,
    )


def sought(asked: Mapping[str, str]) -> Sought:
    """Return what the search form asks for; what makes no sense there is not asked for."""
    given: dict[str, Any] = {name: text or None for name, text in asked.items()}
    given["text"], given["stalled"] = given.pop("q"), bool(given["stalled"])
    if given["state"] not in STATES:
        given["state"] = None
    for name, of_day in (("started_from", time.min), ("started_to", time.max)):
        given[name] = _moment(asked[name], of_day)
    return Sought(**given)


def _moment(text: str, of_day: time) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), of_day, ZONE)
    except ValueError:
        return None


@blueprint.get("/instances/<instance_id>")
def show(instance_id: str) -> str:
    app, actor = application(), me()
    record = dossier.dossier(app, actor, instance_id)
    return render_template(
        "instance.html",
        scopes=instances.variables(app, actor, instance_id),
        incidents=incidents.find(app, actor, instance=instance_id).items,
        facts=case_facts.of_case(instance_id),
        spots=_places(instance_id),
        live_deployment=app.live().deployment_id,
        **case_context(instance_id, record),
    )


@blueprint.post("/instances/<instance_id>/suspend")
def suspend(instance_id: str) -> Response:
    return _change(
        instances.suspend, instance_id, _("The case is suspended: nothing moves until it is resumed.")
    )


@blueprint.post("/instances/<instance_id>/resume")
def resume(instance_id: str) -> Response:
    instances.resume(application(), me(), instance_id)
    return _back(instance_id, _("The case runs again."))


@blueprint.post("/instances/<instance_id>/cancel")
def cancel(instance_id: str) -> Response:
    return _change(instances.cancel, instance_id, _("The case has been cancelled."))


@blueprint.get("/instances/<instance_id>/migrate")
def migration(instance_id: str) -> str:
    """What moving the case onto the live drawings would do; nothing is changed."""
    app, actor = application(), me()
    planned = migrations.migrate_one(app, actor, instance_id, dry_run=True)
    return render_template("migration.html", case=instances.get(app, actor, instance_id), planned=planned)


@blueprint.post("/instances/<instance_id>/migrate")
def migrate(instance_id: str) -> Response:
    """Move the case. Who meets an obstacle that is new since the plan sees the plan again."""
    try:
        done = migrations.migrate_one(
            application(),
            me(),
            instance_id,
            to=request.form["deployment"],
            reason=request.form.get("reason", "").strip(),
        )
    except migrations.CannotMove:
        flash(_("The case could not move and stays as it was."), "bad")
        return redirect(url_for("instances.migration", instance_id=instance_id), 303)
    if done.waiver is not None:
        return waivers.asked(done.waiver)
    return _back(instance_id, _("The case goes on by the new drawings."))


@blueprint.post("/instances/<instance_id>/variables")
def correct(instance_id: str) -> Response:
    """Give a variable another value of its kind."""
    form, given = request.form, _corrected() or {}
    scope, reason = form.get("scope", ""), form.get("reason", "")
    try:
        done = variables.correct(application(), me(), instance_id, given, reason, scope=scope)
    except InvalidInput as error:
        return _back(instance_id, worded(error.errors[0].message if error.errors else error.message), "bad")
    if done.waiver is not None:
        return waivers.asked(done.waiver)
    return _back(instance_id, _("The variable has been corrected."))


@blueprint.post("/instances/<instance_id>/facts")
def correct_fact(instance_id: str) -> Response | str:
    """Show what another value of a fact would lead to; set it when that is confirmed with a reason."""
    app, actor, given = application(), me(), _corrected() or {}
    reason = request.form.get("reason", "").strip()
    try:
        done = facts.correct(app, actor, instance_id, given, reason, dry_run=not reason)
    except InvalidInput as error:
        return _back(instance_id, worded(error.errors[0].message if error.errors else error.message), "bad")
    if done.waiver is not None:
        return waivers.asked(done.waiver)
    if reason:
        return _back(instance_id, _("The fact has been corrected."))
    case = instances.get(app, actor, instance_id)
    able = who_can_answer(app, instance_id, actor.name) if done.promises else ()
    changes = case_facts.changes(case.deployment_id or "", done.before, done.after)
    asked = {name: request.form.get(name, "") for name in ("name", "value")}
    return render_template("correction.html", case=case, done=done, changes=changes, able=able, asked=asked)


@blueprint.post("/instances/<instance_id>/modify")
def modify(instance_id: str) -> Response | str:
    """Show what moving tokens would do; do it when that is confirmed with a reason."""
    app, actor, form = application(), me(), request.form
    chosen = {"cancel": form.getlist("cancel"), "start": form.getlist("start")}
    reason = form.get("reason", "").strip()
    try:
        done = modifying.modify(
            app,
            actor,
            instance_id,
            cancel=chosen["cancel"],
            start=chosen["start"],
            reason=reason,
            dry_run=not reason,
        )
    except InvalidInput as error:
        return _back(instance_id, worded(error.message), "bad")
    if done.waiver is not None:
        return waivers.asked(done.waiver)
    if reason:
        return _back(instance_id, _("The case has been put where you said."))
    case = instances.get(app, actor, instance_id)
    able = who_can_answer(app, instance_id, actor.name) if done.promises else ()
    return render_template("modification.html", case=case, done=done, chosen=chosen, able=able)


@blueprint.post("/incidents/<incident_id>/retry")
def retry(incident_id: str) -> Response:
    """Try the failed element again, with a variable corrected if one is given."""
    reason = request.form.get("reason", "").strip()
    case = incidents.retry(application(), me(), incident_id, variables=_corrected(), reason=reason)
    if isinstance(case, WaiverView):
        return waivers.asked(case)
    if case.incidents:
        return _back(case.id, _("It was tried again and failed again."), "bad")
    return _back(case.id, _("It was tried again and went through."))


def _places(instance_id: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return by drawing the activities that can be started where the case is, each as path and name."""
    app, actor = application(), me()
    case = instances.get(app, actor, instance_id)
    if case.state != "active" or not rights.may(actor, "instance.modify"):
        return []
    processes = app.model(case.deployment_id or "").processes
    found: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for token in case.active:
        process = processes[case.definition]
        here: Container = process.body
        title, prefix = process.name, ""
        for part in token.activity_path.split("/"):
            activities = [each for each in here.elements.values() if each.kind in _STARTABLE]
            found[prefix] = (title, [(prefix + each.id, each.title) for each in activities])
            element = here.elements.get(part.partition("[")[0])
            if element is None:
                break
            prefix = f"{prefix}{part}/"
            title = element.title
            if element.inner is not None:
                here = element.inner
            elif element.called is not None and element.called in processes:
                here = processes[element.called].body
            else:
                break
    return list(found.values())


def _corrected() -> dict[str, Any] | None:
    """Return the corrected variable by its name; the value is JSON, anything else counts as text."""
    name, text = (request.form.get(key, "").strip() for key in ("name", "value"))
    if not name:
        return None
    try:
        return {name: json.loads(text)}
    except ValueError:
        return {name: text}


def _change(use_case: Callable[..., InstanceView], instance_id: str, text: str) -> Response:
    app: Application = application()
    actor: Actor = me()
    use_case(app, actor, instance_id, reason=request.form.get("reason", "").strip())
    return _back(instance_id, text)


def _back(instance_id: str, text: str, tone: str = "good") -> Response:
    flash(text, tone)
    return redirect(url_for("instances.show", instance_id=instance_id), 303)
