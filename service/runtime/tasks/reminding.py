"""Telling people of tasks that wait (催办) and those above of tasks that wait too long (上报), as drawn.

The engine says that the time has come; who is told is seen now: whoever holds the task, else those it is
offered to, and never who is barred from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import starmap

from service.domain.workdays import workdays_between
from service.engine.nodes.reminders import ESCALATE, REMIND, SUPERIOR
from service.engine.organisation.rights import ADMIN
from service.engine.progress import Progress, Told
from service.runtime import identity
from service.runtime.step.news import Audience, News
from service.runtime.step.step import Step
from service.runtime.tasks import candidates, offering, rights
from service.runtime.tasks import rows as task_rows
from service.settings import ZONE
from service.store.models import TaskRow
from service.wording import Text

REMINDED, ESCALATED = "reminded", "escalated"
"""Events of the record; the note of the line names who was told."""
BETWEEN = "、"


def decide(step: Step, progress: Progress | None) -> None:
    """Say what is to be told of which task, and that the record says so."""
    if progress is None or not progress.told:
        return
    stored = task_rows.open_in(step.session, step.instance.id)
    rows = {row.token_id: row for row in (*stored, *step.opened)}
    for told in progress.told:
        row = rows.get(told.token_id)
        # Without an open row nobody is asked at present, so there is nothing to tell.
        if row is not None:
            tell = _escalate if told.kind == ESCALATE else _remind
            tell(step, row, told)


def write(step: Step, progress: Progress | None) -> None:
    """Nothing is kept here but the record."""


def _remind(step: Step, row: TaskRow, told: Told) -> None:
    barred = rights.barred_now(step.session, row)
    others = [candidates.resolve(step, (name,), told.variables) for name in told.names]
    audiences = [offering.holders(row), *starmap(_others, zip(told.names, others, strict=True))]
    text = Text("“{task}” waits for you{when}: please do it soon.", task=row.name, when=_when(step, row))
    subject = Text("Reminder: {task}", task=row.name)
    step.tell(_news(step, row, REMIND, subject, text, audiences, barred, line=REMINDED))


def _others(name: str, found: tuple[tuple[str, ...], tuple[str, ...]]) -> Audience:
    return Audience(name, *found, opens=True)


def _escalate(step: Step, row: TaskRow, told: Told) -> None:
    barred = rights.barred_now(step.session, row)
    holders, above = _holders(step, row, barred), _above(step, told, barred)
    whose = Text("Nobody can do it now.")
    if holders:
        whose = Text("It is with {people} now.", people=_shown(step, holders))
    late = {"task": row.name, "when": _when(step, row), "whose": whose}
    text = Text("“{task}” is still not done{when}. {whose}", **late)
    subject = Text("Overdue: {title}", title=step.instance.title or step.case)
    superiors = Audience(BETWEEN.join(told.names), users=above, opens=True)
    step.tell(_news(step, row, ESCALATE, subject, text, [superiors], barred, line=ESCALATED))
    step.tell(_news(step, row, ESCALATE, subject, text, [offering.holders(row)], (*barred, *above)))


def _news(
    step: Step,
    row: TaskRow,
    kind: str,
    subject: str,
    text: str,
    audiences: Sequence[Audience],
    barred: tuple[str, ...],
    *,
    line: str | None = None,
) -> News:
    """Return what is told of a task at this moment.

    Who is reminded needs no copy of a report as well; those it goes to are told in any case.
    """
    return News(
        kind,
        subject,
        text,
        tuple(audiences),
        once=None if line == ESCALATED else f"{row.id}/{step.now.isoformat()}",
        to_actor=True,
        task_id=row.id,
        barred=barred,
        line=line,
        place=task_rows.place_of(row),
    )


def _above(step: Step, told: Told, barred: tuple[str, ...]) -> tuple[str, ...]:
    """Return whom an escalation goes to: where none of them can be told, their superiors, then the admins."""
    superiors = step.model.organisation.above(told.drawn_for)
    named = [superiors if name == SUPERIOR else (name,) for name in told.names]
    names = tuple(dict.fromkeys(name for each in named for name in each))
    found = candidates.find(step, names, told.variables, barred)
    return _members(step, found.groups, found.users, barred) or identity.members(step.session, ADMIN)


def _holders(step: Step, row: TaskRow, barred: tuple[str, ...]) -> tuple[str, ...]:
    """Return who is to do a task now: its holder, else everybody who may take it."""
    if row.assignee:
        return identity.able(step.session, [row.assignee], without=barred)
    return _members(step, row.candidate_groups, row.candidate_users, barred)


def _members(
    step: Step, groups: Iterable[str], users: Iterable[str], barred: tuple[str, ...]
) -> tuple[str, ...]:
    """Return these people and members of groups, as far as they can sign in and are not barred."""
    members = (name for group in groups for name in identity.members(step.session, group))
    return identity.able(step.session, [*users, *members], without=barred)


def _when(step: Step, row: TaskRow) -> Text:
    """Return in the notice's words when a task is due, or since when it waits."""
    if row.due_at is None:
        waited = workdays_between(row.opened_at, step.now, step.environment.calendar)
        return Text(", for {count} workdays already", count=waited)
    said = f"{row.due_at.astimezone(ZONE):%Y-%m-%d %H:%M}"
    return (
        Text(", was due {moment}", moment=said)
        if row.due_at <= step.now
        else Text(", due {moment}", moment=said)
    )


def _shown(step: Step, people: Iterable[str]) -> str:
    return BETWEEN.join(identity.display_names(step.session, people).values())


def people_in(note: str) -> list[str]:
    """Return who was told, from the note of a line of the record."""
    return note.split(BETWEEN) if note else []
