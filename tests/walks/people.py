"""The demo company's people as HTTP clients, each signed in through the page, over one running service."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from service import resources
from service.app import create_app
from service.demo import accounts
from service.runtime.releases import deployments
from service.runtime.scenarios.cast import PDF
from service.runtime.scenarios.world import VirtualClock, World
from service.runtime.step.context import SYSTEM, Application
from service.settings import ZONE

API = "/api/v1"
CAST = tuple(person.name for person in accounts.people())
"""Everybody's account, in the order in which they are asked to do what several may do."""


class Refused(AssertionError):
    """The service said no: `status`, and what it said."""

    def __init__(self, status: int, said: Any) -> None:
        super().__init__(f"{status} {json.dumps(said, ensure_ascii=False, default=str)[:1200]}")
        self.status, self.said = status, said


class Company:
    """The demo company at work on one application: drawings deployed, everybody hired, time by the clock."""

    def __init__(self, app: Application, clock: VirtualClock) -> None:
        self.app, self.clock = app, clock
        self._world = World(app, clock, ())
        deployments.deploy(app, SYSTEM, resources.manifest_files())
        accounts.hire(app)
        self._flask = create_app(app.settings, application=app)
        self._people: dict[str, Person] = {}
        # Who was found to do an activity: asked first the next time.
        self.usual: dict[str, str] = {}

    def person(self, name: str) -> Person:
        """Return somebody who signs in as often as it takes."""
        if name not in self._people:
            self._people[name] = Person(self._flask, name, accounts.known_password(self.app))
        return self._people[name]

    def substitute(self, name: str, standing_in: str, day: date) -> None:
        """Have somebody name, on their account page, who stands in for them on a day."""
        self.person(name).page(
            "/account/substitutes", who=standing_in, first=day.isoformat(), last=day.isoformat()
        )

    def settle(self) -> None:
        """Do all that is due by now, as the workers do."""
        self._world.settle()

    def until(self, moment: datetime) -> None:
        """Let time pass; everything due on the way happens at its own moment."""
        self._world.advance_to(moment)
        self._world.settle()
        self.clock.now = self.clock.now.astimezone(ZONE)

    def next_morning(self) -> None:
        """Let time pass to nine on the next day."""
        self.until((self.clock.now + timedelta(days=1)).replace(hour=9, minute=0))

    def next_due(self) -> datetime | None:
        """Return when something happens by itself next; None when nothing ever does."""
        return self._world.next_due()


class Person:
    """Somebody with a browser's session who speaks to the API."""

    def __init__(self, flask: Flask, name: str, password: str) -> None:
        self.name, self._password = name, password
        self._http: FlaskClient = flask.test_client()
        self._sign_in()

    def _sign_in(self) -> None:
        answer = self._http.post("/login", data={"username": self.name, "password": self._password})
        if answer.status_code != 303:
            raise Refused(answer.status_code, answer.text)

    def get(self, path: str, **query: Any) -> Any:
        """Return what stands at a path below /api/v1. Refused carries the status."""
        return self._said("GET", API + path, query_string=query or None)

    def all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return every item of a list, page by page."""
        found = self.get(path, limit=200, **query)
        items = list(found["items"])
        while found["next"]:
            found = self.get(path, limit=200, cursor=found["next"], **query)
            items += found["items"]
        return items

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._said("POST", API + path, data=_json(body or {}), content_type="application/json")

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._said("PUT", API + path, data=_json(body), content_type="application/json")

    def page(self, path: str, **form: str) -> None:
        """Send the form of a page."""
        self._said("POST", path, data=form)

    def upload(self) -> str:
        """Bring a file and return its id."""
        parts = {"file": (io.BytesIO(PDF), "附件.pdf", "application/pdf")}
        return str(self._said("POST", f"{API}/attachments", data=parts)["id"])

    def _said(self, method: str, path: str, **sent: Any) -> Any:
        answer = self._http.open(path, method=method, **sent)
        if answer.status_code == 401 or "/login" in answer.headers.get("Location", ""):
            # The session ran out while time passed.
            self._sign_in()
            answer = self._http.open(path, method=method, **sent)
        said = json.loads(answer.text, parse_float=Decimal) if answer.is_json else answer.text
        if answer.status_code >= 400:
            raise Refused(answer.status_code, said)
        return said


def _json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, default=float)
