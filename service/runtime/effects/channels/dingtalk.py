"""DingTalk (钉钉): a robot posts into its group and names the person by their mobile number.

Signed as DingTalk asks: HMAC-SHA256 over the milliseconds and the secret, in the address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from service.runtime.effects import robots
from service.runtime.effects.channel import Channel, Message
from service.runtime.step.context import Actor, Application

_REFUSED = (300001, 300005, 310000, 400013, 400014, 400101, 400102, 40035)
"""No such robot, or stopped; a keyword, the signature or the address of this machine is not right."""
_PAUSED = (130101, 410100)
"""Too many messages in a minute."""


def tell(app: Application, person: Actor, message: Message) -> None:
    """Post into the group."""
    settings = app.settings
    url = signed(settings.dingtalk_url, settings.dingtalk_secret, int(app.clock().timestamp() * 1000))
    text = f"{robots.said(message)}\n@{message.address}"
    payload = {"msgtype": "text", "text": {"content": text}, "at": {"atMobiles": [message.address]}}
    robots.tell(settings, url, payload, code="errcode", refused=_REFUSED, paused=_PAUSED)


def signed(url: str, secret: str, milliseconds: int) -> str:
    """Return the address with time and signature; a robot without a secret has none."""
    if not secret:
        return url
    digest = hmac.digest(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256)
    query = urlencode({"timestamp": milliseconds, "sign": base64.b64encode(digest).decode()})
    return f"{url}{'&' if '?' in url else '?'}{query}"


CHANNEL = Channel(
    "dingtalk",
    tell,
    is_set_up=lambda settings: bool(settings.dingtalk_url),
    address=r"\+?[0-9]{6,20}",
    default="off",
    per_minute=robots.PER_MINUTE,
)
