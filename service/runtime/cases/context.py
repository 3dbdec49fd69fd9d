"""What a decision rests on: the case in short, what changed since one last signed, why it came here, what
others said, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.engine.drawing import Container, Element
from service.engine.drawing.kinds import PEOPLE
from service.errors import NotFound
from service.feel.schema import PLACE, Component, value_at, walk
from service.runtime.cases import dossier, evaluations, facts
from service.runtime.cases.views import ChangeView, ContextView, NextView, SignedView, WhyView
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.runtime.step.submissions import of_case
from service.runtime.tasks import answering, user_tasks
from service.runtime.tasks.recalling import signed_before
from service.runtime.tasks.views import TaskView
from service.store import task_list
from service.store.models import TASKS, ProcessInstance, Submission, TaskRow


def of_task(app: Application, actor: Actor, task_id: str) -> ContextView:
    """Return what a task is decided on. NotFound unless the actor may read the task."""
    task = user_tasks.get(app, actor, task_id)
    with app.db.read() as session:
        instance = require_visible(app, session, actor, task.instance_id)
        case = facts.of_case(app, session, instance)
    since, changed = changes(app, actor, task_id)
    return ContextView(
        summary=case.facts,
        since=since,
        changes=changed,
        why=_why(app, actor, task.instance_id),
        opinions=dossier.dossier(app, actor, task.instance_id).opinions,
        next=ahead(app, actor, task),
    )


def ahead(app: Application, actor: Actor, task: TaskView) -> tuple[NextView, ...]:
    """Return the tasks that people may be asked to do after this one. NotFound unless its case is seen."""
    with app.db.read() as session:
        instance = require_visible(app, session, actor, task.instance_id)
        model = app.model(instance.deployment_id, session=session)
    return _next(model, instance.definition, task.activity_path)


def changes(app: Application, actor: Actor, task_id: str) -> tuple[SignedView | None, tuple[ChangeView, ...]]:
    """Return who last signed a task of the same activity, and what its form shows otherwise since.

    None where nobody has, and for tasks that conclude nothing: they are answered anew each time. NotFound
    unless the actor sees the case.
    """
    with app.db.read() as session:
        task = next(iter(task_list.rows(session, select(TASKS).where(TASKS.c.id == task_id))), None)
        if task is None:
            raise NotFound(task=task_id)
        instance = require_visible(app, session, actor, task.instance_id)
        model = app.model(instance.deployment_id, session=session)
        is_signed = bool(model.marked(task.form).conclusions)
        before = signed_before(session, instance.business_key, task, actor.name) if is_signed else None
        if before is None:
            return None, ()
        later = _handed_in_since(session, instance, before)
    changed = _changes(answering.schema_of(model, task.form), before, task, later)
    return SignedView(before.completed_by, before.completed_at), tuple(changed)


def _handed_in_since(session: Session, instance: ProcessInstance, before: TaskRow) -> Sequence[Submission]:
    """Return what was handed in for the case after a task was answered, the newest first."""
    answered = select(Submission.seq).where(Submission.task_id == before.id).scalar_subquery()
    query = select(Submission).where(of_case(instance), Submission.seq > answered)
    return session.scalars(query.order_by(Submission.seq.desc())).all()


def _changes(
    schema: Mapping[str, Any], before: TaskRow, task: TaskRow, later: Sequence[Submission]
) -> Iterator[ChangeView]:
    """Yield what the form of a task shows and showed otherwise when it was last signed."""
    for part in _shown(schema):
        was, now = value_at(before.inputs, _path(part)), value_at(task.inputs, _path(part))
        if was == now:
            continue
        source = next((each for each in later if value_at(each.answers, _path(part)) == now), None)
        if part.is_list and isinstance(was, Sequence) and isinstance(now, Sequence):
            yield from _changed_rows(part, was, now, source)
        else:
            yield _change(part, part.label, _path(part), was, now, source)


def _changed_rows(
    part: Component, was: Sequence[Any], now: Sequence[Any], source: Submission | None
) -> Iterator[ChangeView]:
    """Yield the cells of a list that changed; a row that is new or gone as a whole, where it stands."""
    cells = [each for each in _shown(part.raw) if each.key]
    for index in range(max(len(was), len(now))):
        old, new = (rows[index] if index < len(rows) else None for rows in (was, now))
        place = f"{part.path}[{index}]"
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            yield _change(part, part.label, place, old, new, source, row=index + 1)
            continue
        for cell in cells:
            values = value_at(old, cell.path), value_at(new, cell.path)
            if values[0] != values[1]:
                yield _change(cell, part.label, f"{place}.{cell.path}", *values, source, row=index + 1)


def _change(
    part: Component,
    section: str,
    field: str,
    before: Any,
    after: Any,
    source: Submission | None,
    *,
    row: int | None = None,
) -> ChangeView:
    by, at = (source.author, source.submitted_at) if source is not None else (None, None)
    around = next((each.label for each in reversed(part.around) if each.label), "")
    return ChangeView(
        section=section if row is not None else around or section,
        field=field,
        label=_label(part),
        row=row,
        before=before,
        after=after,
        by=by,
        at=at,
        part=part,
    )


def _shown(holder: Mapping[str, Any]) -> list[Component]:
    """Return the components of a form, or of a list's rows, that show a value under some words."""
    own = (each for each in walk(holder) if each.rows_of is None and each.type != "group")
    return [each for each in own if _label(each) and _path(each)]


def _path(part: Component) -> str:
    """Return where the value of a component stands: its answer's, or that of the one value in its text."""
    if part.type != "text":
        return part.path
    place = PLACE.search(str(part.raw.get("text", "")))
    return place["path"] if place is not None else ""


def _label(part: Component) -> str:
    if part.type != "text":
        return part.label
    words = str(part.raw.get("text", ""))
    return words.split("{{")[0].replace("*", "").strip(" \n：:#")


def _why(app: Application, actor: Actor, instance_id: str) -> tuple[WhyView, ...]:
    """Return what each decision table last said in the case, as far as it holds."""
    made = {
        each.decision: each
        for each in evaluations.of_instance(app, actor, instance_id)
        if not each.is_proposed
    }
    return tuple(
        WhyView(
            decision=each.decision,
            name=each.name,
            rule=next((rule.index for rule in each.rules if rule.counts), None),
            annotation=next((rule.annotation for rule in each.rules if rule.counts), ""),
            inputs={given.name: given.value for given in each.inputs},
            outputs=each.outputs,
            at=each.at,
        )
        for each in made.values()
    )


def _next(model: Model, root: str, path: str) -> tuple[NextView, ...]:
    """Return the tasks that people may be asked to do next, as the drawing has it."""
    around = [model.process(root).body]
    *hosts, last = (step.split("[")[0] for step in path.split("/"))
    for host in hosts:
        inside = _inside(model, around[-1].elements[host])
        if inside is None:
            return ()
        around.append(inside)
    found: dict[str, NextView] = {}
    seen: set[tuple[str, str]] = set()
    for depth, place in zip(range(len(around) - 1, -1, -1), (last, *reversed(hosts)), strict=True):
        element = around[depth].elements.get(place)
        waiting = [(around[depth], each) for each in _following(around[depth], element)]
        is_over = _walk(model, waiting, found, seen)
        if not is_over:
            break
    return tuple(found.values())


def _walk(
    model: Model,
    waiting: list[tuple[Container, Element]],
    found: dict[str, NextView],
    seen: set[tuple[str, str]],
) -> bool:
    """Collect the tasks of people that stand first on the ways ahead; say whether one leads to the end."""
    is_over, outermost = False, {container.key for container, _ in waiting}
    while waiting:
        container, element = waiting.pop(0)
        if (container.key, element.id) in seen:
            continue
        seen.add((container.key, element.id))
        inside = _inside(model, element)
        if element.kind in PEOPLE:
            found.setdefault(element.id, NextView(element.id, element.title))
        elif inside is not None and inside.start is not None:
            waiting.append((inside, inside.start))
        elif element.kind == "endEvent":
            is_over = is_over or container.key in outermost
        else:
            waiting += [(container, each) for each in _following(container, element)]
    return is_over or not outermost


def _following(container: Container, element: Element | None) -> list[Element]:
    return [container.elements[flow.target] for flow in element.outgoing] if element else []


def _inside(model: Model, element: Element) -> Container | None:
    """Return what runs inside an element: of a call, the body of what it calls."""
    called = model.processes.get(element.called or "")
    return element.inner if called is None else called.body
