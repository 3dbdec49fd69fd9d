"""The application put together: which parts take part in every step, and what stands behind handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from service.engine.progress import HandlerCall, HandlerResult
from service.feel import FEEL, Feel
from service.handlers import HANDLERS, Topic
from service.runtime import v0_1
from service.runtime.campaigns import ending
from service.runtime.campaigns.ports import HandlerPorts
from service.runtime.cases import attachments
from service.runtime.effects import channels, notices
from service.runtime.incidents import rows as incidents
from service.runtime.promises import waivers
from service.runtime.step import handler_calls
from service.runtime.step.context import Application
from service.runtime.step.step import Keeper, Parts, Step
from service.runtime.tasks import reminding, taking_back
from service.runtime.tasks import rows as tasks
from service.settings import Settings
from service.store.audit_chain import AuditKeys
from service.store.blobs import BlobStore
from service.store.db import Database

KEEPERS: tuple[Keeper, ...] = (
    *(tasks, reminding, incidents, attachments, ending, v0_1, taking_back, waivers, notices),
)
"""Behind tasks what needs their rows: who is told of them, and incidents (one that nobody may do is one).
Last the notices: they see what all others have done."""


def open_application(
    settings: Settings,
    *,
    clock: Callable[[], datetime] | None = None,
    feel: Feel = FEEL,
    handlers: Mapping[str, Topic] = HANDLERS,
    is_durable: bool = True,
) -> Application:
    """Return the application of these settings; `app.db.migrate()` then brings the tables up to date.

    What is not durable need not outlive the machine: commits do not wait for the disk.
    """
    app = Application(
        settings=settings,
        db=Database(settings.database_url, is_durable=is_durable),
        feel=feel,
        clock=clock or _now,
        handlers=handlers,
        parts=Parts(KEEPERS, _call_handler, lambda: bool(channels.set_up(app.settings))),
        blobs=BlobStore(settings.attachments),
        audit_keys=AuditKeys.derive(settings.secret_key, settings.previous_secret_keys),
    )
    app.feel = feel.counting_by(app.calendar)
    return app


def _call_handler(step: Step, call: HandlerCall) -> HandlerResult:
    return handler_calls.call(step.handlers, call, HandlerPorts(step, call), step.session)


def _now() -> datetime:
    return datetime.now(UTC)
