"""Why a case does not move: who or what each place waits for, since when and until when, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.workdays import ZONE
from service.engine.motion.waiting import Waits
from service.runtime import identity
from service.runtime.cases import showing
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.runtime.step.showing import open_incidents
from service.runtime.step.views import IncidentView, View
from service.runtime.tasks import rows as task_rows
from service.runtime.tasks import seen
from service.store.models import ActivityHistory, ProcessInstance, TaskRow
from service.wording import Text

_FEW = 3
"""So many members of a group are named."""
_BETWEEN = "、"


@dataclass(frozen=True)
class WaitingView(View):
    """A place that waits. `kind`: people, timer, message, service, join or incident.

    `who`: names of the accounts and groups that can do it. `until`: when it is due, or goes on by itself.
    """

    token_id: str
    activity_id: str
    activity_path: str
    name: str
    kind: str
    who: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    sentence: str


@dataclass(frozen=True)
class _Known:
    """What is known of places, by token: tasks, incidents, when it came there; and of people."""

    tasks: Mapping[str, TaskRow]
    # Of tasks that wait for signers who were added, by the task.
    signers: Mapping[str, tuple[TaskRow, ...]]
    incidents: Mapping[str, IncidentView]
    since: Mapping[str, datetime]
    shown: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]
    now: datetime


def waiting(app: Application, actor: Actor, instance_id: str) -> tuple[WaitingView, ...]:
    """Return what a case waits for, place by place; nothing once it has ended. NotFound unless it is seen."""
    with app.db.read() as session:
        row = require_visible(app, session, actor, instance_id)
        engine = showing.peek(app, row, app.model(row.deployment_id, session=session))
        if engine is None:
            return ()
        places = engine.waits()
        known = _known(app, session, row, places)
        found = [_view(each, known) for each in places]
        told = {each.place.token_id for each in places}
        beside = [each for token, each in known.incidents.items() if token not in told]
        return (*found, *(_stopped(each, each.activity_id, known) for each in beside))


def _known(app: Application, session: Session, row: ProcessInstance, places: list[Waits]) -> _Known:
    tasks = {task.token_id: task for task in task_rows.open_in(session, row.id)}
    added = seen.signers_of(session, [task.id for task in tasks.values()]) if tasks else {}
    signers = {task.id: seen.awaited(task, added.get(task.id, ())) for task in tasks.values()}
    incidents = {each.token_id: each for each in open_incidents(session, row)}
    tokens = [each.place.token_id for each in places]
    entered = select(ActivityHistory.token_id, func.max(ActivityHistory.at)).where(
        ActivityHistory.instance_id == row.id,
        ActivityHistory.token_id.in_(tokens),
        ActivityHistory.event == "entered",
    )
    since = {
        str(token): at for token, at in session.execute(entered.group_by(ActivityHistory.token_id)) if at
    }
    groups = {group for task in tasks.values() for group in task.candidate_groups}
    members = {group: identity.members(session, group) for group in groups}
    rows = [*tasks.values(), *(each for one in signers.values() for each in one)]
    people = [name for task in rows for name in task.people]
    named = {*people, *(name for each in members.values() for name in each)}
    shown = identity.display_names(session, sorted(named))
    return _Known(tasks, signers, incidents, since, shown, members, app.clock())


def _view(waits: Waits, known: _Known) -> WaitingView:
    place = waits.place
    incident, task = known.incidents.get(place.token_id), known.tasks.get(place.token_id)
    name = place.name or place.activity_id
    if incident is not None:
        return _stopped(incident, name, known)
    since = task.opened_at if task is not None else known.since.get(place.token_id)
    until = task.due_at if task is not None else waits.until
    asked = known.signers.get(task.id) if task is not None else None
    who = tuple(dict.fromkeys(name for each in asked or (task,) for name in _who(each)))
    sentence = _of_task(task, name, known) if task is not None else _of_system(waits, name, since)
    return WaitingView(
        place.token_id, place.activity_id, place.activity_path, name, waits.kind, who, since, until, sentence
    )


def _stopped(incident: IncidentView, name: str, known: _Known) -> WaitingView:
    given = {"name": name, "since": _moment(incident.created_at), "reason": incident.message}
    sentence = Text("Stopped at “{name}” since {since}: {reason}", **given)
    place = (incident.token_id, incident.activity_id, incident.activity_path, name)
    return WaitingView(*place, "incident", (), incident.created_at, None, sentence)


def _who(task: TaskRow | None) -> tuple[str, ...]:
    if task is None:
        return ()
    return (task.assignee,) if task.assignee else (*task.candidate_users, *task.candidate_groups)


def _of_task(task: TaskRow, name: str, known: _Known) -> Text:
    signers = known.signers[task.id]
    if not signers:
        return _of_people(task, name, known)
    people = dict.fromkeys(name for each in signers for name in _who(each))
    return Text(
        "{who} was asked to sign “{name}” too, since {since}: it goes on once they have signed.",
        who=_BETWEEN.join(known.shown.get(each, each) for each in people),
        name=name,
        since=_moment(min(each.opened_at for each in signers)),
    )


def _of_people(task: TaskRow, name: str, known: _Known) -> Text:
    people = [known.shown.get(each, each) for each in _who(task) if each not in task.candidate_groups]
    groups = [_group(each, known) for each in task.candidate_groups] if task.assignee is None else []
    given = {
        "who": _BETWEEN.join([*people, *groups]) or "—",
        "name": name,
        "since": _moment(task.opened_at),
        "until": _moment(task.due_at),
    }
    if task.due_at is None:
        return Text("{who} has “{name}” to do, since {since}.", **given)
    if task.due_at < known.now:
        return Text("{who} has “{name}” to do, since {since}; it was due {until}.", **given)
    return Text("{who} has “{name}” to do, since {since}; it is due {until}.", **given)


def _group(group: str, known: _Known) -> str:
    names = [known.shown[name] for name in known.members.get(group, ())]
    more = "…" if len(names) > _FEW else ""
    return f"{group}（{_BETWEEN.join(names[:_FEW])}{more}）" if names else group


def _of_system(waits: Waits, name: str, since: datetime | None) -> Text:
    what = _BETWEEN.join(waits.names)
    given = {"name": name, "since": _moment(since), "until": _moment(waits.until), "what": what}
    if waits.kind == "timer":
        return Text("“{name}” waits for its time: it goes on {until}.", **given)
    if waits.kind == "message":
        return Text("“{name}” waits for the message “{what}”, since {since}.", **given)
    if waits.kind == "join":
        if not what:
            return Text("One branch is here since {since} and waits for the others.", **given)
        return Text("One branch is here since {since} and waits until “{what}” is done.", **given)
    return Text("The system is at “{name}”, since {since}.", **given)


def _moment(value: datetime | None) -> str:
    return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if value is not None else "—"
