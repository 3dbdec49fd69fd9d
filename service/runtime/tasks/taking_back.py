"""Taking one's own answer back (撤回): the case stands again as it stood before it, exactly.

With every answer that moves a case, the step keeps the snapshot from before it. As long as nothing else has
moved the case, and nobody has touched what the answer led to, that snapshot takes the place of the present
one. What the answer did outside this database, or for good in it, keeps it from being taken back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import func, select, update

from service.engine.instance import Instance
from service.engine.progress import NewFact, Progress
from service.errors import Conflict
from service.runtime.step.step import Step
from service.runtime.tasks import answering, rows, telling
from service.store.models import (
    APPLIED,
    PROPOSED,
    TASKS,
    ActivityHistory,
    CaseFact,
    Draft,
    LastAnswer,
    Submission,
    TaskRow,
)
from service.store.prepared import Prepared
from service.store.writing import table_of, upsert_of
from service.wording import Text

_T = TASKS.c
NOTICES = ("notify", "tell")
"""Effects that only tell people something: that cannot be undone, and does no harm."""


def decide(step: Step, progress: Progress | None) -> None:
    """Nothing is decided here."""


def write(step: Step, progress: Progress | None) -> None:
    """Keep what the case was before the answer of this step, in the place of what was kept before."""
    if step.answered_task_id is None or progress is None or step.stored is None or progress.state != "active":
        return
    values = {
        "instance_id": step.instance.id,
        "task_id": step.answered_task_id,
        "snapshot": step.stored["snapshot"],
        "after_hash": _hash(progress.snapshot),
        "opened": [row.id for row in step.opened],
        "fact_seq": _facts_so_far(step) if progress.facts or step.new_facts else None,
        "obstacle": _obstacle(step, progress),
    }
    _keep(step.session.get_bind().dialect.name).write(step.session, values)


def take_back(step: Step, task: TaskRow) -> tuple[TaskRow, ...]:
    """Have the case stand as before the answer to a task; return the tasks that are gone with it.

    Conflict names what keeps it from that.
    """
    kept = step.session.get(LastAnswer, step.instance.id)
    if kept is None or kept.task_id != task.id:
        raise _moved_on(step, task)
    if kept.obstacle is not None:
        raise Conflict(Text("What your answer led to cannot be undone: {what}.", what=kept.obstacle))
    if kept.after_hash != _hash(step.instance.snapshot or b""):
        raise _moved_on(step, task)
    opened = _untouched(step, kept.opened)
    if kept.fact_seq is not None:
        _restore_facts(step, kept.fact_seq)
    gone = {token.token_id for token in step.engine.active()}
    step.take_over(Instance.load(step.model, kept.snapshot, step.environment))
    step.settled_tokens += gone - {token.token_id for token in step.engine.active()}
    rows.drop(step, opened)
    for row in opened:
        step.line("cancelled", None, actor=None, **rows.place_of(row))
    _reopen(step, task)
    return opened


def _reopen(step: Step, task: TaskRow) -> None:
    """Open the task again for whoever answered it; what they answered is their draft, and counts no more."""
    holder = task.on_behalf_of or task.completed_by
    rows.reopen(step, task, holder, step.now)
    answer = select(Submission).where(Submission.task_id == task.id).order_by(Submission.seq.desc()).limit(1)
    submission = step.session.scalars(answer).one_or_none()
    if submission is not None:
        statement = update(Submission).where(Submission.seq == submission.seq)
        statement = statement.values(withdrawn_at=step.now)
        step.session.execute(statement.execution_options(synchronize_session=False))
        answering.keep_draft(step.session, holder or "", task.id, submission.answers, step.now)
    step.line("entered", None, actor=None, **rows.place_of(task))


def _untouched(step: Step, task_ids: Sequence[str]) -> tuple[TaskRow, ...]:
    """Return the tasks that the answer opened, as long as nobody has done anything with one."""
    query = select(TASKS).where(_T.id.in_(tuple(task_ids))).order_by(_T.id)
    opened = tuple(TaskRow(*row) for row in step.session.execute(query))
    drafted = set(step.session.scalars(select(Draft.subject).where(Draft.subject.in_(tuple(task_ids)))))
    for row in opened:
        if row.state != "open" or row.version != 1 or row.id in drafted:
            who = row.assignee or row.completed_by
            raise Conflict(
                Text(
                    "“{task}” after it has been touched already{who}.",
                    task=row.name,
                    who=f"（{telling.shown(step, [who])}）" if who else "",
                )
            )
    return opened


def _restore_facts(step: Step, before: int) -> None:
    """Give the facts that the answer wrote the values they had; Conflict where others changed them since."""
    own = select(CaseFact).where(CaseFact.instance_id == step.instance.id, CaseFact.seq > before)
    written: dict[str, CaseFact] = {}
    for row in step.session.scalars(own.order_by(CaseFact.seq)):
        written.setdefault(row.name, row)
    for row in written.values():
        later = select(CaseFact.seq).where(
            CaseFact.number == row.number,
            CaseFact.name == row.name,
            CaseFact.state == APPLIED,
            CaseFact.seq > row.seq,
            CaseFact.instance_id != step.instance.id,
        )
        if step.session.scalars(later.limit(1)).first() is not None:
            raise Conflict(Text("Another process of the case has changed {fact} since.", fact=row.name))
        step.new_facts.append(
            NewFact(
                name=row.name,
                value=row.before,
                token_id="",
                activity_id=row.activity_id,
                activity_path=row.activity_path,
                definition=row.definition,
                is_in_call=row.state == PROPOSED,
            )
        )


def _moved_on(step: Step, task: TaskRow) -> Conflict:
    """Return what has moved since the task was answered."""
    line = ActivityHistory
    own = select(func.max(line.seq)).where(
        line.instance_id == step.instance.id, line.token_id == task.token_id, line.event == "left"
    )
    after = select(line.name, line.activity_id).where(
        line.instance_id == step.instance.id,
        line.seq > (step.session.scalar(own) or 0),
        line.event == "left",
        line.actor.is_not(None),
    )
    names = (name or activity for name, activity in step.session.execute(after.order_by(line.seq)))
    moved = "、".join(dict.fromkeys(names))
    if not moved:
        return Conflict("The case has moved on since.")
    return Conflict(Text("The case has moved on since: {what}.", what=moved))


def _obstacle(step: Step, progress: Progress) -> str | None:
    """Return what the step did that nobody can undo, None where there is nothing."""
    if step.done_for_good:
        return "、".join(step.done_for_good)
    if step.stored is not None and step.stored["buffered_messages"] != step.instance.buffered_messages:
        return "message"
    sent: Iterable[Any] = (effect["kind"] for effect in step.effects if effect["kind"] not in NOTICES)
    return next(iter([*sent, *(each.name for each in progress.sent)]), None)


@cache
def _keep(dialect: str) -> Prepared:
    """Return what puts a last answer in the place of the one before it."""
    statement = upsert_of(dialect, table_of(LastAnswer))
    others = {column.name: column for column in statement.excluded if not column.primary_key}
    return Prepared(statement.on_conflict_do_update(index_elements=["instance_id"], set_=others))


def _facts_so_far(step: Step) -> int:
    query = select(func.max(CaseFact.seq)).where(CaseFact.instance_id == step.instance.id)
    return step.session.scalar(query) or 0


def _hash(snapshot: bytes) -> str:
    return hashlib.sha256(snapshot).hexdigest()
