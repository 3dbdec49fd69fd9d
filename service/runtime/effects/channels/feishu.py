"""Feishu (飞书): a robot posts into its group and names the person by their id.

Signed as Feishu asks: HMAC-SHA256 over nothing, with the seconds and the secret as its key, in the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from html import escape
from typing import Any

from service.runtime.effects import robots
from service.runtime.effects.channel import Channel, Message
from service.runtime.step.context import Actor, Application

_REFUSED = (9499, 19001, 19002, 19021, 19022, 19024)
"""The body or the address is not right; neither is the signature, this machine's address, a keyword."""
_PAUSED = (11232, 99991400)
"""Too many messages in a minute."""


def tell(app: Application, person: Actor, message: Message) -> None:
    """Post into the group."""
    settings = app.settings
    named = f'<at user_id="{escape(message.address)}">{escape(person.display_name)}</at>'
    # What people have written stays text: it names nobody.
    text = f"{escape(robots.said(message), quote=False)}\n{named}"
    payload = {"msg_type": "text", "content": {"text": text}}
    signature = signed(settings.feishu_secret, int(app.clock().timestamp()))
    said = {**signature, **payload}
    robots.tell(settings, settings.feishu_url, said, code="code", refused=_REFUSED, paused=_PAUSED)


def signed(secret: str, seconds: int) -> dict[str, Any]:
    """Return time and signature for the body; a robot without a secret has none."""
    if not secret:
        return {}
    digest = hmac.digest(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256)
    return {"timestamp": str(seconds), "sign": base64.b64encode(digest).decode()}


CHANNEL = Channel(
    "feishu",
    tell,
    is_set_up=lambda settings: bool(settings.feishu_url),
    address=r"[A-Za-z0-9_-]{2,64}",
    default="off",
    per_minute=robots.PER_MINUTE,
)
