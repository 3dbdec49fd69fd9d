"""Deployments: whole manifests of drawings, decisions and forms, checked together, one of them live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.files.findings import Finding
from service.errors import Conflict, FieldError, InvalidInput, NotFound
from service.runtime import identity
from service.runtime.effects import schedule
from service.runtime.identity.rights import require
from service.runtime.releases import contents, told_changes, vetting
from service.runtime.releases.contents import ResourceView
from service.runtime.releases.differences import Change, differences
from service.runtime.releases.told_changes import ToldChange
from service.runtime.step import audit
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.store import cursor as cursors
from service.store import manifests
from service.store.models import Activation, Deployment

LIVE = "live"


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


def deploy(
    app: Application,
    by: Actor,
    files: Mapping[str, bytes],
    *,
    remove: Iterable[str] = (),
    right: str = "deployment.create",
) -> DeploymentView:
    """Make a new manifest live: these files replace, `remove` drops, the rest carries over.

    `right` is what it takes where the caller has made the files itself, and they change one narrow thing.

    InvalidDeployment carries every finding of the check. The live manifest over again changes nothing.
    Forbidden when it would change who holds which right, and an admin is not who deploys it; or what the
    company promises, without the right to that.
    """
    require(by, right)
    dropped = tuple(remove)
    if not files and not dropped:
        raise InvalidInput(errors=[FieldError("files", "no file was sent")])
    base, whole = vetting.merged(app, files, dropped)
    # Before the check, which takes its time; and again under the lock.
    vetting.require_allowed(app, by, base, whole)
    found = vetting.checked(app, whole)
    app.load(whole)
    found = (*found, *vetting.unstaffed(app, whole))
    with app.db.begin() as session:
        # This entry takes the lock that lets deployments in one at a time; it goes when nothing is new.
        audit.lock_system(session)
        now = identity.require_still(app, session, by, right)
        live = manifests.live_id(session)
        if live != base:
            raise Conflict("Somebody else deployed in the meantime. Look at their changes and try again.")
        vetting.require_allowed(app, now, base, whole)
        row = _same_as_live(session, live, whole)
        if row is None:
            row = _add(app, session, by, whole, found)
        return _view(session, row, live_id=row.id)


def check(
    app: Application, by: Actor, files: Mapping[str, bytes], *, remove: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Return what deploying these files over the live manifest would say. Nothing is changed."""
    require(by, "deployment.create")
    _, whole = vetting.merged(app, files, tuple(remove))
    found = vetting.findings(app, whole)
    is_sound = not any(finding.severity == "error" for finding in found)
    return (*found, *vetting.unstaffed(app, whole)) if is_sound else found


def activate(app: Application, by: Actor, deployment_id: str) -> DeploymentView:
    """Make an earlier manifest live again. It is checked anew: this release may know better."""
    require(by, "deployment.activate")
    with app.db.read() as session:
        _existing(session, deployment_id)
        files = manifests.files_of(session, deployment_id)
        live = manifests.live_id(session)
    vetting.require_allowed(app, by, live, files)
    vetting.checked(app, files)
    app.load(files)
    with app.db.begin() as session:
        audit.lock_system(session)
        now = identity.require_still(app, session, by, "deployment.activate")
        vetting.require_allowed(app, now, manifests.live_id(session), files)
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


@dataclass(frozen=True)
class Comparison(View):
    """What changed from one deployment to another: property by property, and told in sentences."""

    changes: tuple[Change, ...]
    told: tuple[ToldChange, ...]


def compare(app: Application, by: Actor, from_id: str, to_id: str) -> Comparison:
    """Return what changed from one deployment to another, element by element. Either may be `live`."""
    require(by, "deployment.read")
    with app.db.read() as session:
        before, after = (_files_of(session, each) for each in (from_id, to_id))
    return app.beside(_compared, before, after)


def _compared(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Comparison:
    changes = tuple(differences(before, after))
    return Comparison(changes, tuple(told_changes.told(changes, before, after)))


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
    before = manifests.live_id(session)
    session.add(Activation(deployment_id=row.id, activated_by=by.name, activated_at=app.clock()))
    audit.append_system(app, session, action, by=by.name, deployment=row.id, manifest=row.manifest_hash)
    session.flush()
    was = app.model(before, session=session) if before else None
    schedule.follow(app, session, was, app.model(row.id, session=session))


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


def _view(session: Session, row: Deployment, *, live_id: str | None) -> DeploymentView:
    return DeploymentView(
        id=row.id,
        files=contents.files_of(session, row.id),
        warnings=tuple(Finding.from_record(finding) for finding in row.warnings),
        created_by=row.created_by,
        created_at=row.created_at,
        is_live=row.id == live_id,
    )
