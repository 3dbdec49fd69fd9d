"""Whom a text names: `@林悦` in a comment or an opinion."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.models import User

AT = ("@", "＠")


def mentioned(session: Session, text: str) -> tuple[str, ...]:
    """Return the accounts whose name, shown or of the account, stands after an @, as they come there.

    Of two names that both fit the longer one is meant: @林悦然 is not 林悦.
    """
    places = [position + 1 for position, sign in enumerate(text) if sign in AT]
    if not places:
        return ()
    found = session.execute(select(User.name, User.display_name).where(User.is_active))
    known = sorted(
        ((called, name) for name, shown in found for called in {name, shown} if called), key=_longest_first
    )
    named = (
        next((name for called, name in known if text.startswith(called, position)), None)
        for position in places
    )
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _longest_first(called: tuple[str, str]) -> int:
    return -len(called[0])
