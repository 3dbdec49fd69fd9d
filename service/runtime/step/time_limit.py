"""A limit on how long a function may run in this thread.

Only Python code can be stopped, and only between two of its instructions: what sits in one call of a C
library is stopped when that call returns.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class TimeIsUp(BaseException):
    """Raised inside the function that runs too long. No `except Exception` of its own swallows it."""


def run(function: Callable[[], T], seconds: float) -> T:
    """Return what the function returns; TimeIsUp when it runs for longer."""
    watch = _Watch(threading.get_ident())
    timer = threading.Timer(seconds, watch.interrupt)
    timer.daemon = True
    try:
        timer.start()
        return function()
    finally:
        timer.cancel()
        watch.stop()


class _Watch:
    def __init__(self, thread: int) -> None:
        self._thread = ctypes.c_ulong(thread)
        self._lock = threading.Lock()
        self._is_over = False

    def interrupt(self) -> None:
        # Under the lock: once `stop` has returned, nothing may be raised in that thread any more.
        with self._lock:
            if not self._is_over:
                self._raise(ctypes.py_object(TimeIsUp))

    def stop(self) -> None:
        with self._lock:
            self._is_over = True
            # Sent, but not yet raised: the function was through in the last moment.
            self._raise(None)

    def _raise(self, what: object) -> None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, what)
