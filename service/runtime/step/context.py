"""The application as the use cases see it, and who is asking."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.beside import Doing, directly
from service.domain.workdays import Calendar, official_calendar
from service.engine.definition import Model
from service.errors import NotFound
from service.feel import Feel
from service.handlers import Topic
from service.runtime.step.actor import SYSTEM, Actor
from service.runtime.step.step import Parts
from service.settings import Settings
from service.store import manifests
from service.store.audit_chain import AuditKeys
from service.store.blobs import BlobStore
from service.store.db import Database
from service.store.models import Deployment

__all__ = ["SYSTEM", "Actor", "Application", "Live", "Played"]

_CACHED_MODELS = 32


@dataclass(frozen=True)
class Live:
    """What new instances start from."""

    deployment_id: str
    model: Model


@dataclass(frozen=True)
class Played:
    """What another process plays of the past: `done` of `all`, everything of it due before `before`."""

    done: int
    all: int
    before: datetime


def nothing_played() -> Played | None:
    """Say that nobody plays the past: what is due is done, however long ago it was."""
    return None


@dataclass
class Application:
    """Everything a use case needs, made once per process by `wiring.open_application`."""

    settings: Settings
    db: Database
    feel: Feel
    clock: Callable[[], datetime]
    handlers: Mapping[str, Topic]
    parts: Parts
    blobs: BlobStore
    audit_keys: AuditKeys
    # Set where a queue runs: sends (kind, id, due) after a commit. Without it the sweep finds the rows.
    dispatch: Callable[[str, str, datetime], None] | None = None
    # Does what takes long: where requests are served in a process of its own, else here and now.
    beside: Doing = directly
    # What is played of the past meanwhile: its timers and effects are done there, at their own time.
    played: Callable[[], Played | None] = nothing_played
    _models: OrderedDict[str, Model] = field(default_factory=OrderedDict, repr=False)
    _manifests: dict[str, str] = field(default_factory=dict, repr=False)
    _models_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def load(self, files: Mapping[str, bytes]) -> None:
        """Read files that are about to be live, so that it is done when a transaction asks for them."""
        Model.load(files)

    def close(self) -> None:
        """Close database connections."""
        self.db.close()

    def model(self, deployment_id: str, *, session: Session | None = None) -> Model:
        """Return the parsed manifest of a deployment. NotFound when there is no such deployment."""
        # A deployment never changes: which manifest it is has to be read once only.
        known = self._cached(self._manifests.get(deployment_id, ""))
        if known is not None:
            return known
        with self._reading(session) as reader:
            manifest_hash = reader.scalar(
                select(Deployment.manifest_hash).where(Deployment.id == deployment_id)
            )
            if manifest_hash is None:
                raise NotFound("There is no such deployment.", deployment=deployment_id)
            self._manifests[deployment_id] = manifest_hash
            return self._cached(manifest_hash) or self._load(reader, deployment_id, manifest_hash)

    def live(self, *, session: Session | None = None) -> Live:
        """Return the deployment new instances start from. NotFound while there is none."""
        with self._reading(session) as reader:
            deployment_id = manifests.live_id(reader)
            if deployment_id is None:
                raise NotFound("Nothing has been deployed yet.")
            return Live(deployment_id, self.model(deployment_id, session=reader))

    def calendar(self, *, session: Session | None = None) -> Calendar:
        """Return the company's calendar as it is now; the official one while nothing is deployed."""
        try:
            return self.live(session=session).model.organisation.calendar
        except NotFound:
            return official_calendar()

    def _reading(self, session: Session | None) -> AbstractContextManager[Session]:
        return nullcontext(session) if session is not None else self.db.read()

    def _cached(self, manifest_hash: str) -> Model | None:
        with self._models_lock:
            if manifest_hash in self._models:
                self._models.move_to_end(manifest_hash)
            return self._models.get(manifest_hash)

    def _load(self, session: Session, deployment_id: str, manifest_hash: str) -> Model:
        model = Model.load(manifests.files_of(session, deployment_id))
        with self._models_lock:
            self._models[manifest_hash] = model
            while len(self._models) > _CACHED_MODELS:
                self._models.popitem(last=False)
        return model
