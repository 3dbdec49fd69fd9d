"""What every view needs: the application, and the person who asks."""

from __future__ import annotations

from flask import Blueprint, current_app, g

from service.domain.workdays import Calendar
from service.runtime.step.context import Actor, Application
from service.web import auth


def application() -> Application:
    """Return the application behind this page."""
    found: Application = current_app.extensions["countersign"]
    return found


def calendar() -> Calendar:
    """Return what workdays are counted by, read once a request."""
    if "calendar" not in g:
        g.calendar = application().calendar()
    found: Calendar = g.calendar
    return found


def me() -> Actor:
    """Return the signed-in person; NotSignedIn sends the reader to the sign-in page."""
    return auth.require_actor()


def signed_in_only(blueprint: Blueprint) -> Blueprint:
    """Refuse every page of `blueprint` to people who are not signed in."""
    blueprint.before_request(_refuse_strangers)
    return blueprint


def _refuse_strangers() -> None:
    auth.require_actor()
