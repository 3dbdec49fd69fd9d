"""The application as the use cases see it, and who is asking."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.rights import ADMIN
from service.errors import NotFound
from service.settings import Settings
from service.store import manifests, participants
from service.store.audit_chain import AuditKeys
from service.store.blobs import BlobStore
from service.store.db import Database
from service.store.models import Deployment

if TYPE_CHECKING:
    from service.engine.definition import Model
    from service.feel import Feel
    from service.handlers import Topic

_CACHED_MODELS = 32


@dataclass(frozen=True)
class Actor:
    """A person who asks. `name` is what records cite.

    `rights`: what their groups hold by the live organisation, as it was when they asked; admins hold all.
    """

    user_id: str
    name: str
    display_name: str
    groups: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()
    department: str | None = None
    is_admin: bool = False
    language: str | None = None
    email: str | None = None

    @property
    def principals(self) -> tuple[str, ...]:
        """Return every name under which a task or a case may be meant for this person."""
        return (participants.user(self.name), *(participants.group(name) for name in sorted(self.groups)))


SYSTEM = Actor("system", "system", "系统", frozenset({ADMIN}), is_admin=True)
"""Asks for what timers, handlers and the command line do."""


@dataclass(frozen=True)
class Live:
    """What new instances start from."""

    deployment_id: str
    model: Model


@dataclass
class Application:
    """Everything a use case needs, made once per process by `open`."""

    settings: Settings
    db: Database
    feel: Feel
    clock: Callable[[], datetime]
    handlers: Mapping[str, Topic]
    blobs: BlobStore
    audit_keys: AuditKeys
    # Set where a queue runs: sends (kind, id, due) after a commit. Without it the sweep finds the rows.
    dispatch: Callable[[str, str, datetime], None] | None = None
    _models: OrderedDict[str, Model] = field(default_factory=OrderedDict, repr=False)
    _manifests: dict[str, str] = field(default_factory=dict, repr=False)
    _models_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        clock: Callable[[], datetime] | None = None,
        feel: Feel | None = None,
        handlers: Mapping[str, Topic] | None = None,
        is_durable: bool = True,
    ) -> Application:
        """Return the application of these settings; `app.db.migrate()` then brings the tables up to date.

        What is not durable need not outlive the machine: commits do not wait for the disk.
        """
        return cls(
            settings=settings,
            db=Database(settings.database_url, is_durable=is_durable),
            feel=feel or _default_feel(),
            clock=clock or _now,
            handlers=_default_handlers() if handlers is None else handlers,
            blobs=BlobStore(settings.attachments),
            audit_keys=AuditKeys.derive(settings.secret_key, settings.previous_secret_keys),
        )

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

    def _reading(self, session: Session | None) -> Any:
        return nullcontext(session) if session is not None else self.db.read()

    def _cached(self, manifest_hash: str) -> Model | None:
        with self._models_lock:
            if manifest_hash in self._models:
                self._models.move_to_end(manifest_hash)
            return self._models.get(manifest_hash)

    def _load(self, session: Session, deployment_id: str, manifest_hash: str) -> Model:
        from service.engine.definition import Model

        model = Model.load(manifests.files_of(session, deployment_id))
        with self._models_lock:
            self._models[manifest_hash] = model
            while len(self._models) > _CACHED_MODELS:
                self._models.popitem(last=False)
        return model


def _now() -> datetime:
    return datetime.now(UTC)


def _default_feel() -> Feel:
    from service.feel import FEEL

    return FEEL


def _default_handlers() -> Mapping[str, Topic]:
    from service.handlers import HANDLERS

    return HANDLERS
