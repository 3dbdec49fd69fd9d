"""Saved views: what somebody looks for in a list again and again, under a name of their own."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select

from service.errors import FieldError, InvalidInput, NotFound
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import SavedView
from service.wording import Text

LISTS = ("tasks", "cases", "instances", "audit")
LONGEST_NAME, LONGEST_QUERY = 40, 1000
MOST = 30
_PASSING = ("cursor", "done")
"""What a list's address says that belongs to the moment."""


@dataclass(frozen=True)
class SavedViewView(View):
    """One saved view: of which list, and what is looked for there, as the address of the page says it."""

    id: str
    list: str
    name: str
    query: str


def wanted(query: str) -> str:
    """Return what an address looks for, alike however it was put, without what is empty or passing."""
    pairs = parse_qsl(query)
    return urlencode(sorted((name, value.strip()) for name, value in pairs if _counts(name, value)))


def find(app: Application, actor: Actor, which: str | None = None) -> tuple[SavedViewView, ...]:
    """Return the actor's saved views of a list, or of all, in the order in which they were saved."""
    query = select(SavedView).where(SavedView.user_id == actor.user_id).order_by(SavedView.id)
    if which is not None:
        query = query.where(SavedView.page == which)
    with app.db.read() as session:
        return tuple(map(_view, session.scalars(query)))


def save(app: Application, actor: Actor, which: str, name: str, query: str) -> SavedViewView:
    """Save what is looked for in a list; under a name that is taken there, in its place.

    InvalidInput for an unknown list, a name or query that is empty or too long, and too many views.
    """
    called, sought = name.strip(), wanted(query)
    _check(which, called, sought)
    with app.db.begin() as session:
        own = list(session.scalars(select(SavedView).where(SavedView.user_id == actor.user_id)))
        row = next((each for each in own if (each.page, each.name) == (which, called)), None)
        if row is None:
            if len(own) >= MOST:
                wrong = Text("You have {most} views: delete one first.", most=MOST)
                raise InvalidInput(errors=[FieldError("name", wrong)])
            row = SavedView(user_id=actor.user_id, page=which, name=called)
            session.add(row)
        row.query = sought
        session.flush()
        return _view(row)


def delete(app: Application, actor: Actor, view_id: str) -> str:
    """Delete one of the actor's saved views and return of which list it was. NotFound for anybody else's."""
    with app.db.begin() as session:
        row = session.get(SavedView, view_id)
        if row is None or row.user_id != actor.user_id:
            raise NotFound(view=view_id)
        session.delete(row)
        return row.page


def _check(which: str, name: str, query: str) -> None:
    wrong = []
    if which not in LISTS:
        wrong.append(FieldError("list", Text("There is no such list: {lists}", lists=", ".join(LISTS))))
    if not name or len(name) > LONGEST_NAME:
        wrong.append(FieldError("name", Text("1 to {most} characters", most=LONGEST_NAME)))
    if not query:
        wrong.append(FieldError("query", Text("Nothing is looked for: choose or search something first.")))
    elif len(query) > LONGEST_QUERY:
        wrong.append(FieldError("query", Text("At most {most} characters.", most=LONGEST_QUERY)))
    if wrong:
        raise InvalidInput(errors=wrong)


def _counts(name: str, value: str) -> bool:
    return bool(value.strip()) and name not in _PASSING


def _view(row: SavedView) -> SavedViewView:
    return SavedViewView(row.id, row.page, row.name, row.query)
