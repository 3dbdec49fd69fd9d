"""Accounts for the people of the demo company, and the password they share."""

from __future__ import annotations

import ipaddress
import os
import secrets

from service import resources
from service.runtime.scenarios import people as cast
from service.runtime.scenarios.people import Person
from service.runtime.step.context import Application
from service.settings import Settings

LOCAL_PASSWORD = "countersign"  # noqa: S105 - printed at every start, and only used on this machine


def people() -> tuple[Person, ...]:
    """Return the people of the demo company, who are those of the scenarios."""
    return cast.read_people(resources.demo())


def hire(app: Application) -> None:
    """Give everybody an account."""
    cast.hire(app, people(), _password(app.settings))


def known_password(app: Application) -> str:
    """Return the demo accounts' password, as it was written down when they were made; empty if never."""
    path = app.settings.data / "demo_password"
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


def _password(settings: Settings) -> str:
    """Return the password of the new accounts, and write it down.

    Easy to remember where only this machine can reach the service; not guessable where others can.
    """
    password = LOCAL_PASSWORD if _is_local(settings) else secrets.token_urlsafe(9)
    descriptor = os.open(settings.data / "demo_password", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(password)
    return password


def _is_local(settings: Settings) -> bool:
    if settings.public_url:
        return False
    try:
        return ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        return settings.host == "localhost"
