"""Cases that an answer names by their numbers: they are there, and whoever names them sees them.

A wrong number would add nothing to what is summed up, without a word; one that the author cannot see would
let them learn from the sum what is not theirs to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.engine.forms.marks import CASE, REFERS_TO
from service.errors import FieldError, InvalidAnswers
from service.feel.schema import Schema, answers_to, components
from service.runtime.identity import visibility
from service.runtime.step.context import Actor
from service.wording import Text


def require_seen(
    session: Session, actor: Actor, schema: Schema | None, answers: Mapping[str, Any] | None
) -> None:
    """Raise InvalidAnswers, at each field marked as naming a case, unless the actor sees that case."""
    marked = (each for each in components(schema or {}) if each.properties.get(REFERS_TO) == CASE)
    named = (
        (path, str(number).strip()) for each in marked for path, number in answers_to(each, answers) if number
    )
    errors = [
        FieldError(path, Text("There is no case {number!r} that you may see.", number=number))
        for path, number in named
        if not visibility.sees_key(session, actor, number)
    ]
    if errors:
        raise InvalidAnswers(errors=errors)
