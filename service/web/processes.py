"""For process owners: what is live, how it looks, and its files to download."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for

from service.engine.forms.parts import holders
from service.errors import NotFound
from service.runtime.identity import rights
from service.runtime.releases import contents
from service.runtime.releases.contents import ResourceContent
from service.web import diagrams, form_payload, heat
from service.web.asking import application, me, signed_in_only
from service.web.download import as_download

blueprint = signed_in_only(Blueprint("processes", __name__, url_prefix="/processes"))


@blueprint.before_request
def _owners_only() -> None:
    rights.require(me(), "deployment.read")


@blueprint.get("")
def index() -> str:
    """List what is live: drawings, decision tables, forms and their parts."""
    app, actor = application(), me()
    live = app.live()
    parts = holders(live.model.forms)
    versions = {each.name: each.version for each in contents.find(app, actor)}
    return render_template(
        "processes.html",
        definitions=contents.definitions(app, actor),
        decisions=sorted(live.model.decisions.values(), key=lambda each: (each.file, each.line)),
        forms=[
            {"id": key, "title": form_title(key), "file": f"{key}.form"}
            for key in sorted(live.model.forms.keys() - parts.keys())
        ],
        parts=parts,
        versions=versions,
    )


@blueprint.get("/diagrams/<key>")
def diagram(key: str) -> str:
    app = application()
    model = app.live().model
    if key not in model.processes:
        raise NotFound
    version = request.args.get("version", type=int)
    told = heat.of_process(key, version)
    links = {other: url_for("processes.diagram", key=other) for other in model.processes}
    return render_template(
        "process.html",
        process=model.processes[key],
        activities=model.activities(key).values(),
        callers=[other for other in model.processes.values() if key in other.calls],
        version=version,
        drawing=diagrams.of_definition(
            key,
            model.processes[key].name,
            url_for("processes.drawing", key=key),
            links,
            heat=told.get("heat", {}),
        ),
        **told,
    )


@blueprint.get("/diagrams/<key>.bpmn")
def drawing(key: str) -> Response:
    return Response(contents.definition_xml(application(), me(), key), mimetype="application/xml")


@blueprint.get("/decisions/<key>")
def decision(key: str) -> str:
    found = application().live().model.decisions.get(key)
    if found is None:
        raise NotFound
    return render_template("decision.html", decision=found)


@blueprint.get("/forms/<key>")
def form(key: str) -> str:
    live = application().live()
    forms = live.model.forms
    if key not in forms:
        raise NotFound
    return render_template(
        "form.html",
        key=key,
        title=form_title(key),
        users=_asked_in(key),
        holders=holders(forms).get(key, ()),
        payload=form_payload.preview(forms[key], live.deployment_id),
    )


@blueprint.get("/files/<name>")
def file(name: str) -> Response:
    """Download a live file exactly as it was deployed."""
    content: ResourceContent = contents.get(application(), me(), name)
    return as_download(content.content, name)


def form_title(form: str) -> str:
    """Return the name of the step that asks a form, its id when none does."""
    return next((name for _process, name in _asked_in(form) if name), form)


def _asked_in(form: str) -> list[tuple[str, str]]:
    """Return where a form is asked: (process key, activity name)."""
    model = application().live().model
    return [
        (key, each.name)
        for key in model.processes
        for each in model.activities(key).values()
        if each.form == form
    ]
