"""What a channel is: a way to tell people something. Each stands in a module of its own in `channels`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.runtime.step.context import Actor, Application


@dataclass(frozen=True)
class Message:
    """What one person is told. `id` is stable over all attempts, so that a repetition can be known as one.

    `instance_id` and `task_id` say what it is about, `reason` why they are told, `on_behalf_of` for whom.
    """

    id: str
    kind: str
    subject: str
    text: str
    instance_id: str | None
    task_id: str | None
    reason: str
    on_behalf_of: str | None
    told_at: datetime


def _everybody(person: Actor) -> bool:
    return True


@dataclass(frozen=True)
class Channel:
    """A way to tell people something that lies outside this system.

    `tell` is called for one person at a time, after everything is committed, and again when it fails: at
    least once. It raises Undeliverable where trying again would not help (no such address), anything else
    where it might (nobody answers). `reaches` says whom the channel is for.
    """

    name: str
    tell: Callable[[Application, Actor, Message], None]
    reaches: Callable[[Actor], bool] = _everybody
