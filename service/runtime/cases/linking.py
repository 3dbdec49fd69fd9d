"""Cases that an answer names by their numbers: they are there, and whoever names them sees them.

A wrong number would add nothing to what is summed up, without a word; one that the author cannot see would
let them learn from the sum what is not theirs to know.
"""

from __future__ import annotations

import copy
from typing import Any

from sqlalchemy.orm import Session

from service.domain.written import plain
from service.engine.forms.marks import CASE, REFERS_TO
from service.errors import FieldError, InvalidAnswers
from service.feel.schema import Schema, answers_to, components
from service.runtime.identity import visibility
from service.runtime.step.context import Actor
from service.wording import Text


def resolved(
    session: Session, actor: Actor, schema: Schema | None, answers: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Return the answers with every case they name under its own number, however people have typed it.

    InvalidAnswers, at each field marked as naming a case, unless the actor sees that case.
    """
    found, errors = copy.deepcopy(answers), []
    for each in components(schema or {}):
        if each.properties.get(REFERS_TO) != CASE:
            continue
        for path, said in answers_to(each, answers):
            number = _number(session, actor, str(said)) if said else None
            if number is not None:
                _put(found, path, number)
            elif said:
                words = Text("There is no case {number!r} that you may see.", number=str(said).strip())
                errors.append(FieldError(path, words))
    if errors:
        raise InvalidAnswers(errors=errors)
    return found


def _number(session: Session, actor: Actor, said: str) -> str | None:
    """Return the number of a case the actor sees: as it stands there, else without spaces and in capitals."""
    typed = plain(said)
    written = (typed, "".join(typed.split()).upper())
    return next((each for each in dict.fromkeys(written) if visibility.sees_key(session, actor, each)), None)


def _put(answers: Any, path: str, value: str) -> None:
    *way, last = path.split(".")
    for part in way:
        answers = answers[int(part)] if isinstance(answers, (list, tuple)) else answers[part]
    answers[last] = value
