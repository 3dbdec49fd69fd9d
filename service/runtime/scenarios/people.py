"""The people of scenarios and of the demo company: `answers/人员.yaml`, in the order they are asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from service.engine.files.nearest import suggestion
from service.runtime import identity
from service.runtime.scenarios.answers import answers_file
from service.runtime.scenarios.yaml_lines import Lines, ScenarioError, load
from service.runtime.step.context import SYSTEM, Application
from service.wording import Text

FILE = "人员"
NEEDED = ("账号", "姓名", "部门")
KNOWN = frozenset({*NEEDED, "岗位", "角色", "负责人"})


@dataclass(frozen=True)
class Person:
    """Somebody with an account: login name, name and role as people say them, department, further groups."""

    name: str
    display_name: str
    role: str
    department: str
    groups: tuple[str, ...]
    heads: bool


def read_people(folder: Path) -> tuple[Person, ...]:
    """Return the people of a folder of scenarios. ScenarioError names the line of what is wrong."""
    file = answers_file(FILE, folder)
    entries = load(file).get(FILE)
    if not entries:
        raise ScenarioError(Text("The list 人员 is missing."), file=str(file), line=1)
    return tuple(_person(each, str(file)) for each in entries)


def hire(app: Application, people: Iterable[Person], password: str | None = None) -> None:
    """Give everybody an account; without a password nobody can sign in."""
    for person in people:
        identity.create_user(
            app,
            SYSTEM,
            person.name,
            display_name=person.display_name,
            password=password,
            department=person.department,
            groups=(person.department, *person.groups),
        )
        if person.heads:
            identity.set_head(app, SYSTEM, person.department, person.name)


def _person(entry: Lines, file: str) -> Person:
    for key in entry:
        if key not in KNOWN:
            message = Text(
                "{word!r} is not known here.{hint}", word=str(key), hint=suggestion(str(key), KNOWN)
            )
            raise ScenarioError(message, file=file, line=entry.line_of(key))
    if not set(NEEDED) <= set(entry):
        raise ScenarioError(Text("A person needs 账号, 姓名 and 部门."), file=file, line=entry.line)
    return Person(
        name=str(entry["账号"]),
        display_name=str(entry["姓名"]),
        role=str(entry.get("角色") or ""),
        department=str(entry["部门"]),
        groups=tuple(map(str, entry.get("岗位") or ())),
        heads=bool(entry.get("负责人")),
    )
