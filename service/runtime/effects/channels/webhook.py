"""Webhook: whatever somebody is told is posted, signed, to an address of the company's own.

`Countersign-Signature` is `t=<seconds>,v1=<hex>`: HMAC-SHA256 of `<seconds>.<body>`. `Countersign-Id` stays
the same over all attempts.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from service.runtime.effects.channel import Channel, Message
from service.runtime.effects.posting import post
from service.runtime.step.context import Actor, Application


def tell(app: Application, person: Actor, message: Message) -> None:
    """Post what one person is told."""
    told = {
        "id": message.id,
        "person": person.name,
        "kind": message.kind,
        "subject": message.subject,
        "text": message.text,
        "line": message.line,
        "link": message.link,
        "instance_id": message.instance_id,
        "task_id": message.task_id,
        "reason": message.reason,
        "on_behalf_of": message.on_behalf_of,
        "told_at": message.told_at.isoformat(),
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    signature = signed(app.settings.webhook_secret, int(app.clock().timestamp()), body)
    post(
        app.settings.webhook_url,
        body,
        {"Countersign-Id": message.id, "Countersign-Signature": signature},
        app.settings.channel_hosts,
    )


def signed(secret: str, seconds: int, body: bytes) -> str:
    """Return the signature of a body at a time."""
    digest = hmac.digest(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={digest.hex()}"


CHANNEL = Channel("webhook", tell, is_set_up=lambda settings: bool(settings.webhook_url))
