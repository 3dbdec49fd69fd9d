"""Why a token cannot go on: turned into an incident at its element, never into a guess."""

from __future__ import annotations

from service.errors import DecisionError, FeelError, FeelTimeout, HandlerFailed, ServiceError
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


_CODES: tuple[tuple[type[ServiceError], str], ...] = (
    (FeelTimeout, "feel_timeout"),
    (FeelError, "feel_error"),
    (DecisionError, "decision_error"),
    (HandlerFailed, "handler_failed"),
)
INTERNAL = "internal"
"""The code of what nobody expected: a fault of ours, or of a library."""


def failure_of(error: Exception) -> tuple[str, str]:
    """Return code and message of the incident an exception becomes."""
    if isinstance(error, EngineFailure):
        return error.code, error.message
    if isinstance(error, ServiceError):
        return next((code for kind, code in _CODES if isinstance(error, kind)), "failed"), error.message
    kind = type(error).__name__
    return INTERNAL, Text("an error nobody expected ({kind}); the service's log says where", kind=kind)
