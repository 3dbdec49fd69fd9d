"""Why a token cannot go on: turned into an incident at its element, never into a guess."""

from __future__ import annotations

from service.errors import ServiceError


class EngineFailure(ServiceError):
    """The process cannot go on here."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UnknownToken(ServiceError):
    """Nothing waits at this token any more."""

    status = 409
    title = "Nothing waits here"
