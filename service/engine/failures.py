"""Why a token cannot go on: turned into an incident at its element, never into a guess."""

from __future__ import annotations

from service.errors import ServiceError
from service.wording import Text


class EngineFailure(ServiceError):
    """The process cannot go on here."""

    def __init__(self, code: str, template: str, /, **params: str | int) -> None:
        super().__init__(Text(template, **params))
        self.code = code


class UnknownToken(ServiceError):
    """Nothing waits at this token any more."""

    status = 409
    title = "Nothing waits here"
