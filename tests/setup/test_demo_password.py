"""The password everybody knows lets nobody in once others can reach the service."""

from __future__ import annotations

import dataclasses
import io
import sys

import pytest

from service import cli
from service.demo import accounts
from service.runtime import identity
from service.runtime.scenarios import people as cast
from service.runtime.step.context import SYSTEM


@pytest.fixture
def demo(app, _cheap_passwords):
    """An installation whose demo accounts were made while it listened on this machine only."""
    accounts.hire(app)
    return app


@pytest.mark.parametrize("change", [{"host": "0.0.0.0"}, {"public_url": "https://approval.example.com"}])
def test_a_service_opened_to_others_does_not_start_with_it(demo, change):
    demo.settings = dataclasses.replace(demo.settings, **change)

    with pytest.raises(accounts.KnownPassword, match="countersign user password --demo"):
        accounts.refuse_known_password(demo)


def test_on_this_machine_only_it_may_stay(demo):
    accounts.refuse_known_password(demo)


def test_one_account_that_was_forgotten_is_enough(demo):
    demo.settings = dataclasses.replace(demo.settings, host="10.0.0.1")
    first, *others = (person.name for person in accounts.people())
    for name in others:
        identity.set_password(demo, SYSTEM, name, "another password")

    with pytest.raises(accounts.KnownPassword) as refused:
        accounts.refuse_known_password(demo)
    assert refused.value.detail["accounts"] == (first,)


def test_after_the_command_that_changes_it_the_service_starts_and_prints_the_new_one(
    demo, monkeypatch, capsys
):
    for name, value in (
        ("DATA", demo.settings.data),
        ("DATABASE_URL", demo.settings.database_url),
        ("SECRET_KEY", demo.settings.secret_key),
    ):
        monkeypatch.setenv(f"COUNTERSIGN_{name}", str(value))
    demo.settings = dataclasses.replace(demo.settings, host="10.0.0.1")

    assert cli.main(["user", "password", "--demo"]) == 0

    accounts.refuse_known_password(demo)
    printed = capsys.readouterr().out.split()[-1]
    assert accounts.known_password(demo) == printed
    name = accounts.people()[0].name
    assert identity.authenticate(demo, name, printed, address="10.0.0.2").name == name


def test_an_account_gets_another_password_by_command(demo, monkeypatch):
    monkeypatch.setenv("COUNTERSIGN_DATA", str(demo.settings.data))
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", demo.settings.database_url)
    monkeypatch.setattr(sys, "stdin", io.StringIO("a new password\n"))
    name = cast.read_people(accounts.resources.demo())[0].name

    assert cli.main(["user", "password", name, "--password-stdin"]) == 0

    assert identity.authenticate(demo, name, "a new password", address="").name == name
