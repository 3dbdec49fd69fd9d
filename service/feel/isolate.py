"""V8 isolates running the FEEL engine: each a small machine of its own, with limits, closed at exit.

mini-racer 0.14.1: an isolate that is not closed hangs the interpreter's exit, and one inherited over `fork`
never answers. So isolates are made when first needed, per process, and closed through `atexit`.
"""

from __future__ import annotations

import atexit
import json
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

from service.errors import FeelError, FeelTimeout
from service.feel.calendar import calendar_table

BUNDLE = Path(__file__).with_name("bundle.js")
BOOT_SECONDS = 20.0
POOL_SIZE = 3
CLOSE_SECONDS = 1.0
MEMORY_BYTES = 160 * 1024 * 1024


@lru_cache(maxsize=1)
def _bundle() -> str:
    try:
        return BUNDLE.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise FeelError(f"The FEEL engine is not built: {BUNDLE.name} is missing. Run: npm run build:feel") from exc


class Isolate:
    """One V8 context with the engine loaded. Used by one thread at a time."""

    def __init__(self, calendar: Mapping[str, Any]) -> None:
        self._racer = MiniRacer()
        self._racer.eval(_bundle() + "\n;0", timeout_sec=BOOT_SECONDS)
        self._racer.set_hard_memory_limit(MEMORY_BYTES)
        self.ask(json.dumps({"request": "calendar", "table": calendar}), seconds=BOOT_SECONDS)

    def ask(self, request: str, *, seconds: float) -> str:
        """Return the engine's answer, both JSON. FeelTimeout or FeelError when it hits a limit: then drop me."""
        try:
            answer = self._racer.eval(f"countersign({json.dumps(request)})", timeout_sec=seconds)
        except JSTimeoutException as exc:
            raise FeelTimeout(seconds=seconds) from exc
        except JSOOMException as exc:
            raise FeelError("The expression needs too much memory.") from exc
        except JSEvalException as exc:
            raise FeelError("The expression cannot be evaluated.") from exc
        return str(answer)

    def close(self) -> None:
        """Free the isolate; it must not be used afterwards."""
        with suppress(JSEvalException):
            # What was cut off reports back once more; closed before that, mini-racer complains on stderr.
            self._racer.eval("0", timeout_sec=CLOSE_SECONDS)
        self._racer.close()


class Pool:
    """A few isolates shared by the threads of one process, created as they are needed."""

    def __init__(self, calendar: Callable[[], Mapping[str, Any]] = calendar_table, *, size: int = POOL_SIZE) -> None:
        self._size = size
        self._calendar = calendar
        self._reset()
        _POOLS.add(self)

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self._size)
        self._idle: list[Isolate] = []
        self._busy: set[Isolate] = set()

    @contextmanager
    def isolate(self) -> Iterator[Isolate]:
        """Lend an isolate, waiting for one when all are busy. After an error it is thrown away."""
        if self._pid != os.getpid():
            self._reset()
        with self._slots:
            isolate = self._take()
            try:
                yield isolate
            except BaseException:
                self._give_back(isolate, reuse=False)
                raise
            self._give_back(isolate, reuse=True)

    def _take(self) -> Isolate:
        with self._lock:
            isolate = self._idle.pop() if self._idle else None
        isolate = isolate or Isolate(self._calendar())
        with self._lock:
            self._busy.add(isolate)
        return isolate

    def _give_back(self, isolate: Isolate, *, reuse: bool) -> None:
        with self._lock:
            self._busy.discard(isolate)
            if reuse:
                self._idle.append(isolate)
        if not reuse:
            isolate.close()

    def close(self) -> None:
        """Free every isolate of this process; the next use makes new ones."""
        if self._pid != os.getpid():
            return
        with self._lock:
            isolates = [*self._idle, *self._busy]
            self._idle.clear()
            self._busy.clear()
        for isolate in isolates:
            # One may be in use by a daemon thread: the process ends, whatever it says.
            with suppress(Exception):
                isolate.close()


_POOLS: weakref.WeakSet[Pool] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for pool in list(_POOLS):
        pool.close()


# The isolates everybody shares who has no calendar of their own.
SHARED = Pool()
