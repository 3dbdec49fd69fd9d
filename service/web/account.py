"""My account: who stands in for me, where I am signed in, my API tokens, my password."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.domain.workdays import ZONE, local_day
from service.errors import Forbidden, InvalidInput
from service.runtime import identity
from service.runtime.identity import ColleagueView, SubstitutionView
from service.web import auth, people
from service.web.asking import application, me, signed_in_only

blueprint = signed_in_only(Blueprint("account", __name__, url_prefix="/account"))

LIFETIMES_DAYS = (30, 90, 365)
PASSWORD_LENGTH = range(8, 201)


@blueprint.get("")
def show(new_token: str | None = None, problem: str | None = None) -> str:
    app, actor = application(), me()
    rules = _rules_ahead()
    people.remember(name for rule in rules for name in (rule.user, rule.substitute))
    return render_template(
        "account.html",
        sessions=identity.sessions(app, actor, secret=request.cookies.get(auth.COOKIE)),
        tokens=identity.tokens(app, actor),
        lifetimes=LIFETIMES_DAYS,
        new_token=new_token,
        problem=problem,
        rules=rules,
        colleagues=_by_department(identity.colleagues(app, actor)),
        today=local_day(app.clock()),
        now=app.clock(),
        one_minute=timedelta(minutes=1),
    )


@blueprint.post("/tokens")
def create_token() -> str:
    """Make a token and show it, this once."""
    title = request.form.get("title", "").strip()
    days = request.form.get("days", LIFETIMES_DAYS[1], type=int)
    if not title or days not in LIFETIMES_DAYS:
        raise InvalidInput(_("Say what the token is for, and how long it may live."))
    new = identity.create_token(application(), me(), me().name, title=title, days=days)
    return show(new.token)


@blueprint.post("/tokens/<token_id>/revoke")
def revoke_token(token_id: str) -> Response:
    identity.revoke_token(application(), me(), token_id)
    return _back(_("The token no longer works."))


@blueprint.post("/sessions/<session_id>/revoke")
def revoke_session(session_id: str) -> Response:
    identity.revoke_session(application(), me(), session_id)
    return _back(_("That browser is signed out."))


@blueprint.post("/password")
def change_password() -> Response:
    """Change the password: all other browsers are signed out, this one goes on."""
    new, again = request.form.get("new", ""), request.form.get("again", "")
    if new != again:
        return _refused(_("The two new passwords are not the same."))
    if len(new) not in PASSWORD_LENGTH:
        return _refused(_("A password has 8 to 200 characters."))
    try:
        identity.set_password(application(), me(), me().name, new, current=request.form.get("current", ""))
    except Forbidden:
        return _refused(_("The present password is not right."))
    text = _(
        "Your password has been changed. Other browsers are signed out, and your API tokens no longer work."
    )
    return auth.sign_in_response(_back(text), auth.open_session(me()), me().name)


@blueprint.post("/substitutes")
def add_substitute() -> Response:
    """Let somebody act for me from the beginning of one day to the end of another."""
    first = request.form.get("first", type=date.fromisoformat)
    last = request.form.get("last", type=date.fromisoformat)
    if first is None or last is None or last < first or last < local_day(application().clock()):
        return _refused(_("The last day must not lie before the first one, nor before today."))
    who = request.form.get("who", "")
    if who not in {each.name for each in identity.colleagues(application(), me())}:
        return _refused(_("Choose who stands in for you."))
    identity.substitute(application(), me(), who, _midnight(first), _midnight(last + timedelta(days=1)))
    return _back(_("%(name)s stands in for you during that time.", name=people.shown_name(who)))


@blueprint.post("/substitutes/<rule_id>/end")
def end_substitute(rule_id: str) -> Response:
    identity.end_substitution(application(), me(), rule_id)
    return _back(_("Nobody stands in for you by that rule any more."))


def _rules_ahead() -> tuple[SubstitutionView, ...]:
    """Return the rules that concern me and are not over, the one that begins first on top."""
    now = application().clock()
    found = (
        rule
        for rule in identity.substitutions(application(), me())
        if me().name in (rule.user, rule.substitute) and rule.revoked_at is None and rule.ends_at > now
    )
    return tuple(sorted(found, key=lambda rule: rule.starts_at))


def _by_department(colleagues: Iterable[ColleagueView]) -> list[tuple[str, list[ColleagueView]]]:
    """Return colleagues under their departments; first those who belong to none."""
    found: dict[str, list[ColleagueView]] = defaultdict(list)
    for each in colleagues:
        found[each.department or ""].append(each)
    return sorted(found.items())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), ZONE)


def _refused(problem: str) -> Response:
    return make_response(show(problem=problem), InvalidInput.status)


def _back(text: str) -> Response:
    flash(text, "good")
    return redirect(url_for("account.show"), 303)
