"""Robots of messengers: they answer 200 whatever happened, and say in the body what it was."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from service.errors import Undeliverable
from service.runtime.effects.channel import Message, Paused
from service.runtime.effects.posting import Answer, NotAnswered, post
from service.settings import Settings
from service.wording import Text

PER_MINUTE = 20
"""What the messengers allow a robot."""


def said(message: Message) -> str:
    """Return what a robot posts: the line and the way there."""
    return f"{message.line}\n{message.link}"


def tell(
    settings: Settings,
    url: str,
    payload: Mapping[str, Any],
    *,
    code: str,
    refused: Collection[int],
    paused: Collection[int],
) -> None:
    """Post, and read from the field `code` of the answer whether it was taken: 0 says so.

    Undeliverable for a code of `refused`, Paused for one of `paused`, NotAnswered for every other.
    """
    body = json.dumps(payload, ensure_ascii=False).encode()
    answer = post(url, body, {}, settings.channel_hosts)
    found = _code(answer, code)
    if found in paused:
        raise Paused(60)
    if found in refused:
        raise Undeliverable(Text("The robot refuses what it is told (code {code}).", code=str(found)))
    if found != 0:
        raise NotAnswered(f"code {found}")


def _code(answer: Answer, name: str) -> int | None:
    """Return the code of an answer; None where it is no answer of a robot: something stands in between."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    code = found.get(name) if isinstance(found, Mapping) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None
