"""What people are told of when others do something with a task, and how the record names them."""

from __future__ import annotations

from collections.abc import Iterable

from service.engine.organisation import COMMENT, TASK
from service.runtime import identity
from service.runtime.identity import mentions
from service.runtime.step.news import Audience, News
from service.runtime.step.step import Step
from service.store.models import TaskRow
from service.wording import Text

_TURNS = {
    "before": Text("before them"),
    "beside": Text("at the same time"),
    "after": Text("once they have done it"),
}


def transferred(step: Step, task: TaskRow, to: str, reason: str, stood_for: str | None) -> None:
    """Tell whoever holds the task from now on, and whoever held it while somebody else gave it away."""
    about = {**_about(step, task, stood_for), "reason": reason}
    subject = Text("Handed over: {task}", task=task.name)
    tell(step, task, [to], subject, Text("{who} has handed “{task}” over to you: {reason}", **about))
    text = Text("{who} has handed your “{task}” over to {to}: {reason}", to=shown(step, [to]), **about)
    tell(step, task, filter(None, [task.assignee]), subject, text)


def delegated(step: Step, task: TaskRow, to: str, reason: str, stood_for: str | None) -> None:
    """Tell whoever the task is lent to."""
    text = Text(
        "{who} asks you to prepare “{task}”: say what you think and give it back. {reason}",
        **_about(step, task, stood_for),
        reason=reason,
    )
    tell(step, task, [to], Text("Lent to you: {task}", task=task.name), text)


def resolved(step: Step, task: TaskRow, opinion: str, stood_for: str | None) -> None:
    """Tell the owner that the task is back."""
    text = Text(
        "{who} has given back “{task}”, which you lent: please decide. Opinion: {opinion}",
        **_about(step, task, stood_for),
        opinion=opinion,
    )
    tell(step, task, filter(None, [task.lender]), Text("Given back: {task}", task=task.name), text)


def taken_back(step: Step, task: TaskRow) -> None:
    """Tell whoever it was lent to that there is nothing to do any more."""
    text = Text(
        "{who} has taken back “{task}”, which was lent to you: nothing is left to do.", **_about(step, task)
    )
    tell(step, task, filter(None, [task.assignee]), Text("Taken back: {task}", task=task.name), text)


def added(step: Step, task: TaskRow, people: Iterable[str], mode: str, reason: str) -> None:
    """Tell whoever was added that they are asked to sign, or will be."""
    about = {**_about(step, task), "when": _TURNS[mode], "reason": reason}
    text = Text("{who} asks you to sign “{task}” too, {when}: {reason}", **about)
    tell(step, task, people, Text("Please sign: {task}", task=task.name), text)


def asked_to_sign(step: Step, task: TaskRow, signer: str) -> None:
    """Tell a signer who comes after the holder that it is their turn."""
    text = Text("{who} has done “{task}”: please sign.", **_about(step, task))
    tell(step, task, [signer], Text("Please sign: {task}", task=task.name), text)


def signed(step: Step, task: TaskRow, said: str, *, comes_back: bool) -> None:
    """Tell the holder what a signer said, and whether they must conclude again."""
    again = (
        Text("{said} The task is back with you: please conclude again.", said=said) if comes_back else said
    )
    tell(step, task, filter(None, [task.assignee]), Text("Signed: {task}", task=task.name), again)


def withdrawn(step: Step, task: TaskRow, reason: str) -> None:
    """Tell whom a task was offered to that it is gone: the answer it followed was taken back."""
    text = Text(
        "{who} has taken back the step before, so “{task}” need not be done for now: {reason}",
        **_about(step, task),
        reason=reason,
    )
    subject = Text("Answer taken back: {task}", task=task.name)
    tell(step, task, holders(step, task), subject, text, leads_to_task=False)


def removed(step: Step, task: TaskRow, people: Iterable[str]) -> None:
    """Tell a signer that they need not sign."""
    text = Text("{who} no longer asks you to sign “{task}”: nothing is left to do.", **_about(step, task))
    tell(step, task, people, Text("Need not be signed: {task}", task=task.name), text, leads_to_task=False)


def urged(step: Step, task: TaskRow, holders: Iterable[str], note: str) -> None:
    """Tell whoever is to do the task that somebody waits for it."""
    text = Text("{who} asks you to do “{task}” soon.{note}", **_about(step, task), note=note)
    tell(step, task, holders, Text("Reminder: {task}", task=task.name), text, kind="remind")


def copied(step: Step, task: TaskRow, people: Iterable[str], note: str) -> None:
    """Tell whoever was sent a copy. It leads to the case, which is theirs to read."""
    about = step.instance.title or step.case
    text = Text(
        "{who} sends you a copy of “{about}” ({task}).{note}", **_about(step, task), about=about, note=note
    )
    tell(step, task, people, Text("Copy: {about}", about=about), text, kind="copy", leads_to_task=False)


def mentioned(step: Step, task: TaskRow, said: str | None, by: str) -> None:
    """Tell whom an opinion names by @ what it says. It leads to the case, which they may read then."""
    people = mentions.mentioned(step.session, said or "")
    if people and said:
        subject = Text("{who} mentions you: {task}", who=shown(step, [by]), task=task.name)
        step.tell(News(COMMENT, subject, said, (Audience("", users=people, opens=True),)))


def holders(step: Step, task: TaskRow) -> tuple[str, ...]:
    """Return who is to do a task now: its holder, else everybody who may take it."""
    if task.assignee:
        return identity.able(step.session, [task.assignee], without=task.barred_users)
    members = (name for group in task.candidate_groups for name in identity.members(step.session, group))
    return identity.able(step.session, [*task.candidate_users, *members], without=task.barred_users)


def tell(
    step: Step,
    task: TaskRow,
    people: Iterable[str],
    subject: str,
    text: str,
    *,
    kind: str = TASK,
    leads_to_task: bool = True,
) -> None:
    """Tell these people something about a task, but for whoever acts."""
    audience = Audience("", users=tuple(dict.fromkeys(people)))
    step.tell(News(kind, subject, text, (audience,), task_id=task.id if leads_to_task else None))


def who(step: Step, stood_for: str | None = None) -> str:
    """Return how a notice calls whoever acts: with the person they stand in for."""
    name = step.actor.display_name
    return (
        name if stood_for is None else Text("{who} (for {other})", who=name, other=shown(step, [stood_for]))
    )


def _about(step: Step, task: TaskRow, stood_for: str | None = None) -> dict[str, str]:
    return {"who": who(step, stood_for), "task": task.name}


def acting(step: Step, stood_for: str | None = None) -> str:
    """Return how the record calls whoever acts: with the person they stand in for."""
    if stood_for is None:
        return step.actor.display_name
    return f"{step.actor.display_name}（代{shown(step, [stood_for])}）"


def handing(
    step: Step, to: str, *, frm: str | None = None, stood_for: str | None = None, why: str = ""
) -> str:
    """Return the note of a line of the record: from whom to whom a task went, and why."""
    giver = acting(step, stood_for) if frm is None else shown(step, [frm])
    way = f"{giver} → {shown(step, [to])}"
    return f"{way}：{why}" if why else way


def urging(step: Step, people: Iterable[str], note: str) -> str:
    """Return the note of a line of the record: who was told, and what was said with it."""
    return f"{shown(step, people)}：{note}" if note else shown(step, people)


def shown(step: Step, people: Iterable[str]) -> str:
    """Return how people are called, in one text."""
    return "、".join(identity.display_names(step.session, people).values())
