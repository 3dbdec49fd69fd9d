"""Why somebody puts a case right: nobody does so in silence."""

from __future__ import annotations

from service.errors import FieldError, InvalidInput
from service.wording import Text

MOST = 2000


def required(reason: str) -> str:
    """Return the reason without blanks around it. InvalidInput when there is none, or too much of it."""
    text = reason.strip()
    if not text:
        raise InvalidInput(errors=[FieldError("reason", Text("Say why."))])
    if len(text) > MOST:
        raise InvalidInput(errors=[FieldError("reason", Text("At most {most} characters.", most=MOST))])
    return text
