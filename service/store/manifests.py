"""Deployed files: manifests of names and contents, and which of them is live."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.models import Activation, Deployment, DeploymentFile, ResourceBlob
from service.store.writing import upsert

LIVE = select(Activation.deployment_id).order_by(Activation.seq.desc()).limit(1).scalar_subquery()
"""Which deployment is live, to be asked for within another query."""


def digest(content: bytes) -> str:
    """Return the address of a content."""
    return hashlib.sha256(content).hexdigest()


def manifest_hash(manifest: Mapping[str, str]) -> str:
    """Return one hash over names and contents, independent of their order."""
    return digest(json.dumps(sorted(manifest.items()), ensure_ascii=False).encode())


def live_id(session: Session) -> str | None:
    """Return the id of the live deployment, None while there is none."""
    return session.scalar(select(Activation.deployment_id).order_by(Activation.seq.desc()).limit(1))


def rows_of(session: Session, deployment_id: str) -> list[DeploymentFile]:
    """Return a manifest's lines by name."""
    query = select(DeploymentFile).where(DeploymentFile.deployment_id == deployment_id)
    return list(session.scalars(query.order_by(DeploymentFile.name)))


def files_of(session: Session, deployment_id: str) -> dict[str, bytes]:
    """Return a manifest's files: name to content."""
    query = (
        select(DeploymentFile.name, ResourceBlob.content)
        .join(ResourceBlob, ResourceBlob.sha256 == DeploymentFile.sha256)
        .where(DeploymentFile.deployment_id == deployment_id)
        .order_by(DeploymentFile.name)
    )
    return {name: content for name, content in session.execute(query)}


def file(session: Session, deployment_id: str, name: str) -> DeploymentFile:
    """Return a manifest's line of a file that it has."""
    return session.get_one(DeploymentFile, (deployment_id, name))


def content(session: Session, row: DeploymentFile) -> bytes:
    """Return what a manifest's line stands for."""
    return session.get_one(ResourceBlob, row.sha256).content


def write(session: Session, deployment: Deployment, files: Mapping[str, bytes]) -> None:
    """Add a deployment with its lines and whatever contents are new."""
    session.add(deployment)
    session.flush()
    for name, content in sorted(files.items()):
        sha256 = digest(content)
        blob = {"sha256": sha256, "content": content}
        session.execute(upsert(session, ResourceBlob).on_conflict_do_nothing(), blob)
        session.add(
            DeploymentFile(
                deployment_id=deployment.id,
                name=name,
                sha256=sha256,
                version=_version(session, name, sha256),
            )
        )
    session.flush()


def _version(session: Session, name: str, sha256: str) -> int:
    """Return this content's number under this name: the one it had before, else the next."""
    same = select(func.min(DeploymentFile.version)).where(
        DeploymentFile.name == name, DeploymentFile.sha256 == sha256
    )
    highest = select(func.max(DeploymentFile.version)).where(DeploymentFile.name == name)
    return session.scalar(same) or (session.scalar(highest) or 0) + 1
