"""What a channel is: a way to tell people something. Each stands in a module of its own in `channels`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.runtime.step.context import Actor, Application
from service.settings import Settings


@dataclass(frozen=True)
class Message:
    """What one person is told, in their language. `id` is stable over all attempts: a repetition shows by it.

    `line` says who wants what by when; `link` leads there, to whoever signs in. `instance_id` and `task_id`
    say what it is about, `reason` why they are told, `on_behalf_of` for whom. `address` is where the channel
    finds the person.
    """

    id: str
    kind: str
    subject: str
    text: str
    line: str
    link: str
    instance_id: str | None
    task_id: str | None
    reason: str
    on_behalf_of: str | None
    told_at: datetime
    address: str = ""


class Paused(Exception):
    """Nothing may be told by this channel for so many seconds; no attempt is counted."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"paused for {seconds:.0f} s")
        self.seconds = seconds


def _everybody(person: Actor) -> bool:
    return True


def _always(settings: Settings) -> bool:
    return True


@dataclass(frozen=True)
class Channel:
    """A way to tell people something that lies outside this system.

    `tell` is called for one person at a time, after everything is committed, and again when it fails: at
    least once. It raises Undeliverable where trying again would not help (no such address), Paused where
    it must wait, anything else where trying again might help (nobody answers).

    `reaches` says whom the channel is for, `is_set_up` whether this installation has it. With an `address`
    (a regular expression) it is for those who have given one. `default` is how people who have chosen
    nothing are told of what does not press: now, with the digest, or off. Told are at most `per_minute`.
    """

    name: str
    tell: Callable[[Application, Actor, Message], None]
    reaches: Callable[[Actor], bool] = _everybody
    is_set_up: Callable[[Settings], bool] = _always
    address: str = ""
    default: str = "now"
    per_minute: int | None = None
