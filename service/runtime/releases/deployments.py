"""Deployments: whole manifests of drawings, decisions and forms, checked together, one of them live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import manifest
from service.engine import organisation
from service.engine.check import check as check_manifest
from service.engine.check.gone import check_gone
from service.engine.files.findings import Finding
from service.errors import Conflict, FieldError, Forbidden, InvalidDeployment, InvalidInput, NotFound
from service.runtime import identity
from service.runtime.identity.rights import may, require
from service.runtime.releases.differences import Change, differences
from service.runtime.step import audit
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.store import cursor as cursors
from service.store import manifests
from service.store.models import Activation, Deployment, DeploymentFile
from service.wording import Text

if TYPE_CHECKING:
    from service.engine.drawing import Process

LIVE = "live"
_FILE_BYTES = 5 * 2**20
_NAME_LENGTH = 120


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
class DeploymentView(View):
    """A deployment with everything in it."""

    id: str
    files: tuple[ResourceView, ...]
    warnings: tuple[Finding, ...]
    created_by: str
    created_at: datetime
    is_live: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "files": [file.as_json() for file in self.files],
            "warnings": [finding.as_json() for finding in self.warnings],
            "created_by": self.created_by,
            "created_at": self.created_at.isoformat(),
            "is_live": self.is_live,
        }


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


def deploy(
    app: Application, by: Actor, files: Mapping[str, bytes], *, remove: Iterable[str] = ()
) -> DeploymentView:
    """Make a new manifest live: these files replace, `remove` drops, the rest carries over.

    InvalidDeployment carries every finding of the check. The live manifest over again changes nothing.
    Forbidden when it would change who holds which right, and an admin is not who deploys it.
    """
    require(by, "deployment.create")
    dropped = tuple(remove)
    if not files and not dropped:
        raise InvalidInput(errors=[FieldError("files", "no file was sent")])
    base, whole = merged(app, files, dropped)
    found = _checked(app, whole)
    if base is not None:
        _require_same_rights(app, by, base, whole)
    with app.db.begin() as session:
        # This entry takes the lock that lets deployments in one at a time; it goes when nothing is new.
        audit.lock_system(session)
        live = manifests.live_id(session)
        if live != base:
            raise Conflict("Somebody else deployed in the meantime. Look at their changes and try again.")
        row = _same_as_live(session, live, whole)
        if row is None:
            row = _add(app, session, by, whole, found)
        return _view(session, row, live_id=row.id)


def check(app: Application, files: Mapping[str, bytes], *, remove: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Return what deploying these files over the live manifest would say. Nothing is changed."""
    _, whole = merged(app, files, tuple(remove))
    return _findings(app, whole)


def activate(app: Application, by: Actor, deployment_id: str) -> DeploymentView:
    """Make an earlier manifest live again. It is checked anew: this release may know better."""
    require(by, "deployment.activate")
    with app.db.read() as session:
        _existing(session, deployment_id)
        files = manifests.files_of(session, deployment_id)
        live = manifests.live_id(session)
    _checked(app, files)
    if live is not None:
        _require_same_rights(app, by, live, files)
    with app.db.begin() as session:
        audit.lock_system(session)
        row = _existing(session, deployment_id)
        if manifests.live_id(session) != deployment_id:
            _make_live(app, session, by, row, "deployment.activated")
        return _view(session, row, live_id=deployment_id)


def find(app: Application, by: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[DeploymentView]:
    """Return deployments, the newest first."""
    require(by, "deployment.read")
    query = select(Deployment).order_by(Deployment.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(Deployment.id < cursors.decode(cursor, str)[0])
    with app.db.read() as session:
        rows = session.scalars(query).all()
        live = manifests.live_id(session)
        items = tuple(_view(session, row, live_id=live) for row in rows[:limit])
    return Page(items, cursors.encode(items[-1].id) if len(rows) > limit else None)


def get(app: Application, by: Actor, deployment_id: str) -> DeploymentView:
    """Return one deployment."""
    require(by, "deployment.read")
    with app.db.read() as session:
        row = _existing(session, deployment_id)
        return _view(session, row, live_id=manifests.live_id(session))


def resources(app: Application, deployment_id: str | None = None) -> tuple[ResourceView, ...]:
    """Return the files of a deployment, by default of the live one; none while nothing is deployed."""
    with app.db.read() as session:
        wanted = deployment_id or manifests.live_id(session)
        return _files(session, wanted) if wanted else ()


def resource(app: Application, name: str, *, deployment_id: str | None = None) -> ResourceContent:
    """Return one file of a deployment, by default of the live one."""
    with app.db.read() as session:
        wanted = deployment_id or manifests.live_id(session)
        row = session.get(DeploymentFile, (wanted, name)) if wanted else None
        if row is None:
            raise NotFound("There is no such file in this deployment.", name=name)
        content = manifests.content(session, row)
        return ResourceContent(name, _kind(name), row.version, row.sha256, content)


def compare(app: Application, from_id: str, to_id: str) -> tuple[Change, ...]:
    """Return what changed from one deployment to another, element by element. Either may be `live`."""
    with app.db.read() as session:
        before, after = (_files_of(session, each) for each in (from_id, to_id))
    return tuple(differences(before, after))


def definitions(app: Application, actor: Actor) -> tuple[DefinitionView, ...]:
    """Return the processes of the live manifest by key; none while nothing is deployed."""
    try:
        live = app.live()
    except NotFound:
        return ()
    versions = {file.name: file.version for file in resources(app, live.deployment_id)}
    infos = sorted(live.model.processes.values(), key=lambda info: info.key)
    return tuple(_definition(info, versions[info.file]) for info in infos)


def definition(app: Application, actor: Actor, key: str) -> DefinitionView:
    """Return one process of the live manifest."""
    found = {each.key: each for each in definitions(app, actor)}
    if key not in found:
        raise NotFound("There is no such process.", key=key)
    return found[key]


def definition_xml(app: Application, key: str) -> bytes:
    """Return the drawing of a process in the live manifest."""
    live = app.live()
    if key not in live.model.processes:
        raise NotFound("There is no such process.", key=key)
    return resource(app, live.model.processes[key].file, deployment_id=live.deployment_id).content


def merged(
    app: Application, files: Mapping[str, bytes], remove: tuple[str, ...] = ()
) -> tuple[str | None, dict[str, bytes]]:
    """Return the id of the live manifest and the whole that would replace it."""
    refused = [finding for name, content in files.items() if (finding := _refusal(name, content))]
    if refused:
        raise InvalidDeployment(findings=refused)
    with app.db.read() as session:
        base = manifests.live_id(session)
        whole = manifests.files_of(session, base) if base else {}
    unknown = [name for name in remove if name not in whole]
    if unknown:
        raise InvalidInput(errors=[FieldError("remove", f"not deployed: {', '.join(unknown)}")])
    for name in remove:
        whole.pop(name, None)
    return base, whole | dict(files)


def _refusal(name: str, content: bytes) -> Finding | None:
    """Return why a file has no place in a manifest, whatever stands in it."""
    if not name.isprintable() or "/" in name or "\\" in name or len(name) > _NAME_LENGTH:
        text = Text("A file name without folders, at most {length} characters.", length=_NAME_LENGTH)
        return Finding(name, 0, "", "error", "file-name", text)
    if len(content) > _FILE_BYTES:
        text = Text("The file is larger than {size} MiB.", size=_FILE_BYTES // 2**20)
        return Finding(name, 0, "", "error", "file-size", text)
    return None


def _findings(app: Application, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    found = check_manifest(files, topics=app.handlers)
    return (*found, *_about_gone(app, files)) if organisation.FILE in files else tuple(found)


def _about_gone(app: Application, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield where groups and relations that are live, and would be no more, are still meant."""
    reading = organisation.read(files[organisation.FILE])
    with app.db.read() as session:
        live = manifests.live_id(session)
        if live is None or reading.findings:
            return
        before, after = app.model(live, session=session).organisation, reading.organisation
        yield from check_gone(before, after, files)
        for group in sorted(before.groups.keys() - after.groups.keys()):
            if members := identity.members(session, group):
                text = Text(
                    "{group!r} is no group any more, but still has members: {names}. Give them another.",
                    group=group,
                    names=", ".join(members),
                )
                yield Finding(organisation.FILE, 0, group, "warning", "gone-members", text)


def _checked(app: Application, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    found = _findings(app, files)
    if any(finding.severity == "error" for finding in found):
        raise InvalidDeployment(findings=found)
    return found


def _require_same_rights(app: Application, by: Actor, live: str, files: Mapping[str, bytes]) -> None:
    """Only admins change who may do what: whoever draws could otherwise give themselves any right."""
    held = app.model(live).organisation.rights
    wanted = organisation.read(files.get(organisation.FILE, b"")).organisation.rights
    if _granted(held) != _granted(wanted) and not may(by, "rights.change"):
        raise Forbidden("Only admins may change who holds which right (organisation.yaml, rights).")


def _granted(rights: Mapping[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    return {(right, group) for right, groups in rights.items() for group in groups}


def _same_as_live(session: Session, live: str | None, files: Mapping[str, bytes]) -> Deployment | None:
    row = session.get(Deployment, live) if live else None
    return row if row is not None and row.manifest_hash == _hash(files) else None


def _add(
    app: Application, session: Session, by: Actor, files: Mapping[str, bytes], found: tuple[Finding, ...]
) -> Deployment:
    row = Deployment(
        manifest_hash=_hash(files),
        warnings=[finding.as_record() for finding in found],
        created_by=by.name,
        created_at=app.clock(),
    )
    manifests.write(session, row, files)
    _make_live(app, session, by, row, "deployment.created")
    return row


def _make_live(app: Application, session: Session, by: Actor, row: Deployment, action: str) -> None:
    session.add(Activation(deployment_id=row.id, activated_by=by.name, activated_at=app.clock()))
    audit.append_system(app, session, action, by=by.name, deployment=row.id, manifest=row.manifest_hash)
    session.flush()


def _hash(files: Mapping[str, bytes]) -> str:
    return manifests.manifest_hash({name: manifests.digest(content) for name, content in files.items()})


def _existing(session: Session, deployment_id: str) -> Deployment:
    row = session.get(Deployment, deployment_id)
    if row is None:
        raise NotFound("There is no such deployment.", deployment=deployment_id)
    return row


def _files_of(session: Session, deployment_id: str) -> dict[str, bytes]:
    wanted = manifests.live_id(session) if deployment_id == LIVE else deployment_id
    return manifests.files_of(session, _existing(session, wanted or LIVE).id)


def _files(session: Session, deployment_id: str) -> tuple[ResourceView, ...]:
    rows = manifests.rows_of(session, deployment_id)
    return tuple(ResourceView(row.name, _kind(row.name), row.version, row.sha256) for row in rows)


def _view(session: Session, row: Deployment, *, live_id: str | None) -> DeploymentView:
    return DeploymentView(
        id=row.id,
        files=_files(session, row.id),
        warnings=tuple(Finding.from_record(finding) for finding in row.warnings),
        created_by=row.created_by,
        created_at=row.created_at,
        is_live=row.id == live_id,
    )


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
