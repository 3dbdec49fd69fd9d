"""What the pages about one case share: its dossier as blocks, its timeline, its drawings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.runtime.cases import instances
from service.runtime.cases.views import (
    AttachmentRef,
    DiagramView,
    DossierView,
    InstanceSummary,
    InstanceView,
    SubmissionView,
)
from service.runtime.tasks import user_tasks
from service.runtime.tasks.views import TaskView
from service.web import case_head, decision_words, diagrams, people, waivers
from service.web.asking import application, calendar, me
from service.web.formatting import Due, due
from service.web.labels import localized
from service.web.present import Block, present
from service.web.timeline import timeline

MANY = 200
TOLD = ("people", "timer", "incident")
"""What a case waits for and everybody understands; the rest is for who looks into how it works."""


@dataclass(frozen=True)
class ShownSubmission:
    """A submission and the blocks that show it; `files` names what its answers point to.

    `is_proposal`: a change says so that has not been applied.
    """

    submission: SubmissionView
    blocks: tuple[Block, ...]
    files: dict[str, AttachmentRef]
    is_proposal: bool = False


@dataclass(frozen=True)
class ShownSection:
    """A form of the dossier: the answers in force, or one set per person asked; and the other ones."""

    form: str
    title: str
    current: tuple[ShownSubmission, ...]
    earlier: tuple[ShownSubmission, ...]


def case_context(instance_id: str, record: DossierView, *, focus: TaskView | None = None) -> dict[str, Any]:
    """Return what the templates of a case need, besides the dossier itself."""
    app, actor = application(), me()
    case = instances.get(app, actor, instance_id)
    history = instances.history(app, actor, instance_id)
    decided = decision_words.of_instance(instance_id)
    open_tasks = user_tasks.find(app, actor, instance=instance_id, limit=MANY).items
    views = instances.diagram_state(app, actor, instance_id)
    related = _related(case)
    related_tasks = _tasks_of(related)
    waiting = [*open_tasks, *(task for tasks in related_tasks.values() for task in tasks)]
    candidates = (name for task in waiting for name in task.candidate_users)
    holding = (task.assignee for task in waiting)
    people.remember((case.applicant, *holding, *candidates, *(line.by for line in history)))
    waits = instances.waiting(app, actor, instance_id)
    suspension = instances.suspension(app, actor, instance_id)
    people.remember([suspension.by if suspension else None])
    return {
        "case": case,
        "suspension": suspension,
        "waivers": waivers.of_case(instance_id),
        "head": case_head.of(case.business_key),
        "waits": waits,
        "told_waits": [each for each in waits if each.kind in TOLD] or list(waits),
        "related": related,
        "related_tasks": related_tasks,
        "sections": sections(record),
        "timeline": timeline(record, history, open_tasks, decided),
        "decided": decided,
        "open_tasks": open_tasks,
        "history": history,
        "files": _files(record),
        "drawings": diagrams.of_instance(
            instance_id, views, _names(case.deployment_id), _focus_path(focus, views)
        ),
    }


def task_due(task: TaskView) -> Due | None:
    """Return the deadline of an open task as text."""
    if task.state != "open" or task.due_at is None:
        return None
    return due(task.due_at, application().clock(), calendar())


def sections(record: DossierView) -> tuple[ShownSection, ...]:
    """Return the dossier by form, in the order in which the forms were first handed in."""
    submissions = [each for section in record.sections for each in section.submissions]
    people.remember(name for each in submissions for name in (each.by, each.on_behalf_of))
    return tuple(_section(section.form, section.title, section.submissions) for section in record.sections)


def _section(form: str, title: str, submissions: tuple[SubmissionView, ...]) -> ShownSection:
    """Split submissions into those that count and the others: per person asked where several were.

    Beside answers in force those of a change not yet applied are proposals; where none are in force (daily
    reports, say) the last ones are simply the present ones.
    """
    in_force = [each for each in submissions if each.in_force]
    last: dict[str, SubmissionView] = {}
    for each in in_force or submissions:
        last[str(each.element.value) if each.element else ""] = each
    current = tuple(_shown(each) for each in submissions if each in last.values())
    others = (each for each in reversed(submissions) if each not in last.values())
    earlier = tuple(_shown(each, is_proposal=bool(in_force) and not each.in_force) for each in others)
    return ShownSection(form, title, current, earlier)


def _shown(submission: SubmissionView, *, is_proposal: bool = False) -> ShownSubmission:
    files = {file.id: file for file in submission.attachments}
    schema = localized(submission.schema, submission.deployment_id)
    return ShownSubmission(submission, present(schema, submission.data), files, is_proposal)


def _related(case: InstanceView) -> tuple[InstanceSummary, ...]:
    """Return the other cases of the same campaign, the running ones first, then the rarer kind.

    A dozen daily reports must not hide the one change order.
    """
    if not case.business_key:
        return ()
    found = instances.find(application(), me(), business_key=case.business_key, limit=MANY).items
    others = [each for each in found if each.id != case.id]
    kinds = Counter(each.definition for each in others)
    running = ("active", "suspended")
    return tuple(sorted(others, key=lambda each: (each.state not in running, kinds[each.definition])))


def _tasks_of(cases: Sequence[InstanceSummary]) -> dict[str, list[TaskView]]:
    """Return the open tasks of these cases of one campaign, by case."""
    found: dict[str, list[TaskView]] = {each.id: [] for each in cases}
    if any(each.waits_for for each in cases):
        page = user_tasks.find(application(), me(), business_key=cases[0].business_key, limit=MANY)
        for task in page.items:
            if task.instance_id in found:
                found[task.instance_id].append(task)
    return found


def _files(record: DossierView) -> list[tuple[AttachmentRef, SubmissionView]]:
    """Return every file of the dossier once, newest first, with the answers that brought it."""
    found: dict[str, tuple[AttachmentRef, SubmissionView]] = {}
    for section in record.sections:
        for submission in section.submissions:
            for file in submission.attachments:
                found.setdefault(file.id, (file, submission))
    return sorted(found.values(), key=lambda pair: pair[1].at, reverse=True)


def _names(deployment_id: str | None) -> dict[str, str]:
    if deployment_id is None:
        return {}
    model = application().model(deployment_id)
    return {key: info.name for key, info in model.processes.items()}


def _focus_path(task: TaskView | None, views: Sequence[DiagramView]) -> str:
    """Return the path of the drawing to open first: the one a task stands in, else the root."""
    place = task.activity_path.rpartition("/")[0] if task else ""
    return next((view.path for view in views if place in view.places), "")
