"""For admins: what is missing, groups and heads of departments, the calendar, allowances."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.domain.budget import quarter
from service.domain.workdays import local_day
from service.errors import Conflict, FieldError, InvalidInput, ServiceError
from service.runtime import identity
from service.runtime.campaigns import allowances as granted
from service.runtime.company import calendar as calendars
from service.runtime.company import groups as company_groups
from service.runtime.company import readiness, spending
from service.runtime.identity import rights
from service.web import people
from service.web.asking import application, me, signed_in_only

blueprint = signed_in_only(Blueprint("company", __name__, url_prefix="/admin/company"))

_BETWEEN = re.compile(r"[\s,，、;；]+")


@blueprint.get("")
def index() -> str:
    """What is still missing before campaigns can go their whole way."""
    return render_template("company.html", gaps=readiness.gaps(application(), me()))


@blueprint.get("/groups")
def groups() -> str:
    return _groups_page()


@blueprint.post("/groups")
def create_group() -> Response | tuple[str, int]:
    rights.require(me(), "user.read")
    name, kind = request.form.get("name", ""), request.form.get("kind", company_groups.DEPARTMENT)
    try:
        company_groups.create(application(), me(), name, kind)
    except (Conflict, InvalidInput) as error:
        return _groups_page(error), error.status
    flash(_("“%(name)s” has been added.", name=name.strip()), "good")
    return redirect(url_for("company.groups"), 303)


@blueprint.post("/departments/<department>")
def set_head(department: str) -> Response | tuple[str, int]:
    head = request.form.get("head") or None
    try:
        company_groups.set_head(application(), me(), department, head)
    except InvalidInput as error:
        return _groups_page(error), error.status
    text = _("%(name)s heads %(department)s now.", name=people.shown_name(head), department=department)
    flash(text if head else _("Nobody heads %(department)s now.", department=department), "good")
    return redirect(url_for("company.groups"), 303)


@blueprint.get("/calendar")
def calendar() -> str:
    return _calendar_page(request.args.get("year", local_day(application().clock()).year, type=int))


@blueprint.post("/calendar/<int:year>")
def set_calendar(year: int) -> Response | tuple[str, int]:
    try:
        days = {name: _days(name, request.form.get(name, "")) for name in ("holidays", "workdays")}
        calendars.set_year(application(), me(), year, **days)
    except (Conflict, InvalidInput) as error:
        return _calendar_page(year, error), error.status
    flash(_("The calendar of %(year)s has been saved.", year=str(year)), "good")
    return redirect(url_for("company.calendar", year=year), 303)


@blueprint.get("/allowances")
def allowances() -> str:
    return _allowances_page()


@blueprint.post("/allowances")
def grant() -> Response | tuple[str, int]:
    department, period = request.form.get("department", ""), request.form.get("period", "").strip().upper()
    try:
        amount = _amount(request.form.get("granted", ""))
        spending.grant(application(), me(), department, period, amount)
    except InvalidInput as error:
        return _allowances_page(error), error.status
    flash(_("%(department)s may spend that in %(period)s.", department=department, period=period), "good")
    return redirect(url_for("company.allowances"), 303)


def missing_count() -> int:
    """Return how much a campaign would stop at, to who can mend it; 0 to all others."""
    if not rights.may(me(), "user.manage"):
        return 0
    return sum(gap.is_blocking for gap in readiness.gaps(application(), me()))


def _groups_page(error: ServiceError | None = None) -> str:
    app, actor = application(), me()
    found = company_groups.find(app, actor)
    people.remember(name for each in found for name in (each.head, *each.members))
    users = [user for user in identity.users(app, actor) if user.active]
    return render_template("company_groups.html", groups=found, users=users, **_refused(error))


def _calendar_page(year: int, error: ServiceError | None = None) -> str:
    shown = calendars.year(application(), year)
    texts = {name: " ".join(map(str, getattr(shown, name))) for name in ("holidays", "workdays")}
    given = {name: request.form.get(name, texts[name]) for name in texts}
    return render_template("company_calendar.html", calendar=shown, given=given, **_refused(error))


def _allowances_page(error: ServiceError | None = None) -> str:
    app, actor = application(), me()
    return render_template(
        "company_allowances.html",
        allowances=granted.find(app, actor),
        departments=company_groups.departments(app),
        period=request.form.get("period", quarter(local_day(app.clock()))),
        given=request.form,
        **_refused(error),
    )


def _refused(error: ServiceError | None) -> dict[str, object]:
    wrong = {each.path: each.message for each in getattr(error, "errors", ())}
    return {"error": error, "wrong": wrong}


def _days(name: str, text: str) -> list[date]:
    """Return the days written in a field, one after the other."""
    found = []
    for each in filter(None, _BETWEEN.split(text)):
        try:
            found.append(date.fromisoformat(each.replace("/", "-")))
        except ValueError as exc:
            raise InvalidInput(
                errors=[FieldError(name, "days such as 2026-10-10, one after the other")]
            ) from exc
    return found


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.strip().replace(",", "").replace("，", ""))
    except InvalidOperation as exc:
        raise InvalidInput(errors=[FieldError("granted", "an amount such as 500000")]) from exc
    if not amount.is_finite():
        raise InvalidInput(errors=[FieldError("granted", "an amount such as 500000")])
    return amount
