"""What people are told of when others do something with a task, and how the record names them.

Sentences are in the language of the company, as every notice is.
"""

from __future__ import annotations

from collections.abc import Iterable

from service.engine.organisation import TASK
from service.runtime import identity
from service.runtime.step.news import Audience, News
from service.runtime.step.step import Step
from service.store.models import TaskRow


def transferred(step: Step, task: TaskRow, to: str, reason: str, stood_for: str | None) -> None:
    """Tell whoever holds the task from now on, and whoever held it while somebody else gave it away."""
    who = acting(step, stood_for)
    tell(step, task, [to], f"转办：{task.name}", f"{who}将“{task.name}”转交您办理：{reason}")
    text = f"{who}已将您的“{task.name}”转交{shown(step, [to])}办理：{reason}"
    tell(step, task, filter(None, [task.assignee]), f"转办：{task.name}", text)


def delegated(step: Step, task: TaskRow, to: str, reason: str, stood_for: str | None) -> None:
    """Tell whoever the task is lent to."""
    text = f"{acting(step, stood_for)}委派您准备“{task.name}”，请给出意见后交回：{reason}"
    tell(step, task, [to], f"委派：{task.name}", text)


def resolved(step: Step, task: TaskRow, opinion: str, stood_for: str | None) -> None:
    """Tell the owner that the task is back."""
    text = f"{acting(step, stood_for)}已交回您委派的“{task.name}”，请您决定。意见：{opinion}"
    tell(step, task, filter(None, [task.lender]), f"委派已交回：{task.name}", text)


def taken_back(step: Step, task: TaskRow) -> None:
    """Tell whoever it was lent to that there is nothing to do any more."""
    text = f"{acting(step)}已收回委派给您的“{task.name}”，无需再处理。"
    tell(step, task, filter(None, [task.assignee]), f"委派已收回：{task.name}", text)


def added(step: Step, task: TaskRow, people: Iterable[str], mode: str, reason: str) -> None:
    """Tell whoever was added that they are asked to sign, or will be."""
    when = {"before": "请先于其签署", "beside": "请与其同时签署", "after": "在其办理后请您签署"}[mode]
    text = f"{acting(step)}请您加签“{task.name}”，{when}：{reason}"
    tell(step, task, people, f"加签：{task.name}", text)


def asked_to_sign(step: Step, task: TaskRow, signer: str) -> None:
    """Tell a signer who comes after the holder that it is their turn."""
    tell(step, task, [signer], f"加签：{task.name}", f"{acting(step)}已办理“{task.name}”，请您签署。")


def signed(step: Step, task: TaskRow, said: str, *, comes_back: bool) -> None:
    """Tell the holder what a signer said, and whether they must conclude again."""
    again = "任务已回到您处，请重新作出结论。" if comes_back else ""
    tell(step, task, filter(None, [task.assignee]), f"加签意见：{task.name}", f"{said}{again}")


def withdrawn(step: Step, task: TaskRow, reason: str) -> None:
    """Tell whom a task was offered to that it is gone: the answer it followed was taken back."""
    text = f"{acting(step)}已撤回上一步的办理，“{task.name}”暂无需处理：{reason}"
    tell(step, task, holders(step, task), f"撤回：{task.name}", text, leads_to_task=False)


def removed(step: Step, task: TaskRow, people: Iterable[str]) -> None:
    """Tell a signer that they need not sign."""
    text = f"{acting(step)}已取消您对“{task.name}”的加签，无需再处理。"
    tell(step, task, people, f"减签：{task.name}", text, leads_to_task=False)


def urged(step: Step, task: TaskRow, holders: Iterable[str], note: str) -> None:
    """Tell whoever is to do the task that somebody waits for it."""
    text = f"{acting(step)}提醒您尽快办理“{task.name}”。{note}"
    tell(step, task, holders, f"催办：{task.name}", text, kind="remind")


def copied(step: Step, task: TaskRow, people: Iterable[str], note: str) -> None:
    """Tell whoever was sent a copy. It leads to the case, which is theirs to read."""
    about = step.instance.title or step.case
    text = f"{acting(step)}将“{about}”抄送给您（{task.name}）。{note}"
    tell(step, task, people, f"抄送：{about}", text, kind="copy", leads_to_task=False)


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
