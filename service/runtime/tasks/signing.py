"""Added signers (加签): asked before the holder of a task concludes, after it, or beside.

Each has a task of their own, with a small answer. What the holder concludes is held until those beside and
after have signed; whoever is against it sends the task back to its holder, who must conclude again. The
engine knows nothing of it: the task's token moves on with the conclusion that nobody is against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from service.engine.definition import Model
from service.engine.v0_1 import CONCLUSIONS
from service.errors import Conflict, FieldError, InvalidInput
from service.runtime.step.step import Step
from service.runtime.step.submissions import content_hash
from service.runtime.tasks import answering, rights, rows, takers, telling
from service.runtime.tasks.action import Deed
from service.runtime.tasks.answering import Answered
from service.runtime.tasks.closing import closed, finished
from service.runtime.tasks.seen import AFTER, BEFORE, BESIDE, SIGNER, UNSIGNED, WAITING, Seen, signers_of
from service.store.models import TASKS, Draft, TaskRow, new_id
from service.wording import Text

MODES = (BEFORE, AFTER, BESIDE)


def schema_of(model: Model, task: TaskRow) -> Mapping[str, Any] | None:
    """Return the form of a task: that of the drawing, a signer's own, or None."""
    if task.kind == SIGNER:
        return _form(model)
    return answering.schema_of(model, task.form) if task.form else None


def waits_for_others(seen: Seen) -> Conflict | None:
    """Return why its holder cannot conclude a task yet."""
    if any(each.added_as == BEFORE and each.state == "open" for each in seen.signers):
        return Conflict("Signers were added before you: the task waits for them.")
    return None


def add(step: Step, seen: Seen, users: Iterable[str], mode: str) -> tuple[str, ...]:
    """Open a task for each of these people. InvalidInput for whoever cannot, or is asked to sign already."""
    people = {f"users[{index}]": name for index, name in enumerate(users)}
    if not people:
        raise InvalidInput(errors=[FieldError("users", Text("Name somebody."))])
    takers.require_free(step, seen.task, people)
    asked = {each.assignee for each in seen.unsigned}
    if again := [path for path, name in people.items() if name in asked]:
        wrong = Text("This person has been added already.")
        raise InvalidInput(errors=[FieldError(path, wrong) for path in again])
    names = tuple(dict.fromkeys(people.values()))
    for name in names:
        rows.add(step, _task_of(step, seen.task, name, mode))
    return names


def sign(step: Step, seen: Seen, answers: Mapping[str, Any], stood_for: str | None) -> Deed:
    """Sign as somebody who was added; what the holder concluded goes on with the last one, or comes back."""
    conclusion, opinion = str(answers["conclusion"]), str(answers["opinion"])
    answered = {"conclusion": conclusion, "opinion": opinion}
    parent = _locked(step, seen.task.parent_task_id or "")
    others = signers_of(step.session, [parent.id])[parent.id]
    left = [each for each in others if each.state in UNSIGNED and each.id != seen.task.id]
    is_against = conclusion == _words(step.model)[1]
    said = f"{telling.acting(step, stood_for)}：{conclusion}，{opinion}"
    words = Text("{who}: {conclusion}, {opinion}", who=telling.who(step, stood_for), **answered)
    telling.signed(step, parent, words, comes_back=is_against and parent.held is not None)
    telling.mentioned(step, parent, opinion, step.actor.name)
    if parent.held is not None and (is_against or (not left and _is_barred(step, parent))):
        _come_back(step, parent, left)
    elif parent.held is not None and not left:
        _conclude(step, parent)
    else:
        rows.change(step, parent, {})
    return Deed(
        {**closed(step, stood_for, conclusion), "opinion": opinion},
        event="signed",
        note=said,
        audit="task.signed",
        facts={
            "on_behalf_of": stood_for,
            "conclusion": conclusion,
            "opinion": opinion,
            "added_to": parent.id,
        },
    )


def hold(step: Step, seen: Seen, given: Answered) -> Deed:
    """Keep what the holder has concluded until the added signers have signed, and ask those after them."""
    for each in seen.unsigned:
        if each.state == WAITING:
            _ask(step, seen.task, each)
    held = {**vars(given), "at": step.now}
    return Deed(
        {"held": held},
        event="concluded",
        note=given.conclusion,
        audit="task.concluded",
        facts={
            "on_behalf_of": given.on_behalf_of,
            "content_hash": content_hash(dict(given.answers)),
            "waits_for": [each.assignee for each in seen.unsigned],
        },
    )


def let_go(step: Step, seen: Seen) -> dict[str, Any]:
    """Return the columns of a concluded task whose last signer was taken away: it moves on."""
    held = seen.task.held
    return {} if held is None else finished(step, seen.task, _given(held))


def take_back(step: Step, task: TaskRow, unsigned: Iterable[TaskRow]) -> dict[str, Any]:
    """Return the columns of a task that its holder has to conclude again; their answers are their draft."""
    held = task.held or {}
    for each in unsigned:
        if each.added_as == AFTER and each.state == "open":
            # What they are to sign is what the holder concludes next.
            rows.change(step, each, {"state": WAITING})
    answering.keep_draft(step.session, held["by"], task.id, held["answers"], step.now)
    return {"held": None}


def _come_back(step: Step, parent: TaskRow, unsigned: Iterable[TaskRow]) -> None:
    rows.change(step, parent, take_back(step, parent, unsigned))
    step.line("came_back", None, **rows.place_of(parent))


def _conclude(step: Step, parent: TaskRow) -> None:
    """Move on with what was held: nobody is against it."""
    given = _given(parent.held or {})
    rows.change(step, parent, finished(step, parent, given))
    step.closed_task_ids.append(parent.id)
    if (draft := step.session.get(Draft, (parent.id, given.by))) is not None:
        step.session.delete(draft)


def _given(held: Mapping[str, Any]) -> Answered:
    return Answered(**{name: value for name, value in held.items() if name != "at"})


def _is_barred(step: Step, parent: TaskRow) -> bool:
    """Say whether four eyes keep away by now whoever has concluded."""
    held = parent.held or {}
    return not {held["by"], held["on_behalf_of"]}.isdisjoint(rights.barred_now(step.session, parent))


def _locked(step: Step, task_id: str) -> TaskRow:
    """Return a task as it is under the lock of its case."""
    found = step.session.execute(select(TASKS).where(TASKS.c.id == task_id)).one()
    return TaskRow(*found)


def _task_of(step: Step, task: TaskRow, user: str, mode: str) -> TaskRow:
    return TaskRow(
        id=new_id(),
        instance_id=task.instance_id,
        token_id=task.token_id,
        activity_id=task.activity_id,
        activity_path=task.activity_path,
        definition=task.definition,
        name=task.name,
        opened_at=step.now,
        state=WAITING if mode == AFTER else "open",
        kind=SIGNER,
        assignee=user,
        barred_users=task.barred_users,
        parent_task_id=task.id,
        added_as=mode,
        element_index=task.element_index,
        element_value=task.element_value,
        due_at=task.due_at,
        due_order=task.due_order,
    )


def _ask(step: Step, task: TaskRow, signer: TaskRow) -> None:
    rows.change(step, signer, {"state": "open", "opened_at": step.now})
    telling.asked_to_sign(step, task, signer.assignee or "")


def _form(model: Model) -> Mapping[str, Any]:
    """Return the small form of a signer: for or against, and an opinion."""
    words = _words(model)
    return {
        "type": "default",
        "components": [
            {
                "type": "radio",
                "id": "signer_conclusion",
                "key": "conclusion",
                "label": "结论",
                "values": [{"label": word, "value": word} for word in words],
                "validate": {"required": True},
            },
            {
                "type": "textarea",
                "id": "signer_opinion",
                "key": "opinion",
                "label": "意见",
                "properties": {"role": "opinion"},
                "validate": {"required": True, "maxLength": 2000},
            },
        ],
    }


def _words(model: Model) -> tuple[str, str]:
    """Return the company's first words for yes and for no."""
    tones = [*model.organisation.conclusions.items(), *CONCLUSIONS.items()]
    yes, no = (next(word for word, tone in tones if tone == wanted) for wanted in ("good", "bad"))
    return yes, no
