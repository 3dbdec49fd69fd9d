"""Telling one person something by one channel outside, at least once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.runtime.effects import lines, rows, telling
from service.runtime.effects.kind import Kind
from service.runtime.step.context import Application
from service.store.models import Outbox

NAME = "tell"


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Tell it, then mark the row: whoever falls over in between tells it again, under the same id.

    What waited for the end of quiet hours is not told where it was read meanwhile, or its task is done.
    """
    to = telling.receiver(app, wanted)
    told = lines.told_of(app, to.person, wanted["notice"].get("event", ""))
    if wanted.get("may_lapse") and told is not None and told.is_over:
        with app.db.begin() as session:
            rows.take(session, row.id, done_at=app.clock())
        return
    message = lines.message(app, to.person, row.id, wanted["notice"], to.address, told)
    telling.tell(app, row, to, message)


KIND = Kind(NAME, carry_out, holds_up=False)
