"""The people of the company who are not in the picture: they answer what owners have added to the drawings.

The lifecycle is walked by hand through the steps its test knows. A step that an owner draws into the way must
not need a change here: whoever may do it answers as in the scenarios.
"""

from __future__ import annotations

from sqlalchemy import select

from service.demo import accounts
from service.runtime import identity
from service.runtime.scenarios.answers import Answers
from service.runtime.scenarios.cast import filled_in, performer
from service.runtime.scenarios.world import VirtualClock, World
from service.runtime.step.context import Application
from service.runtime.tasks import user_tasks
from service.store.models import TASKS, TaskRow

MOST = 5
"""More steps than these in a row are no addition but another process."""


def clear_the_way(app: Application, answers: Answers, name: str, task: str) -> None:
    """Have the newest open tasks answered until somebody is asked for theirs; nothing when they are."""
    actor = identity.actor(app, name)
    for _ in range(MOST):
        if any(task in each.name for each in user_tasks.find(app, actor, mine=True, limit=100).items):
            return
        if not _answer_newest(app, answers):
            return


def _answer_newest(app: Application, answers: Answers) -> bool:
    with app.db.read() as session:
        found = session.execute(
            select(TASKS).where(TASKS.c.state == "open").order_by(TASKS.c.id.desc())
        ).first()
    if found is None:
        return False
    row = TaskRow(*found)
    people = tuple(identity.actor(app, person.name) for person in accounts.people())
    world = World(app, VirtualClock(app.clock()), people)
    person = performer(world, row)
    if person is None:
        return False
    given = filled_in(world, person, row.inputs, answers.of(row.form or row.activity_id), answers.days)
    user_tasks.complete(app, person, row.id, row.version, given)
    return True
