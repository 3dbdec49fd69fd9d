"""Deployments: full manifests over files stored once, and which of them is live."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant, Sequence, Values, new_id


class ResourceBlob(Base):
    """The content of a drawing, decision, form or data file, kept once per content."""

    __tablename__ = "resource_blob"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Deployment(Base):
    """One full manifest, checked as a whole. Never changed afterwards."""

    __tablename__ = "deployment"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    manifest_hash: Mapped[str] = mapped_column(index=True)
    warnings: Mapped[list[Any]] = mapped_column(Values, default=list)
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Instant)


class DeploymentFile(Base):
    """One line of a manifest. `version` counts the contents this name has had, from 1."""

    __tablename__ = "deployment_file"
    __table_args__ = (sa.Index("ix_deployment_file_name", "name", "sha256"),)

    deployment_id: Mapped[str] = mapped_column(
        sa.ForeignKey("deployment.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("resource_blob.sha256"))
    version: Mapped[int]


class Activation(Base):
    """Append-only: which deployment became live when. The last row is the live one."""

    __tablename__ = "activation"

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    deployment_id: Mapped[str] = mapped_column(sa.ForeignKey("deployment.id"))
    activated_by: Mapped[str]
    activated_at: Mapped[datetime] = mapped_column(Instant)
