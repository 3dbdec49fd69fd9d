"""What the plans of many campaigns say now, of a few of their fields: for boards and statistics over them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.runtime.step.context import Application
from service.store.cases import counts_for
from service.store.models import Submission

CHANNELS = "channels"
_CHUNK = 500


def texts(
    app: Application, session: Session, numbers: Sequence[str], keys: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Return these fields of the plans in force by the campaigns' numbers: of each the latest answer.

    Reads only answers of forms that ask one of the fields.
    """
    forms = sorted(_asking(app.live(session=session).model, keys))
    found: dict[str, dict[str, Any]] = {}
    row = Submission
    for chunk in _chunks(numbers):
        query = (
            select(row.business_key, row.answers)
            .where(row.business_key.in_(chunk), row.form.in_(forms))
            .where(row.erased_at.is_(None), counts_for(None, row.business_key))
            .order_by(row.seq)
        )
        for number, answers in session.execute(query):
            told = {key: answers[key] for key in keys if answers.get(key) is not None}
            found.setdefault(str(number), {}).update(told)
    return found


def channels(app: Application, session: Session, numbers: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the names of the channels each campaign plans with, by its number."""
    return {
        number: tuple(dict.fromkeys(str(row.get("name")) for row in text.get(CHANNELS) or ()))
        for number, text in texts(app, session, numbers, (CHANNELS,)).items()
    }


def _asking(model: Model, keys: Collection[str]) -> Iterator[str]:
    for form, schema in model.forms.items():
        if any(component.get("key") in keys or component.get("path") in keys for component in _parts(schema)):
            yield form


def _parts(part: Any) -> Iterator[Any]:
    for component in part.get("components") or ():
        yield component
        yield from _parts(component)


def _chunks(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(numbers), _CHUNK):
        yield numbers[start : start + _CHUNK]
