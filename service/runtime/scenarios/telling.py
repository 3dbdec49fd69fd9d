"""Compares of which tasks people were reminded, and which were escalated, with what a scenario expects.

`[a]`: at least once. `{a: 2}`: so often, 0 for never. `{a: 周衡}` or `{a: [周衡, 孟晓]}`: to these people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from service.runtime.scenarios.reading import Step
from service.runtime.scenarios.scene import Scene
from service.runtime.tasks.reminding import ESCALATED, REMINDED, people_in
from service.store.models import ActivityHistory
from service.wording import Text

Told = Mapping[str, list[str]]
"""By activity the notes of the record, one for each time: who was told."""


def reminded(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    return _differences("已催办", wanted, _told(scene, step, REMINDED))


def escalated(scene: Scene, step: Step, wanted: Any) -> Iterator[Text]:
    return _differences("已上报", wanted, _told(scene, step, ESCALATED))


def _told(scene: Scene, step: Step, event: str) -> Told:
    ids = [row.id for row in scene.instances(step)]
    query = select(ActivityHistory.activity_id, ActivityHistory.note).where(
        ActivityHistory.instance_id.in_(ids), ActivityHistory.event == event
    )
    told: dict[str, list[str]] = {}
    with scene.world.app.db.read() as session:
        for activity, note in session.execute(query.order_by(ActivityHistory.seq)):
            told.setdefault(activity, []).append(note or "")
    return told


def _differences(key: str, wanted: Any, told: Told) -> Iterator[Text]:
    expected = wanted if isinstance(wanted, Mapping) else dict.fromkeys(wanted or ())
    for activity, what in expected.items():
        notes = told.get(activity, [])
        if isinstance(what, int) and len(notes) != what:
            yield Text(
                "{key}: of {activity} people were told {count} times, expected {times}.",
                key=key,
                activity=activity,
                count=len(notes),
                times=what,
            )
        elif not isinstance(what, int):
            yield from _whom(key, activity, [what] if isinstance(what, str) else what or (), notes)


def _whom(key: str, activity: str, people: Any, notes: list[str]) -> Iterator[Text]:
    if not notes:
        yield Text("{key}: nobody was told of {activity}.", key=key, activity=activity)
        return
    told = {name for note in notes for name in people_in(note)}
    for person in people:
        if person not in told:
            yield Text(
                "{key}: {person} was not told of {activity}; told were {people}.",
                key=key,
                person=person,
                activity=activity,
                people="、".join(sorted(told)),
            )
