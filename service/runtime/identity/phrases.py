"""Phrases (常用语): what somebody often writes in opinions, kept for themselves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from service.errors import FieldError, InvalidInput, NotFound
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import Phrase
from service.wording import Text

LONGEST = 200
MOST = 50


@dataclass(frozen=True)
class PhraseView(View):
    """One phrase of somebody."""

    id: str
    text: str


def find(app: Application, actor: Actor) -> tuple[PhraseView, ...]:
    """Return the actor's phrases, in the order in which they were added."""
    with app.db.read() as session:
        query = select(Phrase).where(Phrase.user_id == actor.user_id).order_by(Phrase.id)
        return tuple(PhraseView(row.id, row.text) for row in session.scalars(query))


def add(app: Application, actor: Actor, text: str) -> PhraseView:
    """Keep a phrase, each once. InvalidInput when it is empty or too long, or when there are too many."""
    said = text.strip()
    if not said or len(said) > LONGEST:
        wrong = Text("1 to {most} characters", most=LONGEST)
        raise InvalidInput(errors=[FieldError("text", wrong)])
    with app.db.begin() as session:
        own = list(session.scalars(select(Phrase).where(Phrase.user_id == actor.user_id)))
        for row in own:
            if row.text == said:
                return PhraseView(row.id, row.text)
        if len(own) >= MOST:
            wrong = Text("You have {most} phrases: delete one first.", most=MOST)
            raise InvalidInput(errors=[FieldError("text", wrong)])
        row = Phrase(user_id=actor.user_id, text=said)
        session.add(row)
        session.flush()
        return PhraseView(row.id, row.text)


def delete(app: Application, actor: Actor, phrase_id: str) -> None:
    """Delete one of the actor's phrases. NotFound for anybody else's."""
    with app.db.begin() as session:
        row = session.get(Phrase, phrase_id)
        if row is None or row.user_id != actor.user_id:
            raise NotFound(phrase=phrase_id)
        session.delete(row)
