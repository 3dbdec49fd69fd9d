"""Work that takes long, done beside the threads that answer requests: in a process of its own, in bounds.

Checking or comparing drawings calculates for seconds, and longer where somebody asks for it. In a thread it
would hold up all others, and nothing could end it. Here it has a process, ended when its time is over; who
asked waits, but only a few at once; others are told to come back.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, ParamSpec, Protocol, TypeVar

from service.errors import Busy, TakesTooLong, Unavailable

SECONDS = 60.0
"""The budget of one piece of work."""
PLACES = 3
"""So many may have their work done or wait for it: the other threads go on answering."""
_RETRY_AFTER_SECONDS = 10
_NICENESS = 5

P = ParamSpec("P")
T = TypeVar("T")


class Doing(Protocol):
    """Does a piece of work and returns what it returns."""

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...


class Beside:
    """A process that does one piece of work after the other; it begins with the first."""

    def __init__(self, *, seconds: float = SECONDS, places: int = PLACES) -> None:
        self._seconds = seconds
        self._places = threading.Semaphore(places)
        self._turn = threading.Lock()
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function of a module returns, or raise what it raises.

        Busy when enough work waits already, TakesTooLong when its time is over.
        """
        if not self._places.acquire(blocking=False):
            raise Busy(retry_after_seconds=_RETRY_AFTER_SECONDS)
        try:
            with self._turn:
                is_done, answer = self._asked((function, args, kwargs))
        finally:
            self._places.release()
        if not is_done:
            raise answer
        result: T = answer
        return result

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _asked(self, work: tuple[Any, ...]) -> tuple[bool, Any]:
        line = self._begun()
        try:
            line.send(work)
            if not line.poll(self._seconds):
                self._end()
                raise TakesTooLong(seconds=self._seconds)
            answer: tuple[bool, Any] = line.recv()
        except (EOFError, ConnectionError) as exc:
            self._end()
            raise Unavailable(
                "The work could not be finished: the process that did it has ended. Nothing was changed.",
                retry_after_seconds=_RETRY_AFTER_SECONDS,
            ) from exc
        return answer

    def _begun(self) -> Connection:
        if self._line is None or self._process is None or not self._process.is_alive():
            self._end()
            # Begun afresh: a fork would copy locks that threads of ours hold.
            context = multiprocessing.get_context("spawn")
            self._line, theirs = context.Pipe()
            self._process = context.Process(target=_work, args=(theirs,), name="beside", daemon=True)
            self._process.start()
            theirs.close()
        return self._line

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._line = self._process = None


def directly(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do the work here and now: on the command line, where nobody else waits."""
    return function(*args, **kwargs)


def _work(line: Connection) -> None:
    """Do what comes over the line until it is closed."""
    # Ctrl-C in a terminal reaches us too: when to end is the server's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            function, args, kwargs = line.recv()
            try:
                answer = (True, function(*args, **kwargs))
            except Exception as error:
                answer = (False, error)
            try:
                line.send(answer)
            except (TypeError, AttributeError, ValueError) as error:
                line.send((False, RuntimeError(f"{answer[1]!r} cannot be handed back: {error}")))
