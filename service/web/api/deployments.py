"""Deployments, their files, and what changed between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from service.engine.files.findings import Finding
from service.runtime.releases import contents, deployments, guarantees, weaving
from service.runtime.releases.contents import DefinitionView, ResourceView
from service.runtime.releases.deployments import Comparison, DeploymentView
from service.runtime.releases.guarantees import GuaranteeView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.web.api import reading
from service.web.api.section import Content, ListOf, Query, Section, Slice

section = Section("Deployments")

_FILES = {
    "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
    "remove": {"type": "array", "items": {"type": "string"}, "description": "names to drop"},
    "weave": {
        "type": "boolean",
        "description": "write form parts into the live forms that hold them as well",
    },
}
_TYPES = {"bpmn": "application/xml", "dmn": "application/xml", "form": "application/json"}


class FromTo(BaseModel):
    """Two deployments by id, or `live`."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid", frozen=True)

    from_id: str = Field(alias="from")
    to_id: str = Field(deployments.LIVE, alias="to")


@dataclass(frozen=True)
class CheckView(View):
    """What a deployment would say."""

    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        return {"findings": [finding.as_json() for finding in self.findings]}


@section.post(
    "/deployments", returns=DeploymentView, status=201, files=_FILES, errors=(403, 409, 413, 415, 422)
)
def create_deployment(app: Application, actor: Actor) -> DeploymentView:
    """Deploy files: they replace those of their name, `remove` drops, the rest carries over.

    The whole is checked; with an error in it nothing changes, and every finding is in the answer.
    """
    return deployments.deploy(app, actor, _uploaded(app, actor), remove=request.form.getlist("remove"))


@section.post("/deployments/check", returns=CheckView, files=_FILES, errors=(403, 413, 415, 422))
def check_deployment(app: Application, actor: Actor) -> CheckView:
    """Say what deploying these files would say. Nothing changes."""
    files = _uploaded(app, actor)
    return CheckView(deployments.check(app, actor, files, remove=request.form.getlist("remove")))


@section.get("/deployments", returns=ListOf(DeploymentView), query=Query, errors=(403,))
def list_deployments(app: Application, actor: Actor, query: Query) -> Page[DeploymentView]:
    """List deployments, the newest first."""
    return deployments.find(app, actor, **query.page())


@section.get("/deployments/<deployment_id>", returns=DeploymentView, errors=(403, 404))
def get_deployment(app: Application, actor: Actor, deployment_id: str) -> DeploymentView:
    """Show one deployment."""
    return deployments.get(app, actor, deployment_id)


@section.post("/deployments/<deployment_id>/activate", returns=DeploymentView, errors=(403, 404, 409, 422))
def activate_deployment(app: Application, actor: Actor, deployment_id: str) -> DeploymentView:
    """Make the manifest of an earlier deployment live again. Running instances keep theirs."""
    return deployments.activate(app, actor, deployment_id)


@section.get("/guarantees", returns=ListOf(GuaranteeView), query=Slice, errors=(403,))
def list_guarantees(app: Application, actor: Actor, query: Slice) -> Page[GuaranteeView]:
    """List what the company promises, and whether the live drawings keep it."""
    return query.cut(guarantees.find(app, actor), lambda guarantee: guarantee.key)


@section.get("/resources", returns=ListOf(ResourceView), query=Slice, errors=(403,))
def list_resources(app: Application, actor: Actor, query: Slice) -> Page[ResourceView]:
    """List the live files."""
    return query.cut(contents.find(app, actor), lambda file: file.name)


@section.get("/resources/<name>", returns=Content("application/octet-stream"), errors=(403, 404))
def get_resource(app: Application, actor: Actor, name: str) -> Response:
    """Return a live file itself."""
    found = contents.get(app, actor, name)
    return _file(found.content, _TYPES.get(found.kind, "text/plain"), found.sha256)


@section.get("/compare", returns=Comparison, query=FromTo, errors=(403, 404))
def compare_deployments(app: Application, actor: Actor, query: FromTo) -> Comparison:
    """Compare two deployments (ids, or `live`) element by element and in sentences."""
    return deployments.compare(app, actor, query.from_id, query.to_id)


@section.get("/process-definitions", returns=ListOf(DefinitionView), query=Slice)
def list_definitions(app: Application, actor: Actor, query: Slice) -> Page[DefinitionView]:
    """List the processes of the live deployment."""
    return query.cut(contents.definitions(app, actor), lambda process: process.key)


@section.get("/process-definitions/<key>", returns=DefinitionView, errors=(404,))
def get_definition(app: Application, actor: Actor, key: str) -> DefinitionView:
    """Show one process of the live deployment."""
    return contents.definition(app, actor, key)


@section.get("/process-definitions/<key>/xml", returns=Content("application/xml"), errors=(403, 404))
def get_definition_xml(app: Application, actor: Actor, key: str) -> Response:
    """Return the drawing of a process."""
    content = contents.definition_xml(app, actor, key)
    return _file(content, "application/xml")


def _file(content: bytes, media_type: str, etag: str | None = None) -> Response:
    response = Response(content, content_type=f"{media_type}; charset=utf-8")
    # Opened in a browser it is text from somebody's modeler, not a page of ours.
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if etag is not None:
        response.set_etag(etag)
    return response


def _uploaded(app: Application, actor: Actor) -> dict[str, bytes]:
    files = reading.uploaded("files")
    return weaving.with_woven(app, actor, files) if request.form.get("weave") == "true" else files
