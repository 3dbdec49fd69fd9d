"""Groups and departments with the people in them; what exists is declared in `organisation.yaml`."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

import yaml
from sqlalchemy import select

from service.engine.organisation.rights import ADMIN
from service.errors import Conflict, FieldError, InvalidInput, NotFound
from service.runtime import identity
from service.runtime.company import declaring
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import OrganisationUnit, User, UserGroup
from service.wording import Text

DEPARTMENT = "department"
KINDS = (DEPARTMENT, "role")
_NAME = re.compile(r"\w[\w·&（）()-]{0,39}")


@dataclass(frozen=True)
class GroupView(View):
    """A group: `kind` is department, role, or admin for the one that always exists. Members are active."""

    name: str
    kind: str
    head: str | None
    members: tuple[str, ...]


def find(app: Application, by: Actor) -> tuple[GroupView, ...]:
    """Return every declared group in the order of the file, and `admin`."""
    require(by, "user.read")
    declared = {**_declared(app), ADMIN: ADMIN}
    members = defaultdict[str, list[str]](list)
    belongs = select(UserGroup.group_name, User.name).join(User, User.id == UserGroup.user_id)
    heads = select(OrganisationUnit.name, User.name).join(User, User.id == OrganisationUnit.head_user_id)
    with app.db.read() as session:
        for group, name in session.execute(belongs.where(User.is_active).order_by(User.name)):
            members[group].append(name)
        headed = {name: head for name, head in session.execute(heads.where(User.is_active))}
    return tuple(
        GroupView(name, kind, headed.get(name), tuple(members[name])) for name, kind in declared.items()
    )


def create(app: Application, by: Actor, name: str, kind: str = DEPARTMENT) -> GroupView:
    """Declare one more group: a line of `organisation.yaml`, which is deployed. Conflict when it is there."""
    require(by, "deployment.create")
    wanted = name.strip()
    if not _NAME.fullmatch(wanted) or yaml.safe_load(wanted) != wanted:
        text = Text("a name of at most 40 letters and digits, without punctuation of YAML")
        raise InvalidInput(errors=[FieldError("name", text)])
    if kind not in KINDS:
        raise InvalidInput(errors=[FieldError("kind", Text("one of {choices}", choices=", ".join(KINDS)))])
    if wanted == ADMIN or wanted in _declared(app):
        raise Conflict("There is a group of this name already.", group=wanted)
    declaring.declare(app, by, "deployment.create", lambda text: declaring.with_group(text, wanted, kind))
    return GroupView(wanted, kind, None, ())


def set_head(app: Application, by: Actor, department: str, head: str | None) -> GroupView:
    """Make somebody the head of a department; None: nobody is. NotFound without such a department."""
    require(by, "user.manage")
    if _declared(app).get(department) != DEPARTMENT:
        raise NotFound("There is no such department.", department=department)
    identity.set_head(app, by, department, head)
    return next(each for each in find(app, by) if each.name == department)


def departments(app: Application) -> tuple[str, ...]:
    """Return the declared departments in the order of the file."""
    return tuple(name for name, kind in _declared(app).items() if kind == DEPARTMENT)


def _declared(app: Application) -> dict[str, str]:
    try:
        return dict(app.live().model.organisation.groups)
    except NotFound:
        return {}
