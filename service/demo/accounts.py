"""Accounts for the people of the demo company, and the password they share."""

from __future__ import annotations

import os
import secrets

from service import resources
from service.errors import ServiceError
from service.runtime import identity
from service.runtime.scenarios import people as cast
from service.runtime.scenarios.people import Person
from service.runtime.step.context import SYSTEM, Application
from service.settings import Settings

LOCAL_PASSWORD = "countersign"  # noqa: S105 - printed at every start, and only used on this machine


class KnownPassword(ServiceError):
    """The demo accounts still have the password that everybody knows, and others can reach this service.

    Give them another with `countersign user password --demo`, which prints it, and start again; or listen on
    this machine only (no COUNTERSIGN_PUBLIC_URL, COUNTERSIGN_HOST=127.0.0.1).
    """


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


def change_password(app: Application) -> tuple[str, tuple[str, ...]]:
    """Give the demo accounts that still have the password everybody knows a new one; return it and whose."""
    names = _with_known_password(app)
    password = _written(app.settings, secrets.token_urlsafe(9))
    for name in names:
        identity.set_password(app, SYSTEM, name, password)
    return password, names


def refuse_known_password(app: Application) -> None:
    """Raise KnownPassword where others can reach the service and it still lets in whoever read the manual."""
    if app.settings.is_local:
        return
    names = _with_known_password(app)
    if names:
        raise KnownPassword(accounts=names)


def _with_known_password(app: Application) -> tuple[str, ...]:
    return identity.with_password(app, (person.name for person in people()), LOCAL_PASSWORD)


def _password(settings: Settings) -> str:
    """Return the password of the new accounts, and write it down.

    Easy to remember where only this machine can reach the service; not guessable where others can.
    """
    return _written(settings, LOCAL_PASSWORD if settings.is_local else secrets.token_urlsafe(9))


def _written(settings: Settings, password: str) -> str:
    descriptor = os.open(settings.data / "demo_password", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(password)
    return password
