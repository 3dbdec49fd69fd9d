"""Who answers a task when the scenario does not say, and with what."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from service.feel.codec import plain
from service.runtime.cases import attachments
from service.runtime.scenarios.answers import computed
from service.runtime.scenarios.world import World
from service.runtime.step.context import Actor
from service.runtime.tasks import rights
from service.runtime.tasks.answering import as_values
from service.store.models import TaskRow

ATTACHMENT = "附件"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def performer(world: World, task: TaskRow) -> Actor | None:
    """Return the first of the people who may complete the task; None when nobody may."""
    return next((each for each in world.people if rights.may_answer(task, each)), None)


def filled_in(
    world: World,
    person: Actor,
    opened: Mapping[str, Any],
    answers: Mapping[str, Any],
    days: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what the person sends: what the form opens with, and the answers over it.

    An answer that begins with `=` is FEEL over what the form opens with and the scenario's days.
    """
    data = plain(opened)
    given = computed(answers, {**days, **as_values(data, "data")}, world.clock.now)
    return {**data, **with_files(world, person, given)}


def with_files(world: World, person: Actor, value: Any) -> Any:
    """Return the answers with every `{附件: name}` uploaded by the person and replaced by its id."""
    if isinstance(value, Mapping):
        if set(value) == {ATTACHMENT}:
            return _uploaded(world, person, str(value[ATTACHMENT]))
        return {key: with_files(world, person, entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [with_files(world, person, entry) for entry in value]
    return value


def _uploaded(world: World, person: Actor, name: str) -> str:
    key = (person.name, name)
    if key not in world.uploads:
        world.uploads[key] = attachments.upload(world.app, person, io.BytesIO(PDF), name).id
    return world.uploads[key]
