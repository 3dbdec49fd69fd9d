"""V8 isolates running the FEEL engine: each a small machine of its own, with limits, closed at exit.

mini-racer 0.14.1: an isolate that is not closed hangs the interpreter's exit, and one inherited over `fork`
never answers. So isolates are made when first needed, per process, and closed through `atexit`.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

from service.errors import FeelError, FeelMemory, FeelTimeout
from service.feel.calendar import calendar_table
from service.wording import Text

BUNDLE = Path(__file__).with_name("bundle.js")
BOOT_SECONDS = 20.0
POOL_SIZE = 3
CLOSE_SECONDS = 3.0
MEMORY_BYTES = 160 * 1024 * 1024
MOST_CROWDED = 8.0


@lru_cache(maxsize=1)
def _bundle() -> str:
    try:
        return BUNDLE.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise FeelError(
            Text("The FEEL engine is not built: {name} is missing. Run: npm run build:feel", name=BUNDLE.name)
        ) from exc


def _new_racer() -> MiniRacer:
    """Return a V8 context that any thread may use.

    mini-racer 0.14.1 ties itself to the event loop of the thread it is made in, and then refuses time limits
    there (seen where playwright's loop runs); so it is made in a thread that has no loop.
    """
    with ThreadPoolExecutor(max_workers=1) as maker:
        return maker.submit(MiniRacer).result()


def crowding() -> float:
    """Return how many want each core of this machine, between 1 and MOST_CROWDED; 1 where nobody can tell."""
    if not hasattr(os, "getloadavg"):
        return 1.0
    return min(max(os.getloadavg()[0] / (os.cpu_count() or 1), 1.0), MOST_CROWDED)


class Isolate:
    """One V8 context with the engine loaded. Used by one thread at a time."""

    def __init__(self, calendar: Mapping[str, Any]) -> None:
        source = _bundle()
        self._closed = False
        self._use = threading.Lock()
        self._racer = _new_racer()
        try:
            self._racer.eval(f"{source}\n;0", timeout_sec=BOOT_SECONDS)
            self._racer.set_hard_memory_limit(MEMORY_BYTES)
            self.ask(json.dumps({"request": "calendar", "table": calendar}), seconds=BOOT_SECONDS)
        except BaseException:
            self._racer.close()
            raise

    def ask(self, request: str, *, seconds: float) -> str:
        """Return the engine's answer; both are JSON. FeelLimit or another FeelError: then drop me.

        `seconds` are those of a machine that is not crowded: on others the clock on the wall runs on while
        somebody else has the core.
        """
        with self._use:
            if self._closed:
                raise FeelError(Text("The FEEL engine is closed."))
            try:
                limit = seconds * crowding()
                return str(self._racer.eval(f"countersign({json.dumps(request)})", timeout_sec=limit))
            except JSTimeoutException as exc:
                raise FeelTimeout(seconds=seconds) from exc
            except JSOOMException as exc:
                raise FeelMemory(Text("The expression needs too much memory.")) from exc
            except JSEvalException as exc:
                raise FeelError(Text("The expression cannot be evaluated.")) from exc

    def close(self) -> None:
        """Free the isolate; it cannot be used afterwards. Whoever is using or closing it is waited for."""
        with self._use:
            if self._closed:
                return
            self._closed = True
            with suppress(JSEvalException):
                # What was cut off reports back once more; closed before that, mini-racer complains on stderr.
                self._racer.eval("0", timeout_sec=CLOSE_SECONDS)
            self._racer.close()


class Pool:
    """A few isolates shared by the threads of one process, created as they are needed, lent in turn."""

    def __init__(
        self, calendar: Callable[[], Mapping[str, Any]] = calendar_table, *, size: int = POOL_SIZE
    ) -> None:
        self._size = size
        self._calendar = calendar
        self._reset()
        _POOLS.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._free: list[Isolate | None] = [None] * self._size  # None: a place for one not made yet
        self._waiting: deque[Future[Isolate | None]] = deque()
        self._made: set[Isolate] = set()

    @contextmanager
    def isolate(self) -> Iterator[Isolate]:
        """Lend an isolate, waiting for one when all are busy. After an error it is thrown away."""
        isolate = self._take()
        try:
            isolate = isolate or self._make()
            yield isolate
        except BaseException:
            self._drop(isolate)
            raise
        self._give_back(isolate)

    def _take(self) -> Isolate | None:
        with self._lock:
            if self._free:
                return self._free.pop()
            # First come, first served: with a semaphore a busy thread overtakes the waiting ones for ever.
            turn: Future[Isolate | None] = Future()
            self._waiting.append(turn)
        return turn.result()

    def _give_back(self, isolate: Isolate | None) -> None:
        with self._lock:
            if isolate not in self._made:  # dropped, or closed while it was lent
                isolate = None
            if self._waiting:
                self._waiting.popleft().set_result(isolate)
            elif isolate is None:
                self._free.insert(0, None)
            else:
                self._free.append(isolate)

    def _make(self) -> Isolate:
        # Whoever ends the process waits here, so that no isolate is born unseen and left open.
        with _STATE.making:
            if _STATE.ending:
                raise FeelError(Text("The process is ending."))
            isolate = Isolate(self._calendar())
            with self._lock:
                self._made.add(isolate)
        return isolate

    def _drop(self, isolate: Isolate | None) -> None:
        if isolate is not None:
            with self._lock:
                self._made.discard(isolate)
            isolate.close()
        self._give_back(None)

    def forget(self) -> None:
        """Leave the isolates to the parent process: to free or only to lose them here hangs."""
        for isolate in self._made:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(isolate))
        self._reset()

    def close(self) -> None:
        """Free every isolate of this process; the next use makes new ones."""
        with self._lock:
            isolates, self._made = self._made, set()
            self._free = [None] * len(self._free)
        for isolate in isolates:
            isolate.close()


_POOLS: weakref.WeakSet[Pool] = weakref.WeakSet()


class _State:
    """What holds for the whole process."""

    def __init__(self) -> None:
        self.making = threading.Lock()
        self.ending = False


_STATE = _State()


@atexit.register
def _close_all() -> None:
    with _STATE.making:
        _STATE.ending = True
    for pool in list(_POOLS):
        pool.close()


def _forget_all() -> None:
    _STATE.making = threading.Lock()
    for pool in list(_POOLS):
        pool.forget()


os.register_at_fork(after_in_child=_forget_all)

# The isolates everybody shares who has no calendar of their own.
SHARED = Pool()
