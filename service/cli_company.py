"""The commands about the company: people, groups, heads of departments, the calendar, allowances."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.wording import Gettext

if TYPE_CHECKING:
    from service.runtime.step.context import Application

Opened = Callable[[], AbstractContextManager["Application"]]
Use = Callable[["Application", argparse.Namespace], Any]
Add = Callable[..., argparse.ArgumentParser]


def users(app: Application, _options: argparse.Namespace) -> Any:
    """List every account."""
    from service.runtime import identity
    from service.runtime.step.context import SYSTEM

    return identity.users(app, SYSTEM)


def change_user(app: Application, options: argparse.Namespace) -> Any:
    """Change an account; what is not named stays. --no-active hands over with --hand-over-to."""
    from service.runtime.company import people
    from service.runtime.step.context import SYSTEM

    named = ("display_name", "department", "email", "superior", "groups", "active")
    changes = {name: getattr(options, name) for name in named if getattr(options, name) is not None}
    return people.change(app, SYSTEM, options.name, hand_over_to=options.hand_over_to, **changes)


def import_users(app: Application, options: argparse.Namespace) -> Any:
    """Create and change accounts as a CSV table says (UTF-8 or GBK); --dry-run only looks at it."""
    from service.runtime.company import importing
    from service.runtime.step.context import SYSTEM

    content = options.file.read_bytes()
    return importing.take(app, SYSTEM, content, dry_run=options.dry_run, passwords=options.passwords)


def groups(app: Application, _options: argparse.Namespace) -> Any:
    """List every group with its members, departments with their heads."""
    from service.runtime.company import groups as company_groups
    from service.runtime.step.context import SYSTEM

    return company_groups.find(app, SYSTEM)


def add_group(app: Application, options: argparse.Namespace) -> Any:
    """Declare a group: a line of organisation.yaml, checked and deployed."""
    from service.runtime.company import groups as company_groups
    from service.runtime.step.context import SYSTEM

    return company_groups.create(app, SYSTEM, options.name, options.kind)


def set_head(app: Application, options: argparse.Namespace) -> Any:
    """Say who heads a department; without a USER nobody does."""
    from service.runtime.company import groups as company_groups
    from service.runtime.step.context import SYSTEM

    return company_groups.set_head(app, SYSTEM, options.department, options.user)


def show_calendar(app: Application, options: argparse.Namespace) -> Any:
    """Show the company's own days of a year, and the official ones."""
    from service.runtime.company import calendar

    return calendar.year(app, options.year)


def set_calendar(app: Application, options: argparse.Namespace) -> Any:
    """Replace the company's own days of a year: checked and deployed with organisation.yaml."""
    from service.runtime.company import calendar
    from service.runtime.step.context import SYSTEM

    return calendar.set_year(app, SYSTEM, options.year, options.holiday, options.workday)


def allowances(app: Application, _options: argparse.Namespace) -> Any:
    """List every allowance, the latest quarter first."""
    from service.runtime.campaigns import allowances as granted
    from service.runtime.step.context import SYSTEM

    return granted.find(app, SYSTEM)


def grant_allowance(app: Application, options: argparse.Namespace) -> Any:
    """Grant a department what it may spend in a quarter (2026Q4), CNY."""
    from service.runtime.company import spending
    from service.runtime.step.context import SYSTEM

    given = (options.department, options.period, options.amount)
    return spending.grant(app, SYSTEM, *given, committed=options.committed)


def missing(app: Application, _options: argparse.Namespace) -> Any:
    """Say what is still missing before campaigns can go their way; 1 when anything is."""
    from service.runtime.company import readiness
    from service.runtime.step.context import SYSTEM

    return readiness.gaps(app, SYSTEM)


def add(
    command: Add, user_commands: Any, group: Callable[..., Any], opened: Opened, gettext: Gettext
) -> None:
    """Add these commands to the command line; those about accounts to the ones that are there."""

    def run(use: Use) -> Callable[[argparse.Namespace], int]:
        def with_application(options: argparse.Namespace) -> int:
            with opened() as app:
                return _print(use(app, options), gettext)

        with_application.__doc__ = use.__doc__
        return with_application

    command("list", run(users), user_commands)
    _add_change(command("change", run(change_user), user_commands))
    imported = command("import", run(import_users), user_commands)
    imported.add_argument("file", type=Path, metavar="FILE")
    imported.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    imported.add_argument("--passwords", action="store_true", help="give new accounts one, and print it")
    some = group("group", "Groups.")
    command("list", run(groups), some)
    added = command("add", run(add_group), some)
    added.add_argument("name")
    added.add_argument("--kind", choices=("department", "role"), default="department")
    headed = command("head", run(set_head), group("department", "Departments."))
    headed.add_argument("department")
    headed.add_argument("user", nargs="?")
    days = group("calendar", "The company's calendar.")
    command("show", run(show_calendar), days).add_argument("year", type=int)
    changed = command("set", run(set_calendar), days)
    changed.add_argument("year", type=int)
    for name in ("--holiday", "--workday"):
        changed.add_argument(name, action="append", default=[], type=date.fromisoformat, metavar="YYYY-MM-DD")
    spend = group("allowance", "What departments may spend.")
    command("list", run(allowances), spend)
    granted = command("grant", run(grant_allowance), spend)
    granted.add_argument("department")
    granted.add_argument("period", metavar="2026Q4")
    granted.add_argument("amount", type=_amount)
    granted.add_argument("--committed", type=_amount, help="what was promised before this system kept count")
    command("missing", run(missing))


def _add_change(changed: argparse.ArgumentParser) -> None:
    changed.add_argument("name")
    changed.add_argument("--group", action="append", dest="groups", metavar="G", help="these, no others")
    for name in ("--display-name", "--department", "--email", "--superior", "--hand-over-to"):
        changed.add_argument(name)
    changed.add_argument("--active", action=argparse.BooleanOptionalAction)


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount") from exc


def _print(answer: Any, gettext: Gettext) -> int:
    """Print an answer as JSON, a line for each entry of a list; 1 where it tells of something missing."""
    from service.runtime.step.views import to_json
    from service.wording import all_translated

    entries: Iterable[Any] = answer if isinstance(answer, tuple) else [answer]
    shown = all_translated([to_json(entry) for entry in entries], gettext)
    for entry in shown:
        print(json.dumps(entry, ensure_ascii=False))
    return int(any(entry.get("is_blocking") or entry.get("rejected") for entry in shown))
