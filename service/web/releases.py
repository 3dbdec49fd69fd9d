"""For process owners: check changed files, deploy them, look back, compare, roll back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from service import manifest
from service.engine.files.findings import Finding
from service.engine.forms.part_check import STALE
from service.errors import InvalidDeployment, InvalidInput
from service.runtime.identity import rights
from service.runtime.releases import contents, deployments, weaving
from service.runtime.releases.told_changes import ToldChange
from service.web import diagrams, people
from service.web.asking import application, me, signed_in_only
from service.web.findings import headline
from service.web.i18n import worded

blueprint = signed_in_only(Blueprint("releases", __name__, url_prefix="/processes"))

UPLOADED = (*sorted({PurePath(ending).suffix or ending for ending in manifest.KINDS}), ".xml")
MOST_BYTES = 16 * 1024 * 1024
PAGE = 30


@blueprint.before_request
def _readers_only() -> None:
    rights.require(me(), "deployment.read")


@blueprint.get("/upload")
def upload() -> str:
    rights.require(me(), "deployment.create")
    return render_template("upload.html", suffixes=UPLOADED)


@blueprint.post("/check")
def check() -> str:
    """Check chosen files against everything that is live, change nothing, and show what was found."""
    rights.require(me(), "deployment.create")
    sent = request.files.getlist("files")
    files = {manifest.plain_name(PurePath(each.filename or "").name): each.read() for each in sent}
    files.pop("", None)
    _require_files(files)
    return _findings_page(files, deployments.check(application(), me(), files))


@blueprint.post("/weave")
def weave() -> str | tuple[str, int]:
    """Write the parts among the files into the live forms that hold them, and check the whole again."""
    rights.require(me(), "deployment.create")
    request.max_form_memory_size = MOST_BYTES
    files = dict(_unpack(each) for each in request.form.getlist("file"))
    _require_files(files)
    try:
        files = weaving.with_woven(application(), me(), files)
    except InvalidDeployment as error:
        return _findings_page(files, error.findings), InvalidDeployment.status
    return _findings_page(files, deployments.check(application(), me(), files))


@blueprint.post("/deploy")
def deploy() -> AnyResponse | tuple[str, int]:
    """Deploy the files that were checked a moment ago; they come back with the form."""
    request.max_form_memory_size = MOST_BYTES
    files = dict(_unpack(each) for each in request.form.getlist("file"))
    _require_files(files)
    try:
        made = deployments.deploy(application(), me(), files)
    except InvalidDeployment as error:
        return _findings_page(files, error.findings), InvalidDeployment.status
    text = ngettext("%(num)d file is live now.", "%(num)d files are live now.", len(files))
    flash(text + " " + _("Cases that already run stay with what they began with."), "good")
    return redirect(url_for("releases.history", _anchor=made.id), 303)


@blueprint.get("/history")
def history() -> str:
    page = deployments.find(application(), me(), limit=PAGE, cursor=request.args.get("cursor") or None)
    people.remember(each.created_by for each in page.items)
    changed = [
        _changed_names(each, older) for each, older in zip(page.items, [*page.items[1:], None], strict=True)
    ]
    return render_template(
        "releases.html", releases=list(zip(page.items, changed, strict=True)), next=page.next
    )


@blueprint.post("/history/<deployment_id>/activate")
def activate(deployment_id: str) -> AnyResponse:
    """Make an earlier deployment live again."""
    deployments.activate(application(), me(), deployment_id)
    flash(_("The chosen deployment is live again."), "good")
    return redirect(url_for("releases.history"), 303)


@blueprint.get("/compare")
def compare() -> str:
    """Say what differs between two deployments, and show it on the drawings: what is gone on the old ones."""
    app = application()
    old, new = request.args.get("from", ""), request.args.get("to", "live")
    if not old:
        raise InvalidInput(_("Choose two deployments to compare."))
    compared = deployments.compare(app, me(), old, new)
    files: dict[str, dict[str, list[Any]]] = defaultdict(lambda: {"changes": [], "told": [], "minor": []})
    for change in compared.changes:
        files[change.file]["changes"].append(change)
    for each in compared.told:
        files[each.file]["minor" if each.is_minor else "told"].append(each)
    drawings = {
        name: _changed_drawing(name, old, new, found["told"])
        for name, found in files.items()
        if name.endswith(".bpmn")
    }
    return render_template("compare.html", files=files, drawings=drawings, old=old, new=new)


@blueprint.get("/history/<deployment_id>/<name>")
def old_file(deployment_id: str, name: str) -> Response:
    """A file of any deployment, for the drawings of a comparison."""
    content = contents.get(application(), me(), name, deployment_id=_id(deployment_id)).content
    return Response(content, mimetype="application/xml", headers={"X-Content-Type-Options": "nosniff"})


def _require_files(files: Mapping[str, bytes]) -> None:
    if not files:
        raise InvalidInput(_("Choose at least one file."))


_PROCESS = re.compile(r'<(?:\w+:)?process\b[^>]*?\bid="([^"]+)"')


def _findings_page(files: Mapping[str, bytes], findings: Iterable[Finding]) -> str:
    found = sorted(findings, key=lambda each: (each.severity != "error", each.file, each.line))
    known = {each.name: each.sha256 for each in contents.find(application(), me())}
    shown = [
        {
            "name": name,
            "state": _file_state(known.get(name), content),
            "findings": [each for each in found if each.file == name],
            "drawing": _uploaded_drawing(name, content, found) if name.endswith(".bpmn") else None,
            "packed": _pack(name, content),
        }
        for name, content in files.items()
    ]
    elsewhere = [each for each in found if each.file not in files]
    errors = sum(each.severity == "error" for each in found)
    stale = any(each.code == STALE for each in found)
    return render_template(
        "check.html", files=shown, elsewhere=elsewhere, findings=found, errors=errors, stale=stale
    )


def _file_state(known_hash: str | None, content: bytes) -> str:
    if known_hash is None:
        return "new"
    return "same" if hashlib.sha256(content).hexdigest() == known_hash else "changed"


def _uploaded_drawing(name: str, content: bytes, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the island's payload with the drawing itself inside: it is stored nowhere yet."""
    marks = [
        {
            "element": each.element,
            "severity": each.severity,
            "message": headline(each.code) or worded(each.message),
        }
        for each in findings
        if each.file == name
    ]
    xml = content.decode("utf-8", errors="replace")
    passed, ends = _broken_ways(xml, findings)
    diagram = {
        "definition": name,
        "name": name,
        "path": "",
        "xml": xml,
        "findings": [*marks, *ends],
        "changes": {diagrams.PASSED: passed},
    }
    return {"diagrams": [diagram]}


def _broken_ways(xml: str, findings: Iterable[Finding]) -> tuple[list[str], list[dict[str, str]]]:
    """Return what the ways that break guarantees go by in a drawing, and a mark where each is there last."""
    drawn, passed, ends = set(_PROCESS.findall(xml)), dict[str, None](), []
    for each in findings:
        here = [step.element for step in each.path if step.process in drawn]
        if each.severity == "error" and here:
            passed.update(dict.fromkeys(here))
            ends.append({"element": here[-1], "severity": each.severity, "message": worded(each.message)})
    return list(passed), ends


def _changed_drawing(name: str, old: str, new: str, told: Iterable[ToldChange]) -> dict[str, Any] | None:
    """Return the later drawing with what came and changed, and the earlier one with what is gone."""
    marks: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
    for each in told:
        if each.element and each.element not in marks[each.kind]:
            marks[each.kind].append(each.element)
    diagrams = []
    if _exists(name, new):
        shown = {kind: marks[kind] for kind in ("added", "changed")}
        diagrams.append(_compared_drawing(name, _("After"), new, shown))
    if _exists(name, old) and (marks["removed"] or not diagrams):
        diagrams.append(_compared_drawing(name, _("Before"), old, {"removed": marks["removed"]}))
    return {"diagrams": diagrams} if diagrams else None


def _compared_drawing(
    name: str, title: str, deployment_id: str, marks: Mapping[str, list[str]]
) -> dict[str, Any]:
    url = url_for("releases.old_file", deployment_id=deployment_id, name=name)
    return {"definition": f"{name} {title}", "name": title, "path": "", "url": url, "changes": marks}


def _changed_names(release: Any, older: Any) -> list[str]:
    """Return the names of the files a deployment brought or dropped, all of them for the first one."""
    now = {each.name: each.sha256 for each in release.files}
    before = {each.name: each.sha256 for each in older.files} if older else {}
    return sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))


def _exists(name: str, deployment_id: str) -> bool:
    return any(each.name == name for each in contents.find(application(), me(), _id(deployment_id)))


def _id(deployment_id: str) -> str | None:
    return None if deployment_id == "live" else deployment_id


def _pack(name: str, content: bytes) -> str:
    """Return a file as one line of text that survives a form unchanged, byte for byte."""
    return f"{base64.b64encode(content).decode('ascii')}|{name}"


def _unpack(text: str) -> tuple[str, bytes]:
    packed, _bar, name = text.partition("|")
    try:
        return name, base64.b64decode(packed, validate=True)
    except binascii.Error as exc:
        raise InvalidInput(_("The files did not arrive whole. Choose them again.")) from exc
