"""Moving tokens by hand (调整): what would open, close and be lost is shown first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.engine.motion.modifying import Modification
from service.engine.progress import ActiveToken
from service.runtime import identity
from service.runtime.identity.rights import require
from service.runtime.identity.visibility import require_visible
from service.runtime.mending import reasons, variables
from service.runtime.step import showing
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import on_instance
from service.runtime.step.views import ActiveView, StateView, View
from service.runtime.tasks import answering
from service.wording import Text

RIGHT = "instance.modify"


@dataclass(frozen=True)
class LostView(View):
    """Variables that end with a token, by the path of their scope."""

    scope: str
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class ModificationView(View):
    """What moving tokens does: places opened and closed, and what is lost. `instance`: as it stands after,
    None on a dry run."""

    opened: tuple[ActiveView, ...]
    closed: tuple[ActiveView, ...]
    lost: tuple[LostView, ...]
    instance: StateView | None = None


def modify(
    app: Application,
    actor: Actor,
    instance_id: str,
    *,
    cancel: Sequence[str] = (),
    start: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> ModificationView:
    """Take tokens away and start activities (by path) in an active case, its variables set before.

    InvalidInput says why it cannot be done: a join would wait for ever, nothing would be left, no such place.
    """
    with app.db.read() as session:
        require_visible(app, session, actor, instance_id)
    require(actor, RIGHT)
    why = Text("dry run") if dry_run else reasons.required(reason)
    given = answering.as_values(values, "variables") if values else {}
    with on_instance(app, instance_id, actor) as step:
        identity.require_still(app, step.session, actor, RIGHT)
        if dry_run:
            done = step.engine.preview(cancel=cancel, start=start)
            step.drop()
            return _view(done)
        done = _do(step, cancel, start, given, why)
    return ModificationView(**{**vars(_view(done)), "instance": showing.state(step)})


def _do(
    step: Step,
    cancel: Sequence[str],
    start: Sequence[str],
    given: Mapping[str, Any],
    why: str,
) -> Modification:
    before, after = variables.set_in(step, "", given) if given else ({}, {})
    done = step.engine.modify(cancel=cancel, start=start)
    closed, opened = ([each.activity_path for each in places] for places in (done.closed, done.opened))
    step.line("modified", why)
    step.audit("instance.modified", closed=closed, opened=opened, before=before, after=after, reason=why)
    return done


def _view(done: Modification) -> ModificationView:
    return ModificationView(
        _places(done.opened),
        _places(done.closed),
        tuple(LostView(each.path, dict(each.variables)) for each in done.lost if each.variables),
    )


def _places(tokens: Sequence[ActiveToken]) -> tuple[ActiveView, ...]:
    return showing.active(tokens)
