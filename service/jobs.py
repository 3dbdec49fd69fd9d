"""Background work: a queue that carries "look at this row", never the work itself.

The rows in the database are the truth. A message that is lost, doubled or late does no harm: the sweep
sends it again, and whoever receives it looks again under the lock. So the queue is disposable.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.api import TaskWrapper
from huey.consumer import Consumer
from huey.serializer import SignedSerializer

from service.errors import Unavailable
from service.runtime.effects import outbox
from service.runtime.forecasting import studies
from service.runtime.keeping import housekeeping
from service.runtime.mending import batches
from service.runtime.step.context import Application
from service.runtime.step.saving import AHEAD
from service.runtime.time import recounting, timers, unattended
from service.settings import Settings
from service.store.sqlite import make_private

NAME = "countersign"
WORKERS = 2
_POLL_SECONDS = 0.05
_SLOWEST_POLL_SECONDS = 0.25

log = logging.getLogger(__name__)


def make_queue(settings: Settings) -> Huey:
    """Return the queue of these settings, by the scheme of its URL.

    Messages are signed: who can write into the queue still cannot make a worker run anything.
    Unavailable when it is PostgreSQL and does not answer.
    """
    url, scheme = settings.queue_url, urlsplit(settings.queue_url).scheme
    common: dict[str, Any] = {
        "results": False,
        "serializer": SignedSerializer(settings.secret_key, salt="countersign.queue"),
    }
    if scheme == "memory":
        return MemoryHuey(NAME, **common)
    if scheme.startswith("postgresql"):
        return _postgresql_queue(url.replace("postgresql+psycopg", "postgresql", 1), common)
    if scheme.startswith(("redis", "unix")):
        return RedisHuey(NAME, url=url, **common)
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    queue = SqliteHuey(NAME, filename=str(path), **common)
    make_private(path)
    return queue


def _postgresql_queue(dsn: str, common: dict[str, Any]) -> Huey:
    import psycopg

    try:
        # Unlike the others it connects at once, to make its tables: CREATE … IF NOT EXISTS fails in one of
        # two processes that start together. Closing the connection frees the lock.
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext('countersign queue tables'))")
            return PostgresHuey(NAME, dsn=dsn, **common)
    except psycopg.OperationalError as exc:
        raise Unavailable("The queue does not answer. Start again when it does.") from exc


class Jobs:
    """The queue of one application and what its messages do."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.queue = make_queue(app.settings)
        self._consumer: Consumer | None = None
        self._counted_by = ""
        self._tasks: dict[str, TaskWrapper] = {
            "wake": self.queue.task(name="wake")(self._wake),
            "deliver": self.queue.task(name="deliver")(self._deliver),
            "batch": self.queue.task(name="batch")(self._batch),
            "study": self.queue.task(name="study")(self._study),
        }
        self.queue.periodic_task(crontab(minute="*"), name="sweep")(self._sweep)
        self.queue.periodic_task(crontab(minute="17"), name="purge")(self._purge)

    def send(self, kind: str, row_id: str, due: datetime) -> None:
        """Send a message for a row that falls due soon; what is further off is left to the sweep.

        Never raises: the step is committed, and the sweep sends what could not be sent now.
        """
        delay = due - self.app.clock()
        if delay > AHEAD:
            return
        task = self._tasks[kind]
        try:
            if delay > timedelta(0):
                task.schedule((row_id,), delay=delay.total_seconds())
            else:
                task(row_id)
        except Exception:
            log.exception("the queue does not answer; the sweep will send %s %s", kind, row_id)

    def start_embedded(self, workers: int = WORKERS) -> None:
        """Work in threads of this process, which keeps its own signal handlers."""
        self._consumer = _Embedded(
            self.queue, workers, initial_delay=_POLL_SECONDS, max_delay=_SLOWEST_POLL_SECONDS
        )
        self._consumer.start()
        # What the last run left lying shall not wait for the full minute.
        self._sweep()

    def stop(self) -> None:
        """Let the embedded workers finish what they are doing, then end them."""
        if self._consumer is not None:
            self._consumer.stop(graceful=True)
            self._consumer = None

    def run_worker(self, workers: int = WORKERS) -> None:
        """Work until SIGTERM or SIGINT, then finish what was begun."""
        consumer = Consumer(
            self.queue,
            workers,
            initial_delay=_POLL_SECONDS,
            max_delay=_SLOWEST_POLL_SECONDS,
            graceful_signal="TERM",
        )
        self._sweep()
        consumer.run()

    def _wake(self, instance_id: str) -> None:
        with _patient():
            timers.wake(self.app, instance_id)

    def _deliver(self, outbox_id: str) -> None:
        with _patient():
            outbox.dispatch(self.app, outbox_id)

    def _batch(self, batch_id: str) -> None:
        with _patient():
            batches.run(self.app, batch_id)

    def _study(self, study_id: str) -> None:
        with _patient():
            studies.run(self.app, study_id)

    def _sweep(self) -> None:
        with _logged("sweep", "a minute"):
            self._counted_by = recounting.follow(self.app, self._counted_by)
            unattended.reoffer(self.app)
            timers.sweep(self.app)
            for batch_id in batches.unfinished(self.app):
                self.send("batch", batch_id, self.app.clock())
            for study_id in studies.unfinished(self.app):
                self.send("study", study_id, self.app.clock())

    def _purge(self) -> None:
        with _logged("purge", "an hour"):
            housekeeping.purge(self.app)


def attach(app: Application) -> Jobs:
    """Give the application its queue: from now on every commit sends what it left to be done."""
    jobs = Jobs(app)
    app.dispatch = jobs.send
    return jobs


class _Embedded(Consumer):
    def _set_signal_handlers(self) -> None:
        """The signals of this process belong to its web server."""


@contextlib.contextmanager
def _patient() -> Iterator[None]:
    try:
        yield
    except Unavailable as error:
        log.warning("%s The sweep will send this again.", error.message)


@contextlib.contextmanager
def _logged(what: str, pause: str) -> Iterator[None]:
    try:
        yield
    except Unavailable as error:
        log.warning("%s failed: %s The next one comes in %s.", what, error.message, pause)
    except Exception:
        log.exception("%s failed; the next one comes in %s", what, pause)
