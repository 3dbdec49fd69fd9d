"""Every error the service raises on purpose: one base, one subclass per situation.

The docstring of a subclass is its default message; `detail` carries the data of this occurrence. Every
message is a Text, which can be said in Chinese.
Nothing here knows about HTTP: `status` is a hint that `web/errors.py` turns into a response.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from service.wording import Text, as_text


@dataclass(frozen=True)
class FieldError:
    """One refused answer: where it stands (`lines[2].amount`) and what is wrong with it, as a Text."""

    path: str
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", as_text(self.message))

    def as_json(self) -> dict[str, str]:
        return {"path": self.path, "message": self.message}


class ServiceError(Exception):
    """The request could not be carried out."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    # What of the detail programs are told as well, by name: it must be fit to be shown.
    told: ClassVar[tuple[str, ...]] = ()

    def __init__(self, message: str | None = None, **detail: Any) -> None:
        self.message = as_text(message or " ".join((type(self).__doc__ or "").split()))
        self.detail = detail
        super().__init__(self.message)


class NotFound(ServiceError):
    """Nothing is here, or you may not see it."""

    status = 404
    title = "Not found"


class NotSignedIn(ServiceError):
    """Sign in first."""

    status = 401
    title = "Not signed in"


class Forbidden(ServiceError):
    """You do not have the right to do this."""

    status = 403
    title = "Forbidden"


class NotACandidate(Forbidden):
    """Only members of the task's candidate group can complete it."""

    title = "Not a candidate"


class FourEyes(Forbidden):
    """Whoever asked for this, or did the step before, cannot also decide on it."""

    title = "Four eyes"


class Conflict(ServiceError):
    """Somebody else was faster. Reload and look again."""

    status = 409
    title = "Conflict"


class StaleVersion(Conflict):
    """This has changed since you opened it. Reload and look again."""

    title = "Stale version"


class NewerDraft(Conflict):
    """Another window of yours has kept other answers of this form. Choose which to go on with."""

    title = "Newer draft"
    told = ("kept",)


class TaskFinished(Conflict):
    """This task is already finished."""

    title = "Task finished"


class InstanceNotActive(Conflict):
    """This case is suspended, cancelled or completed."""

    title = "Case not active"


class FiguresClosed(Conflict):
    """The campaign has ended and its figures stand: only a request of the auditor opens them."""

    title = "Figures closed"


class InvalidInput(ServiceError):
    """Some of the values are missing or not allowed."""

    status = 422
    title = "Invalid input"

    def __init__(
        self, message: str | None = None, *, errors: Iterable[FieldError] = (), **detail: Any
    ) -> None:
        super().__init__(message, **detail)
        self.errors: list[FieldError] = list(errors)


class InvalidAnswers(InvalidInput):
    """Some answers are missing or not allowed."""

    title = "Invalid answers"


class InvalidDeployment(ServiceError):
    """The files cannot be deployed. Correct the findings and try again."""

    status = 422
    title = "Invalid deployment"

    def __init__(self, message: str | None = None, *, findings: Iterable[Any] = (), **detail: Any) -> None:
        super().__init__(message, **detail)
        self.findings: list[Any] = list(findings)


class TooLarge(ServiceError):
    """The file or the request is larger than allowed."""

    status = 413
    title = "Too large"


class UnsupportedType(ServiceError):
    """Files of this kind are not accepted."""

    status = 415
    title = "Unsupported type"


class Throttled(ServiceError):
    """Too many attempts. Wait a moment and try again."""

    status = 429
    title = "Too many attempts"


class Unavailable(ServiceError):
    """The database does not answer. What was done before is safe; try again in a moment."""

    status = 503
    title = "Not available"


class Busy(ServiceError):
    """Much is being calculated just now. Nothing was changed; try again in a moment."""

    status = 503
    title = "Busy"


class TakesTooLong(ServiceError):
    """This took too long and was stopped. Nothing was changed: try again later, or ask for less at once."""

    status = 422
    title = "Takes too long"


class FeelError(ServiceError):
    """An expression has no usable value."""

    status = 422
    title = "Expression error"

    def __init__(self, message: str | None = None, expression: str = "", **detail: Any) -> None:
        super().__init__(message, **detail)
        self.expression = expression


class FeelLimit(FeelError):
    """An expression asked for more than one may have; it says nothing about those beside it."""


class FeelTimeout(FeelLimit):
    """An expression took too long."""


class FeelMemory(FeelLimit):
    """An expression needed too much memory."""


class DecisionError(ServiceError):
    """The decision table gives no usable result."""

    status = 422
    title = "Decision error"


class Undeliverable(ServiceError):
    """Nobody can be told this way: trying again would not help."""

    status = 502
    title = "Undeliverable"


class NotInstalled(ServiceError):
    """This installation cannot do that: an optional part is missing."""

    status = 501
    title = "Not installed"


class HandlerFailed(ServiceError):
    """A service task could not do its work."""

    title = "Handler failed"


class InvalidSetting(ServiceError):
    """A setting has a value that cannot be used."""

    title = "Invalid setting"


class BpmnError(ServiceError):
    """A business error that the drawing may catch with an error boundary event."""

    title = "BPMN error"

    def __init__(self, code: str, message: str | None = None, **detail: Any) -> None:
        super().__init__(message or Text("business error {code}", code=code), **detail)
        self.code = code
