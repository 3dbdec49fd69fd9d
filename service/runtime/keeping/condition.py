"""How the service is, point by point: what is wrong, and what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from service.runtime.cases import seeking
from service.runtime.cases.seeking import Sought
from service.runtime.effects import health
from service.runtime.effects.health import ChannelView
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import Batch, Incident, Outbox, ProcessInstance, Timer
from service.wording import SILENT, Text

GRACE = timedelta(minutes=5)
"""So late background work may be: the sweep brings what was lost within two or three minutes."""
_LEAST_FREE_BYTES = 1024**3


@dataclass(frozen=True)
class CheckView(View):
    """One point. `kind`: incidents, given_up, timers, effects, batches, channel, disk or stalled; `subject`
    is the channel. `count` things are wrong; `text` says what and what to do, nothing where all is well."""

    kind: str
    subject: str
    count: int
    is_well: bool
    text: str


def look(app: Application, actor: Actor, *, at_cases: bool = True) -> tuple[CheckView, ...]:
    """Return every point, what is wrong first. `at_cases`: stalled cases too, which takes longest."""
    require(actor, "system.inspect")
    channels = health.find(app, actor).channels
    with app.db.read() as session:
        found = [*_work(session, app.clock()), _disk(app)]
        if at_cases:
            found.append(_stalled(app, session))
    told = [_channel(each) for each in channels if each.is_set_up]
    return tuple(sorted([*found, *told], key=lambda each: each.is_well))


def _work(session: Session, now: datetime) -> Iterator[CheckView]:
    late, row = now - GRACE, Outbox
    is_late = (row.state == "pending") & (row.available_at < late)
    of = {
        "incidents": _count(session, Incident, Incident.state == "open"),
        "given_up": _count(session, row, row.state == "failed"),
        "timers": _count(session, Timer, Timer.due_at < late),
        "effects": _count(session, row, is_late),
        "batches": _count(session, Batch, (Batch.state == "pending") & (Batch.created_at < late)),
    }
    yield _point("incidents", of, Text("Cases have stopped: mend the cause, then try all of it again."))
    yield _point("given_up", of, Text("Given up after five attempts: mend the last error, then try again."))
    no_worker = Text("Late by more than five minutes: start a worker (`countersign worker`), or one more.")
    for kind in ("timers", "effects", "batches"):
        yield _point(kind, of, no_worker)


def _count(session: Session, table: Any, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(condition)) or 0


def _point(kind: str, counted: dict[str, int], text: Text) -> CheckView:
    count = counted[kind]
    return CheckView(kind, "", count, count == 0, text if count else SILENT)


def _disk(app: Application) -> CheckView:
    free = shutil.disk_usage(app.settings.data).free
    is_well = free >= _LEAST_FREE_BYTES
    text = Text("{free} MB are free in the data folder: make room.", free=free // 1024**2)
    return CheckView("disk", "", 0 if is_well else 1, is_well, SILENT if is_well else text)


def _stalled(app: Application, session: Session) -> CheckView:
    moved = seeking.unmoved_since(app, session)
    condition = and_(*Sought(stalled=True).conditions(app.clock(), moved))
    return _point(
        "stalled",
        {"stalled": _count(session, ProcessInstance, condition)},
        Text("Cases stand still: open each to read what it waits for, and remind, reassign or mend."),
    )


def _channel(found: ChannelView) -> CheckView:
    text = Text("The last try failed: {error}", error=found.last_error or "—")
    said = SILENT if found.is_well else text
    return CheckView("channel", found.name, int(not found.is_well), found.is_well, said)
