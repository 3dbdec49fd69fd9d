"""The demo company's past year, played in a process of its own behind the service, which is there at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.sharedctypes import Synchronized
from typing import Any

from service.demo import year
from service.runtime.step.context import Application, Played
from service.settings import Settings

_NICENESS = 10


class Behind:
    """A process that plays what is missing of the past year. It goes on with that at the next start."""

    def __init__(self, settings: Settings, done: int, most: int, app: Application) -> None:
        # Begun afresh: a fork would copy locks that threads of ours hold.
        context = multiprocessing.get_context("spawn")
        self._done: Synchronized[int] = context.Value("i", done)
        self._played = Played(done, most, year.over_by(app.clock()))
        self._process = context.Process(
            target=_play, args=(settings, self._done), name="demo-year", daemon=True
        )
        self._process.start()

    def played(self) -> Played | None:
        """Return how far it is, None once it is over."""
        if not self._process.is_alive():
            return None
        return Played(self._done.value, self._played.all, self._played.before)

    def close(self) -> None:
        """End it where it is."""
        self._process.terminate()
        self._process.join()


def begin(app: Application) -> Behind | None:
    """Have the rest of the past year played; None where nothing is left, or this is another company."""
    if not year.is_demo(app):
        return None
    done, most = year.progress(app)
    if done >= most:
        return None
    behind = Behind(app.settings, done, most, app)
    app.played = behind.played
    return behind


def _play(settings: Settings, done: Any) -> None:
    from service.runtime.wiring import open_application

    # Ctrl-C in a terminal reaches us too: when to end is the server's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)

    def tell(text: str) -> None:
        done.value += 1
        print(f"[demo] {text}", flush=True)

    app = open_application(settings)
    try:
        year.walk(app, tell=tell)
    finally:
        app.close()
