"""Whom a task may be handed to: people who can sign in, whom nothing keeps from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.errors import FieldError, InvalidInput
from service.runtime import identity
from service.runtime.step.step import Step
from service.store.models import TASKS, TaskRow
from service.wording import Text

_T = TASKS.c

BARRED = Text("Four eyes keep this person from the task.")
ASKED = Text("This person is already asked here, for themselves.")


def require_able(session: Session, task: TaskRow, people: Mapping[str, str]) -> None:
    """Refuse whoever cannot sign in, or is kept away by four eyes. `people`: names by path.

    To be asked under the lock, of a task whose barred people are those of this moment.
    """
    able = identity.able(session, people.values(), without=())
    refused = []
    for path, name in people.items():
        if name not in able:
            refused.append(FieldError(path, Text("There is nobody of this name who can sign in.")))
        elif name in task.barred_users:
            refused.append(FieldError(path, BARRED))
    if refused:
        raise InvalidInput(errors=refused)


def require_free(step: Step, task: TaskRow, people: Mapping[str, str]) -> None:
    """Refuse also whoever acts, holds the task or has lent it, and who signs beside it as another of those
    asked: nobody has two votes by what somebody else hands over.
    """
    require_able(step.session, task, people)
    taken = {step.actor.name, task.assignee, task.lender}
    beside = asked_beside(step.session, task)
    refused = []
    for path, name in people.items():
        if name in taken:
            refused.append(FieldError(path, Text("It must be somebody else.")))
        elif name in beside:
            refused.append(FieldError(path, ASKED))
    if refused:
        raise InvalidInput(errors=refused)


def asked_beside(session: Session, task: TaskRow) -> set[str]:
    """Return who is asked, or has answered, as another element of the same multi-instance activity."""
    if task.element_index is None:
        return set()
    query = select(_T.assignee, _T.completed_by, _T.candidate_users).where(
        _T.instance_id == task.instance_id,
        _T.definition == task.definition,
        _T.activity_id == task.activity_id,
        _T.id != task.id,
        # Those of an earlier round were opened at another time.
        or_(_T.state == "open", (_T.state == "completed") & (_T.opened_at == task.opened_at)),
    )
    return {name for row in session.execute(query) for name in _named(*row)}


def _named(assignee: str | None, doer: str | None, candidates: Iterable[str]) -> Iterable[str]:
    return filter(None, (assignee, doer, *candidates))
