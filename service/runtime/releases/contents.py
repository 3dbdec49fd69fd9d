"""The files of a deployment, and the processes drawn in the live one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from service import manifest
from service.errors import NotFound
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store import manifests
from service.store.models import DeploymentFile

if TYPE_CHECKING:
    from service.engine.drawing import Process


@dataclass(frozen=True)
class ResourceView(View):
    """One file of a manifest. `version` counts the contents this name has had."""

    name: str
    kind: str
    version: int
    sha256: str


@dataclass(frozen=True)
class ResourceContent:
    """A deployed file itself."""

    name: str
    kind: str
    version: int
    sha256: str
    content: bytes


@dataclass(frozen=True)
class DefinitionView(View):
    """A process that can be started or called. `version` is that of its file."""

    key: str
    name: str
    version: int
    file: str
    form: str | None
    startable: bool
    documentation: str


def find(app: Application, by: Actor, deployment_id: str | None = None) -> tuple[ResourceView, ...]:
    """Return the files of a deployment, by default of the live one; none while nothing is deployed."""
    require(by, "deployment.read")
    with app.db.read() as session:
        wanted = deployment_id or manifests.live_id(session)
        return files_of(session, wanted) if wanted else ()


def get(app: Application, by: Actor, name: str, *, deployment_id: str | None = None) -> ResourceContent:
    """Return one file of a deployment, by default of the live one."""
    require(by, "deployment.read")
    with app.db.read() as session:
        wanted = deployment_id or manifests.live_id(session)
        row = session.get(DeploymentFile, (wanted, name)) if wanted else None
        if row is None:
            raise NotFound("There is no such file in this deployment.", name=name)
        content = manifests.content(session, row)
        return ResourceContent(name, _kind(name), row.version, row.sha256, content)


def definitions(app: Application, actor: Actor) -> tuple[DefinitionView, ...]:
    """Return the processes of the live manifest by key; none while nothing is deployed."""
    try:
        live = app.live()
    except NotFound:
        return ()
    with app.db.read() as session:
        versions = {file.name: file.version for file in files_of(session, live.deployment_id)}
    infos = sorted(live.model.processes.values(), key=lambda info: info.key)
    return tuple(_definition(info, versions[info.file]) for info in infos)


def definition(app: Application, actor: Actor, key: str) -> DefinitionView:
    """Return one process of the live manifest."""
    found = {each.key: each for each in definitions(app, actor)}
    if key not in found:
        raise NotFound("There is no such process.", key=key)
    return found[key]


def definition_xml(app: Application, by: Actor, key: str) -> bytes:
    """Return the drawing of a process in the live manifest."""
    require(by, "deployment.read")
    live = app.live()
    if key not in live.model.processes:
        raise NotFound("There is no such process.", key=key)
    return get(app, by, live.model.processes[key].file, deployment_id=live.deployment_id).content


def files_of(session: Session, deployment_id: str) -> tuple[ResourceView, ...]:
    rows = manifests.rows_of(session, deployment_id)
    return tuple(ResourceView(row.name, _kind(row.name), row.version, row.sha256) for row in rows)


def _kind(name: str) -> str:
    return manifest.kind_of(name) or ""


def _definition(info: Process, version: int) -> DefinitionView:
    return DefinitionView(
        key=info.key,
        name=info.name,
        version=version,
        file=info.file,
        form=info.start_form,
        startable=info.startable,
        documentation=info.documentation,
    )
