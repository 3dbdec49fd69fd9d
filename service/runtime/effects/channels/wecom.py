"""WeCom (企业微信): a robot posts into its group and names the person by their mobile number.

WeCom signs nothing: the key in the address is the secret.
"""

from __future__ import annotations

from service.runtime.effects import robots
from service.runtime.effects.channel import Channel, Message
from service.runtime.step.context import Actor, Application

_REFUSED = (40008, 40058, 93000, 93004, 93008)
"""The body or the key is not right; the robot was stopped or is not in the group any more."""
_PAUSED = (45009,)
"""Too many messages in a minute."""
_LONGEST_BYTES = 2000


def tell(app: Application, person: Actor, message: Message) -> None:
    """Post into the group."""
    # A text may have 2048 bytes; the way there comes first, so that it is never what is cut off.
    line = message.line.encode()[: _LONGEST_BYTES - len(message.link.encode())].decode(errors="ignore")
    text = {"content": f"{line}\n{message.link}", "mentioned_mobile_list": [message.address]}
    payload = {"msgtype": "text", "text": text}
    settings = app.settings
    robots.tell(settings, settings.wecom_url, payload, code="errcode", refused=_REFUSED, paused=_PAUSED)


CHANNEL = Channel(
    "wecom",
    tell,
    is_set_up=lambda settings: bool(settings.wecom_url),
    address=r"\+?[0-9]{6,20}",
    default="off",
    per_minute=robots.PER_MINUTE,
)
