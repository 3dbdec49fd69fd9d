"""People from a table (CSV, as Chinese offices write it): looked at first, then taken as a whole."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from service.engine.files.nearest import suggestion
from service.errors import FieldError, InvalidInput, ServiceError
from service.runtime import identity
from service.runtime.company import groups
from service.runtime.identity import UserView
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.sheets import plain_cell
from service.runtime.step.views import View
from service.wording import Text

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("账号", "用户名", "name", "account"),
    "display_name": ("姓名", "display_name", "display name"),
    "department": ("部门", "department"),
    "groups": ("分组", "岗位", "groups"),
    "email": ("邮箱", "email"),
    "superior": ("上级", "superior"),
    "head": ("负责人", "是否负责人", "head"),
}
"""The columns that are read, by every heading they may have; the first is how we write it ourselves."""
_NEEDED = ("name", "display_name", "department")
_HEADS = "是"
_YES = frozenset({_HEADS, "y", "yes", "true", "1", "√"})
_MOST_ROWS = 5000
_SEPARATORS = "、;；|,，"

Outcome = Literal["new", "changed", "same"]


@dataclass(frozen=True)
class Wrong(View):
    """What cannot be taken: row (the heading is row 1), column as the file calls it, and why."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Line(View):
    """A person of the table and what taking it does. `password` of a new account is told this once."""

    row: int
    name: str
    display_name: str
    department: str
    groups: tuple[str, ...]
    heads: bool
    outcome: Outcome
    password: str | None = None


@dataclass(frozen=True)
class Import(View):
    """What a table of people comes to. Nothing was taken while anything is `rejected`, or on a dry run."""

    accepted: tuple[Line, ...]
    rejected: tuple[Wrong, ...]
    is_done: bool


@dataclass
class _Row:
    number: int
    values: dict[str, str]
    headings: Mapping[str, str]
    groups: tuple[str, ...] = ()
    wrong: list[Wrong] = field(default_factory=list)

    def refuse(self, column: str, message: str) -> None:
        self.wrong.append(Wrong(self.number, self.headings.get(column, COLUMNS[column][0]), message))


def take(app: Application, by: Actor, content: bytes, *, dry_run: bool, passwords: bool = False) -> Import:
    """Create and change accounts as a table says; people who are not in it stay as they are.

    `passwords`: new accounts get one of their own, else they can only use tokens. InvalidInput for a file
    that is no such table.
    """
    require(by, "user.manage")
    known = {user.name: user for user in identity.users(app, by)}
    rows = list(_rows(_decoded(content)))
    _check(app, rows, known)
    rejected = tuple(wrong for row in rows for wrong in row.wrong)
    lines = tuple(_line(row, known) for row in rows if not row.wrong)
    if rejected or dry_run:
        return Import(lines, rejected, is_done=False)
    taken = tuple(_take(app, by, row, line, passwords) for row, line in zip(rows, lines, strict=True))
    for row in rows:
        if row.values.get("superior"):
            identity.update_user(app, by, row.values["name"], superior=row.values["superior"])
        if _heads(row):
            identity.set_head(app, by, row.values["department"], row.values["name"])
    return Import(taken, (), is_done=True)


def export(app: Application, by: Actor) -> str:
    """Return everybody with an active account as such a table: to begin with, and to be taken again."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow([names[0] for names in COLUMNS.values()])
    for user in identity.users(app, by):
        if user.active and user.department:
            heads = _HEADS if user.department in user.heads else ""
            belongs = _SEPARATORS[0].join(user.groups)
            given = (user.name, user.display_name, user.department, belongs, user.email, user.superior, heads)
            sheet.writerow([plain_cell(each or "") for each in given])
    return text.getvalue()


def _decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, or in GBK as spreadsheets on Chinese Windows write it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(Text("neither UTF-8 nor GBK text: save the table as CSV"))


def _rows(text: str) -> Iterator[_Row]:
    sheet = csv.reader(io.StringIO(text), dialect=_dialect(text))
    try:
        headings = [each.strip() for each in next(sheet, [])]
        columns = [_column(each) for each in headings]
        missing = [COLUMNS[name][0] for name in _NEEDED if name not in columns]
        if missing:
            raise _unreadable(Text("columns are missing: {names}", names="、".join(missing)))
        named = {name: heading for name, heading in zip(columns, headings, strict=True) if name}
        for number, cells in enumerate(sheet, start=2):
            if number > _MOST_ROWS:
                raise _unreadable(Text("more than {most} rows", most=_MOST_ROWS))
            values = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
            if any(values.values()):
                yield _Row(number, values, named)
    except csv.Error as exc:
        raise _unreadable(Text("the table cannot be read as CSV")) from exc


def _dialect(text: str) -> type[csv.Dialect]:
    first = text.partition("\n")[0]
    return csv.excel_tab if first.count("\t") > first.count(",") else csv.excel


def _column(heading: str) -> str | None:
    wanted = heading.casefold()
    return next((name for name, names in COLUMNS.items() if wanted in names), None)


def _check(app: Application, rows: list[_Row], known: Mapping[str, UserView]) -> None:
    declared, coming = identity.groups(app), {row.values.get("name", "") for row in rows}
    departments, met = groups.departments(app), dict[str, int]()
    for row in rows:
        name = row.values.get("name", "")
        for column in _NEEDED:
            if not row.values.get(column):
                row.refuse(column, Text("is missing"))
        if name and name in met:
            row.refuse("name", Text("stands in row {row} already", row=met[name]))
        met.setdefault(name, row.number)
        row.groups = _groups_of(row, known.get(name))
        _check_names(row, declared, departments)
        superior = row.values.get("superior")
        if superior and (superior == name or superior not in {*known, *coming}):
            row.refuse("superior", Text("is nobody with an account"))
        if not row.wrong:
            _check_account(app, row, name)


def _check_names(row: _Row, declared: tuple[str, ...], departments: tuple[str, ...]) -> None:
    department = row.values.get("department", "")
    if department and department not in departments:
        hint = suggestion(department, departments)
        row.refuse("department", Text("There is no department {name!r}.{hint}", name=department, hint=hint))
    for group in row.groups:
        if group not in declared and group != department:
            hint = suggestion(group, declared)
            row.refuse("groups", Text("There is no group {name!r}.{hint}", name=group, hint=hint))


def _check_account(app: Application, row: _Row, name: str) -> None:
    try:
        identity.check_new(app, name)
    except InvalidInput as error:
        for each in error.errors:
            row.refuse("name", each.message)


def _groups_of(row: _Row, user: UserView | None) -> tuple[str, ...]:
    """Return the groups a person shall have: those named, or those they have; new ones the department."""
    text = row.values.get("groups", "")
    for separator in _SEPARATORS:
        text = text.replace(separator, " ")
    if user is not None:
        return tuple(text.split()) or user.groups
    return tuple(dict.fromkeys((*filter(None, [row.values.get("department")]), *text.split())))


def _heads(row: _Row) -> bool:
    return row.values.get("head", "").casefold() in _YES


def _line(row: _Row, known: Mapping[str, UserView]) -> Line:
    values, user = row.values, known.get(row.values["name"])
    outcome: Outcome = "new"
    if user is not None:
        is_head = values["department"] in user.heads
        same = all(
            getattr(user, name) == wanted for name, wanted in _changes(row).items() if name != "groups"
        )
        is_same = same and {*user.groups} == {*row.groups} and user.active and (is_head or not _heads(row))
        outcome = "same" if is_same else "changed"
    return Line(
        row.number,
        *(values["name"], values["display_name"], values["department"], row.groups),
        *(_heads(row), outcome),
    )


def _changes(row: _Row) -> dict[str, Any]:
    """Return what of an account the table says; an empty cell leaves e-mail address and superior alone."""
    given = {name: row.values[name] for name in ("display_name", "department")}
    more = {name: row.values[name] for name in ("email", "superior") if row.values.get(name)}
    return {**given, **more, "groups": row.groups}


def _take(app: Application, by: Actor, row: _Row, line: Line, passwords: bool) -> Line:
    changes = _changes(row)
    changes.pop("superior", None)
    try:
        if line.outcome == "changed":
            identity.update_user(app, by, line.name, active=True, **changes)
        if line.outcome != "new":
            return line
        password = secrets.token_urlsafe(9) if passwords else None
        identity.create_user(app, by, line.name, password=password, **changes)
    except ServiceError as error:
        text = Text("Row {row} could not be taken: {why}", row=line.row, why=error.message)
        raise InvalidInput(text, errors=getattr(error, "errors", ())) from error
    return Line(**{**vars(line), "password": password})


def _unreadable(why: Text) -> InvalidInput:
    return InvalidInput(errors=[FieldError("file", why)])
