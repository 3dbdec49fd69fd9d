"""How long a handler may take, and the door at which it is asked.

Nothing is thrown into a running handler: that would tear it out of the middle of a query, and the answers of
a whole step with it. It is asked at each of its calls to a port, and the database while it works. What only
calculates, without end and without a port, is not stopped: handlers are code of this project, not of owners.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

T = TypeVar("T")


class TimeIsUp(BaseException):
    """Raised at the door of a handler whose time is over. No `except Exception` of its own swallows it."""


class Deadline:
    """A moment from which on nothing more is done."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends_at = time.monotonic() + seconds

    def is_over(self) -> bool:
        """Say whether the moment has come."""
        return time.monotonic() >= self._ends_at

    def check(self) -> None:
        """Raise TimeIsUp when the moment has come."""
        if self.is_over():
            raise TimeIsUp


class Door:
    """Ports that look at the clock before and after each call, and remember what failed behind them."""

    def __init__(self, ports: object, deadline: Deadline) -> None:
        self._ports = ports
        self._deadline = deadline
        self.failure: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._ports, name)
        return self._watched(found) if callable(found) else found

    def _watched(self, port: Callable[..., T]) -> Callable[..., T]:
        @wraps(port)
        def call(*args: Any, **kwargs: Any) -> T:
            self._deadline.check()
            try:
                answer = port(*args, **kwargs)
            except Exception as error:
                self.failure = self.failure or error
                raise
            self._deadline.check()
            return answer

        return call


def door(ports: T, deadline: Deadline) -> tuple[T, Door]:
    """Return the ports to hand to a handler, and the same as the door it is watched at."""
    watched = Door(ports, deadline)
    return cast(T, watched), watched
