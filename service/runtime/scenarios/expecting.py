"""Compares what a scenario expects with what is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.scenarios.reading import ScenarioError, Step
from service.runtime.scenarios.scene import Scene
from service.runtime.step.context import SYSTEM
from service.settings import ZONE
from service.store.models import ActivityHistory, Notification


def compare(scene: Scene, step: Step) -> None:
    """Raise one ScenarioError with everything that is not as the step expects, each with its line.

    Without 异常 no incident may be open.
    """
    wanted = {"异常": [], **step.value}
    wrong = [
        (step.value.line_of(key), message)
        for key, value in wanted.items()
        for message in _CHECKS[key](scene, step, value)
    ]
    if wrong:
        text = "\n".join([wrong[0][1], *(f"  {step.file}:{line}: {message}" for line, message in wrong[1:])])
        raise ScenarioError(text, file=step.file, line=wrong[0][0])


def visits(scene: Scene, step: Step) -> Counter[str]:
    """Return how often each activity of the case was entered; a multi-instance one counts once for all."""
    ids = [row.id for row in scene.instances(step)]
    with scene.world.app.db.read() as session:
        query = select(ActivityHistory.activity_id, ActivityHistory.flow).where(
            ActivityHistory.instance_id.in_(ids), ActivityHistory.event == "entered"
        )
        rows = session.execute(query).all()
    # The elements of a multi-instance activity are entered by no flow, start and boundary events neither.
    by_flow = Counter(activity for activity, flow in rows if flow)
    return Counter(activity for activity, flow in rows if flow or activity not in by_flow)


def _open(scene: Scene, step: Step) -> Counter[str]:
    return Counter(task.activity_id for task in scene.tasks(step))


def _counted(wanted: Any) -> Counter[str]:
    """Return `[a, b, b]` or `{a: 1, b: 2}` as counts."""
    return Counter(wanted if isinstance(wanted, Mapping) else list(wanted or []))


def _tasks(scene: Scene, step: Step, wanted: Any) -> Iterator[str]:
    if _open(scene, step) != _counted(wanted):
        yield f"待办: expected {_listed(_counted(wanted))}, open are {scene.shown_tasks(step)}."


def _has_tasks(scene: Scene, step: Step, wanted: Any) -> Iterator[str]:
    missing = _counted(wanted) - _open(scene, step)
    if missing:
        yield f"有待办: {_listed(missing)} should be open, open are {scene.shown_tasks(step)}."


def _no_tasks(scene: Scene, step: Step, wanted: Any) -> Iterator[str]:
    unwanted = _counted(wanted) & _open(scene, step)
    if unwanted:
        yield f"无待办: {_listed(unwanted)} should not be open."


def _visited(scene: Scene, step: Step, wanted: Any) -> Iterator[str]:
    found = visits(scene, step)
    for activity, times in _counted(wanted).items():
        if isinstance(wanted, Mapping) and found[activity] != times:
            yield f"经过: {activity} was entered {found[activity]} times, expected {times}."
        elif not found[activity]:
            yield f"经过: {activity} was never entered."


def _not_visited(scene: Scene, step: Step, wanted: Any) -> Iterator[str]:
    found = visits(scene, step)
    for activity in wanted or []:
        if found[activity]:
            yield f"未经过: {activity} was entered {found[activity]} times."


def _ended(scene: Scene, step: Step, wanted: Any) -> Iterator[str]:
    found, states = visits(scene, step), [row.state for row in scene.instances(step)]
    for end in [wanted] if isinstance(wanted, str) else wanted:
        if not found[end]:
            yield f"结束: {end} was not reached; open are {scene.shown_tasks(step)}."
    if "completed" not in states:
        yield f"结束: no process of the case is completed; open are {scene.shown_tasks(step)}."


def _state(scene: Scene, step: Step, wanted: Any) -> Iterator[str]:
    for key, state in ({"campaign_approval": wanted} if isinstance(wanted, str) else wanted).items():
        states = [row.state for row in scene.instances(step) if row.definition == key]
        if not states or states[-1] != state:
            yield f"状态: {key} is {states[-1] if states else 'not started'}, expected {state}."


def _incidents(scene: Scene, step: Step, wanted: Any) -> Iterator[str]:
    found = {
        incident.activity_id: incident.message
        for row in scene.instances(step)
        for incident in instances.get(scene.world.app, SYSTEM, row.id).incidents
    }
    if set(found) != set(wanted or []):
        shown = "; ".join(f"{activity}: {message}" for activity, message in found.items()) or "none"
        yield f"异常: expected {_listed(_counted(wanted))}, open incidents: {shown}."


def _variables(scene: Scene, step: Step, wanted: Mapping[str, Any]) -> Iterator[str]:
    for name, value in wanted.items():
        found = _variable(scene, step, name)
        if found is _MISSING:
            yield f"变量: {name} is nowhere set."
        elif not _same(found, value):
            yield f"变量: {name} is {_plain(found)!r}, expected {value!r}."


_MISSING = object()


def _variable(scene: Scene, step: Step, name: str) -> Any:
    """Return a variable of the case: the newest process first, its innermost scopes before its root."""
    for row in reversed(scene.instances(step)):
        if row.state == "completed":
            scopes: Mapping[str, Mapping[str, Any]] = {"": row.variables}
        else:
            scopes = instances.variables(scene.world.app, SYSTEM, row.id)
        for path in sorted(scopes, key=lambda path: path.count("/") + bool(path), reverse=True):
            if name in scopes[path]:
                return scopes[path][name]
    return _MISSING


def _due(scene: Scene, step: Step, wanted: Mapping[str, Any]) -> Iterator[str]:
    due = {task.activity_id: task.due_at for task in scene.tasks(step)}
    for activity, moment in wanted.items():
        found = due.get(activity)
        shown = f"{found.astimezone(ZONE):%Y-%m-%d %H:%M:%S}" if found else "without a due date or not open"
        if not shown.startswith(str(moment)):
            yield f"期限: {activity} is {shown}, expected {moment}."


def _candidates(scene: Scene, step: Step, wanted: Mapping[str, Any]) -> Iterator[str]:
    with scene.world.app.db.read() as session:
        for task in scene.tasks(step):
            if task.activity_id in wanted:
                names = identity.display_names(session, task.candidate_users)
                found = {*task.candidate_groups, *(names.get(name, name) for name in task.candidate_users)}
                expected = wanted[task.activity_id]
                if found != ({expected} if isinstance(expected, str) else set(expected)):
                    shown = "、".join(sorted(found))
                    yield f"办理人: {task.activity_id} is offered to {shown}, not {expected}."


def _notes(scene: Scene, step: Step, wanted: Any) -> Iterator[str]:
    ids = [row.id for row in scene.instances(step)]
    with scene.world.app.db.read() as session:
        query = select(ActivityHistory.note).where(
            ActivityHistory.instance_id.in_(ids), ActivityHistory.note.is_not(None)
        )
        notes = "\n".join(session.scalars(query))
    for text in [wanted] if isinstance(wanted, str) else wanted:
        if text not in notes:
            yield f"记录: no line of the record says {text!r}."


def _notified(scene: Scene, step: Step, wanted: Mapping[str, Any]) -> Iterator[str]:
    with scene.world.app.db.read() as session:
        rows = session.execute(select(Notification.user_name, Notification.subject)).all()
    for person, text in wanted.items():
        known = scene.world.person(person)
        if known is None:
            yield f"通知: there is nobody named {person!r}."
        elif not any(user == known.name and text in subject for user, subject in rows):
            yield f"通知: {person} was told nothing about {text!r}."


def _same(found: Any, wanted: Any) -> bool:
    plain = _plain(found)
    if isinstance(wanted, float) or isinstance(plain, Decimal):
        return _number(plain) == _number(wanted)
    if isinstance(plain, list) and isinstance(wanted, list):
        return len(plain) == len(wanted) and all(map(_same, plain, wanted))
    if isinstance(plain, Mapping) and isinstance(wanted, Mapping):
        return all(key in plain and _same(plain[key], value) for key, value in wanted.items())
    return plain == wanted and isinstance(plain, bool) == isinstance(wanted, bool)


def _number(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, int | float | Decimal) else value


def _plain(value: Any) -> Any:
    """Return a value as a scenario writes it: dates and moments as text in Asia/Shanghai."""
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else value


def _listed(counts: Counter[str]) -> str:
    return "、".join(f"{name} ×{count}" if count > 1 else name for name, count in counts.items()) or "none"


_CHECKS: Mapping[str, Callable[[Any, Step, Any], Iterator[str]]] = {
    "待办": _tasks,
    "有待办": _has_tasks,
    "无待办": _no_tasks,
    "变量": _variables,
    "经过": _visited,
    "未经过": _not_visited,
    "结束": _ended,
    "状态": _state,
    "异常": _incidents,
    "期限": _due,
    "办理人": _candidates,
    "记录": _notes,
    "通知": _notified,
}
