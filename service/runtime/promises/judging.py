"""Whether an act on a running case would set aside what the company promises now, by its own sentences.

Judged once for a case that stands so: what a look has found counts under the lock too, as long as nothing has
moved meanwhile; where something has, it is judged again there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.engine.files.kept import Kept
from service.engine.guarantees import Guarantee, Proof, Subject, check_names
from service.engine.guarantees.here import Here
from service.engine.guarantees.model import DoneBy
from service.engine.guarantees.naming import tasks_of
from service.engine.guarantees.onward import SetAside, set_aside
from service.engine.progress import Stand
from service.errors import NotFound
from service.runtime.promises.completed import completed
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import ACTIVE, on_instance
from service.runtime.step.views import View
from service.store.models import TaskRow
from service.wording import Text, joined

_JUDGED: Kept[tuple[SetAside, ...]] = Kept(most=200)
_SUBJECTS: Kept[Subject] = Kept(most=20)


@dataclass(frozen=True)
class After:
    """How an act would leave a case: where it stands, and the places tokens have `come` to by it, by path.

    `facts`: those it changes. `model`: the drawings it goes on with, where they are others. `shown` is what
    the act itself has to say of it.
    """

    stand: Stand
    come: frozenset[tuple[str, ...]] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)
    model: Model | None = None
    shown: Any = None


@dataclass(frozen=True)
class PromiseView(View):
    """A promise of the company that an act would set aside, in words. `approvals` are those it goes past.

    `way` leads from where the case would stand to where the promise is broken.
    """

    key: str
    name: str
    text: str
    text_en: str
    approvals: tuple[str, ...]
    way: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class _Evidence:
    guarantees: tuple[Guarantee, ...]
    before: Here
    after: Here
    key: str


_NOWHERE = Here(Subject({}), Stand("", (), ()), {})
_NOTHING = _Evidence((), _NOWHERE, _NOWHERE, "")


def look(
    app: Application,
    actor: Actor,
    instance_id: str,
    foresee: Callable[[Step], After],
    *,
    states: tuple[str, ...] = ACTIVE,
) -> tuple[After, tuple[PromiseView, ...]]:
    """Return what an act would do, and which promises it would set aside; judged while nobody waits."""
    with on_instance(app, instance_id, actor, states=states) as step:
        after = foresee(step)
        evidence = _evidence(app, step, after)
        step.drop()
    return after, _judged(evidence)


def judged(app: Application, step: Step, after: After) -> tuple[PromiseView, ...]:
    """Return which promises an act would set aside, under the lock of its case."""
    return _judged(_evidence(app, step, after))


def _judged(evidence: _Evidence) -> tuple[PromiseView, ...]:
    if not evidence.guarantees:
        return ()
    found = _JUDGED.get(
        evidence.key, lambda: tuple(set_aside(evidence.guarantees, evidence.before, evidence.after))
    )
    return tuple(map(_shown, found))


def _shown(each: SetAside) -> PromiseView:
    guarantee = each.guarantee
    return PromiseView(
        key=guarantee.key,
        name=guarantee.name,
        text=guarantee.text,
        text_en=guarantee.text_en,
        approvals=each.approvals,
        way=tuple(dict.fromkeys(step.title for step in each.proof.way if step.is_told)),
        sentence=sentence_of(guarantee.name, guarantee.text, each.approvals),
    )


def sentence_of(name: str, text: str, approvals: Sequence[str]) -> Text:
    """Say that a promise would be set aside, and which approvals are gone past."""
    if not approvals:
        return Text("“{name}” would be set aside: {text}", name=name, text=text)
    named = joined([Text("“{name}”", name=each) for each in approvals], "{first}, {rest}")
    return Text(
        "“{name}” would be set aside: {text} It takes the case past {approvals}.",
        name=name,
        text=text,
        approvals=named,
    )


def _evidence(app: Application, step: Step, after: After) -> _Evidence:
    """Gather what is judged: how the case stands, what was completed in it, and what is promised now."""
    target = after.model or step.model
    guarantees = promised(app, step.session, step.model, target)
    if not guarantees:
        return _NOTHING
    stand = step.engine.stand()
    # Where a token stood already, another that is put there comes to nothing new.
    come = after.come - {spot.path for spot in stand.spots}
    if after.stand == stand and not (come or after.facts or after.model):
        return _NOTHING
    facts = dict(step.facts.visible())
    done = completed(step.session, step.case, step.model.case)
    before = Here(_subject(app, step.model), stand, facts, done)
    would = Here(_subject(app, target), after.stand, {**facts, **after.facts}, done, come)
    parts = (guarantees, id(before.subject), id(would.subject), stand, after.stand, facts, after.facts, done)
    key = hashlib.sha256(repr((parts, sorted(come))).encode()).hexdigest()
    return _Evidence(guarantees, before, would, key)


def promised(app: Application, session: Session, *drawn: Model) -> tuple[Guarantee, ...]:
    """Return what the company promises now, as far as it can be asked of these drawings.

    A sentence of today that speaks of what they do not have is asked as it stood beside them.
    """
    try:
        live = app.live(session=session).model.guarantees
    except NotFound:
        return ()
    found = []
    subjects = [_subject(app, model) for model in drawn]
    own = {each.key: each for each in drawn[0].guarantees}
    for guarantee in live:
        for each in (guarantee, own.get(guarantee.key)):
            if each is not None and not any(True for subject in subjects for _ in check_names(each, subject)):
                found.append(each)
                break
    return tuple(found)


def about_task(app: Application, session: Session, task: TaskRow, model: Model) -> tuple[PromiseView, ...]:
    """Return what is promised of who does a task: it is set aside where somebody else does it."""
    activity = model.activity(task.definition, task.activity_id)
    found = (
        each
        for each in promised(app, session, model)
        if isinstance(each.claim, DoneBy) and activity in tasks_of(each.claim.what, _subject(app, model))
    )
    return tuple(_shown(SetAside(each, Proof("broken"), (task.name,))) for each in found)


def _subject(app: Application, model: Model) -> Subject:
    # By identity: a manifest is parsed once, and held by its subject's processes.
    return _SUBJECTS.get(id(model.processes), lambda: Subject.of(model, app.handlers))
