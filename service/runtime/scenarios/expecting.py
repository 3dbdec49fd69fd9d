"""Compares what a scenario expects with what is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from service.engine.files.nearest import suggestion
from service.runtime import identity
from service.runtime.cases import evaluations, instances
from service.runtime.cases.views import CaseView, RuleView
from service.runtime.scenarios import telling
from service.runtime.scenarios.reading import ScenarioError, Step
from service.runtime.scenarios.scene import Scene
from service.runtime.scenarios.yaml_lines import together
from service.runtime.step.context import SYSTEM
from service.runtime.step.showing import open_incidents
from service.settings import ZONE
from service.store.models import ActivityHistory, Notification
from service.wording import Text, joined


def compare(scene: Scene, step: Step) -> None:
    """Raise one ScenarioError with everything that is not as the step expects, each with its line.

    Without 异常 no incident may be open.
    """
    wanted = {"异常": [], **step.value}
    wrong = [
        ScenarioError(message, file=step.file, line=step.value.line_of(key))
        for key, value in wanted.items()
        for message in _CHECKS[key](scene, step, value)
    ]
    if wrong:
        raise together(wrong)


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


def _tasks(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    if _open(scene, step) != _counted(wanted):
        yield Text(
            "待办: expected {wanted}; {open}", wanted=_listed(_counted(wanted)), open=scene.shown_tasks(step)
        )


def _has_tasks(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    missing = _counted(wanted) - _open(scene, step)
    if missing:
        yield Text(
            "有待办: {tasks} should be open; {open}", tasks=_listed(missing), open=scene.shown_tasks(step)
        )


def _no_tasks(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    unwanted = _counted(wanted) & _open(scene, step)
    if unwanted:
        yield Text("无待办: {tasks} should not be open.", tasks=_listed(unwanted))


def _visited(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    found = visits(scene, step)
    for activity, times in _counted(wanted).items():
        if isinstance(wanted, Mapping) and found[activity] != times:
            yield Text(
                "经过: {activity} was entered {count} times, expected {times}.",
                activity=activity,
                count=found[activity],
                times=times,
            )
        elif not found[activity]:
            yield Text("经过: {activity} was never entered.", activity=activity)


def _not_visited(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    found = visits(scene, step)
    for activity in wanted or []:
        if found[activity]:
            yield Text(
                "未经过: {activity} was entered {count} times.", activity=activity, count=found[activity]
            )


def _ended(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    found, states = visits(scene, step), [row.state for row in scene.instances(step)]
    for end in [wanted] if isinstance(wanted, str) else wanted:
        if not found[end]:
            yield Text("结束: {end} was not reached; {open}", end=end, open=scene.shown_tasks(step))
    if "completed" not in states:
        yield Text("结束: no process of the case is completed; {open}", open=scene.shown_tasks(step))


def _state(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    for key, state in ({scene.leader(step): wanted} if isinstance(wanted, str) else wanted).items():
        states = [row.state for row in scene.instances(step) if row.definition == key]
        if not states or states[-1] != state:
            now = states[-1] if states else Text("not started")
            yield Text("状态: {process} is {state}, expected {wanted}.", process=key, state=now, wanted=state)


def _incidents(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    with scene.world.app.db.read() as session:
        found = {
            incident.activity_id: incident.message
            for row in scene.instances(step)
            for incident in open_incidents(session, row)
        }
    if set(found) != set(wanted or []):
        parts = [Text("{activity}: {message}", activity=key, message=found[key]) for key in found]
        shown = joined(parts, "{first}; {rest}") if parts else _none()
        yield Text("异常: expected {wanted}, found {found}.", wanted=_listed(_counted(wanted)), found=shown)


def _variables(scene: Scene, step: Step, wanted: Mapping[str, Any]) -> Iterator[Text]:
    for name, value in wanted.items():
        found = _variable(scene, step, name)
        if found is _MISSING:
            yield Text("变量: {name} is nowhere set.", name=name)
        elif not same(found, value):
            yield Text(
                "变量: {name} is {found}, expected {wanted}.",
                name=name,
                found=written(found),
                wanted=written(value),
            )


def _facts(scene: Scene, step: Step, wanted: Mapping[str, Any]) -> Iterator[Text]:
    known = _case(scene, step).facts
    for name, value in wanted.items():
        if name not in known:
            yield Text("事实: there is no fact {name}.{hint}", name=name, hint=suggestion(name, known))
        elif not same(known[name], value):
            yield Text(
                "事实: {name} is {found}, expected {wanted}.",
                name=name,
                found=written(known[name]),
                wanted=written(value),
            )


def _pending(scene: Scene, step: Step, wanted: Mapping[str, Any] | None) -> Iterator[Text]:
    """Compare what follow-ups propose and have not applied: exactly these facts, with these values."""
    found = {fact.name: fact.value for fact in _case(scene, step).pending}
    for name in sorted({*found, *(wanted or {})}):
        if name not in found:
            yield Text("待生效: {name} is not proposed.", name=name)
        elif name not in (wanted or {}) or not same(found[name], (wanted or {})[name]):
            yield Text("待生效: {name} is proposed as {found}.", name=name, found=written(found[name]))


def _why(scene: Scene, step: Step, wanted: Mapping[str, Any]) -> Iterator[Text]:
    """Compare the rules that counted when a table was asked last: by number, or by words of its note."""
    asked = {
        each.decision: [rule for rule in each.rules if rule.counts]
        for row in scene.instances(step)
        for each in evaluations.of_instance(scene.world.app, SYSTEM, row.id)
    }
    for decision, rule in wanted.items():
        if decision not in asked:
            hint = suggestion(decision, asked)
            yield Text("为何: the table {decision} was never asked.{hint}", decision=decision, hint=hint)
        elif not any(_is_rule(hit, rule) for hit in asked[decision]):
            shown = "、".join(f"{hit.index} {hit.annotation}".strip() for hit in asked[decision])
            yield Text(
                "为何: {decision} was decided by rule {found}, expected {wanted}.",
                decision=decision,
                found=shown or _none(),
                wanted=written(rule),
            )


def _is_rule(hit: RuleView, wanted: Any) -> bool:
    return hit.index == wanted if isinstance(wanted, int) else str(wanted) in hit.annotation


def _case(scene: Scene, step: Step) -> CaseView:
    main = scene.instances(step)[0]
    return instances.get(scene.world.app, SYSTEM, main.id).case


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


def _due(scene: Scene, step: Step, wanted: Mapping[str, Any]) -> Iterator[Text]:
    due = {task.activity_id: task.due_at for task in scene.tasks(step)}
    for activity, moment in wanted.items():
        found = due.get(activity)
        shown = f"{found.astimezone(ZONE):%Y-%m-%d %H:%M:%S}" if found else ""
        if not shown:
            yield Text("期限: {activity} is not open, or has no due date.", activity=activity)
        elif not shown.startswith(str(moment)):
            yield Text(
                "期限: {activity} is due {found}, expected {wanted}.",
                activity=activity,
                found=shown,
                wanted=str(moment),
            )


def _candidates(scene: Scene, step: Step, wanted: Mapping[str, Any]) -> Iterator[Text]:
    with scene.world.app.db.read() as session:
        for task in scene.tasks(step):
            if task.activity_id in wanted:
                names = identity.display_names(session, task.candidate_users)
                found = {*task.candidate_groups, *(names.get(name, name) for name in task.candidate_users)}
                expected = wanted[task.activity_id]
                if found != ({expected} if isinstance(expected, str) else set(expected)):
                    shown = "、".join(sorted(found))
                    yield Text(
                        "办理人: {activity} is offered to {found}, not {wanted}.",
                        activity=task.activity_id,
                        found=shown,
                        wanted=written(expected),
                    )


def _notes(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    ids = [row.id for row in scene.instances(step)]
    with scene.world.app.db.read() as session:
        query = select(ActivityHistory.note).where(
            ActivityHistory.instance_id.in_(ids), ActivityHistory.note.is_not(None)
        )
        notes = "\n".join(session.scalars(query))
    for text in [wanted] if isinstance(wanted, str) else wanted:
        if text not in notes:
            yield Text("记录: no line of the record says {text!r}.", text=text)


def _notified(scene: Scene, step: Step, wanted: Mapping[str, Any]) -> Iterator[Text]:
    with scene.world.app.db.read() as session:
        rows = session.execute(select(Notification.user_name, Notification.subject)).all()
    for person, text in wanted.items():
        known = scene.world.person(person)
        if known is None:
            yield Text("通知: there is nobody named {person!r}.", person=person)
        elif not any(user == known.name and text in subject for user, subject in rows):
            yield Text("通知: {person} was told nothing about {text!r}.", person=person, text=text)


def same(found: Any, wanted: Any) -> bool:
    plain = _plain(found)
    if isinstance(wanted, float) or isinstance(plain, Decimal):
        return bool(_number(plain) == _number(wanted))
    if isinstance(plain, list) and isinstance(wanted, list):
        return len(plain) == len(wanted) and all(map(same, plain, wanted))
    if isinstance(plain, Mapping) and isinstance(wanted, Mapping):
        return all(key in plain and same(plain[key], value) for key, value in wanted.items())
    return bool(plain == wanted) and isinstance(plain, bool) == isinstance(wanted, bool)


def _number(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, int | float | Decimal) else value


def _plain(value: Any) -> Any:
    """Return a value as a scenario writes it: dates and moments as text in Asia/Shanghai."""
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else value


def written(value: Any) -> str:
    """Return a value as it would be written in a scenario."""
    shown = _plain(value)
    return shown if isinstance(shown, str) else json.dumps(_jsonable(shown), ensure_ascii=False)


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _jsonable(_plain(entry)) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(_plain(entry)) for entry in value]
    return float(value) if isinstance(value, Decimal) else value


def _none() -> Text:
    return Text("none")


def _listed(counts: Counter[str]) -> str | Text:
    names = [f"{name} ×{count}" if count > 1 else name for name, count in counts.items()]
    return "、".join(names) or _none()


_CHECKS: Mapping[str, Callable[[Any, Step, Any], Iterator[Text]]] = {
    "待办": _tasks,
    "有待办": _has_tasks,
    "无待办": _no_tasks,
    "变量": _variables,
    "事实": _facts,
    "待生效": _pending,
    "为何": _why,
    "经过": _visited,
    "未经过": _not_visited,
    "结束": _ended,
    "状态": _state,
    "异常": _incidents,
    "期限": _due,
    "办理人": _candidates,
    "记录": _notes,
    "通知": _notified,
    "已催办": telling.reminded,
    "已上报": telling.escalated,
}
