"""Moving running cases onto another deployment: what would happen, why not, and doing it.

A case finishes on the drawings it began with unless somebody moves it. Each case moves in a transaction of
its own, planned anew under its lock; one that cannot move stays as it is and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from service.engine import migration
from service.engine.definition import Model
from service.engine.instance import Instance
from service.engine.migration import Note, Obstacle
from service.engine.nodes.reminders import Since
from service.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound, ServiceError, Unavailable
from service.runtime import identity, v0_1
from service.runtime.identity.rights import require
from service.runtime.promises import judging, waivers
from service.runtime.promises.judging import After, PromiseView
from service.runtime.promises.waivers import Agreed, WaiverView
from service.runtime.releases import deployments, redrawing
from service.runtime.step.context import Actor, Application
from service.runtime.step.showing import looking
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.step.views import Page, View
from service.runtime.tasks import rows as task_rows
from service.store import cursor as cursors
from service.store import manifests
from service.store.models import ProcessInstance, TaskRow
from service.wording import Text

_WHAT = Text("Move to other drawings")
MOST = 200
"""So many cases are looked at in one call; `next` of the page leads to the others."""

MOVABLE, MOVED, BLOCKED, THERE, FAILED = "movable", "moved", "blocked", "there", "failed"
ASKED = "asked"
RIGHT, ACT = "instance.migrate", "migrate"


class CannotMove(InvalidInput):
    """This case cannot move to that deployment. It stays as it is."""

    status = 409
    title = "Cannot migrate"


@dataclass(frozen=True)
class MigrationView(View):
    """What moving one case would do, or did.

    `outcome`: movable, moved, blocked (see `obstacles`), there (already on that deployment), failed
    (`problem` says why; the case is as it was), or asked: moving it would set `promises` aside, so a second
    admin has to agree to the `waiver`. `notes` say what is different after the move.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"waiver"})

    instance_id: str
    business_key: str | None
    name: str
    definition: str
    from_deployment: str
    to_deployment: str
    outcome: str
    obstacles: tuple[Obstacle, ...] = ()
    notes: tuple[Note, ...] = ()
    problem: str | None = None
    promises: tuple[PromiseView, ...] = ()
    waiver: WaiverView | None = None


@dataclass(frozen=True)
class _Target:
    deployment_id: str
    model: Model


def plan(
    app: Application,
    actor: Actor,
    *,
    to: str = deployments.LIVE,
    instances: Sequence[str] | None = None,
    definition: str | None = None,
    limit: int = MOST,
    cursor: str | None = None,
) -> Page[MigrationView]:
    """Return what would happen to each case, oldest first. Nothing is changed and nothing locked.

    `to`: a deployment's id, or `live`. The cases: those named, or all running ones of a definition, or all.
    NotFound for an unknown deployment or case.
    """
    require(actor, RIGHT)
    with app.db.read() as session:
        target = _target(app, session, to)
        rows, following = _rows(session, instances, definition, limit, cursor)
        return Page(tuple(_planned(app, session, row, target) for row in rows), following)


def migrate(
    app: Application,
    actor: Actor,
    *,
    to: str = deployments.LIVE,
    instances: Sequence[str] | None = None,
    definition: str | None = None,
    limit: int = MOST,
    cursor: str | None = None,
) -> Page[MigrationView]:
    """Move cases, chosen as in `plan`; return what became of each. What one case meets stops no other."""
    require(actor, RIGHT)
    with app.db.read() as session:
        target = _target(app, session, to)
        rows, following = _rows(session, instances, definition, limit, cursor)
    return Page(tuple(_moved(app, actor, row, target, None) for row in rows), following)


def migrate_one(
    app: Application,
    actor: Actor,
    instance_id: str,
    *,
    to: str = deployments.LIVE,
    dry_run: bool = False,
    reason: str = "",
) -> MigrationView:
    """Move one case, or with `dry_run` only say what would happen. CannotMove names every obstacle.

    Where the move would set a promise of the company aside it is asked for, which takes a reason.
    """
    require(actor, RIGHT)
    with app.db.read() as session:
        target = _target(app, session, to)
        [row], _ = _rows(session, [instance_id], None, 1, None)
        view = _planned(app, session, row, target)
    if view.outcome == MOVABLE:
        view = _looked(app, actor, view)
    if not dry_run:
        view = _moved(app, actor, row, target, reason)
    if not dry_run and view.outcome in (BLOCKED, FAILED):
        errors = [FieldError(each.activity_path, each.message) for each in view.obstacles]
        raise CannotMove(view.problem, errors=errors, instance=instance_id)
    return view


def _looked(app: Application, actor: Actor, view: MigrationView) -> MigrationView:
    """Return what would happen with the promises that sets aside. What moved meanwhile fails."""
    foreseen = partial(foresee, app, {"to": view.to_deployment})
    try:
        _, promises = judging.look(app, actor, view.instance_id, foreseen, states=RUNNING)
    except Unavailable:
        raise
    except ServiceError as error:
        return replace(view, outcome=FAILED, problem=error.message)
    return replace(view, promises=promises)


def _target(app: Application, session: Session, to: str) -> _Target:
    deployment_id = manifests.live_id(session) if to == deployments.LIVE else to
    if deployment_id is None:
        raise NotFound("Nothing has been deployed yet.")
    return _Target(deployment_id, app.model(deployment_id, session=session))


def _rows(
    session: Session, wanted: Sequence[str] | None, definition: str | None, limit: int, cursor: str | None
) -> tuple[Sequence[ProcessInstance], str | None]:
    query = select(ProcessInstance).options(undefer(ProcessInstance.snapshot))
    query = query.where(ProcessInstance.id.in_(wanted) if wanted else ProcessInstance.state.in_(RUNNING))
    if definition is not None:
        query = query.where(ProcessInstance.definition == definition)
    if cursor is not None:
        query = query.where(ProcessInstance.id > cursors.decode(cursor, str)[0])
    size = max(1, min(limit, MOST))
    rows = session.scalars(query.order_by(ProcessInstance.id).limit(size + 1)).all()
    missing = set(wanted or ()) - {row.id for row in rows}
    if missing and len(rows) <= size and cursor is None:
        raise NotFound(Text("There is no case {missing}.", missing=", ".join(sorted(missing))))
    return rows[:size], cursors.encode(rows[size - 1].id) if len(rows) > size else None


def _planned(app: Application, session: Session, row: ProcessInstance, target: _Target) -> MigrationView:
    view = _view(row, target)
    if row.deployment_id == target.deployment_id:
        return view
    if row.snapshot is None:
        return replace(view, outcome=BLOCKED, obstacles=(_ended(row),))
    old = app.model(row.deployment_id, session=session)
    try:
        found = migration.plan(row.snapshot, old, target.model)
    except ServiceError as error:
        return replace(view, outcome=FAILED, problem=error.message)
    if not found.is_possible:
        return replace(view, outcome=BLOCKED, obstacles=found.obstacles)
    tasks = task_rows.open_in(session, row.id)
    notes = (*found.notes, *_other_forms(tasks, old, target.model))
    return replace(view, outcome=MOVABLE, notes=notes)


def _moved(
    app: Application, actor: Actor, row: ProcessInstance, target: _Target, reason: str | None
) -> MigrationView:
    """Move a case. Where a second admin has to agree that is asked for, with a reason; without, refused."""
    try:
        with on_instance(app, row.id, actor, states=(*RUNNING, "completed", "cancelled")) as step:
            identity.require_still(app, step.session, actor, RIGHT)
            view = _planned(app, step.session, step.instance, target)
            if view.outcome != MOVABLE:
                step.drop()
                return view
            given = {"to": target.deployment_id}
            promises = judging.judged(app, step, foresee(app, given, step))
            if promises and not reason:
                raise NeedsAnother(promises)
            waiver = waivers.guard(step, ACT, given, _WHAT, reason or "", promises, None)
            if waiver is not None:
                return replace(view, outcome=ASKED, promises=promises, waiver=waiver)
            return replace(view, outcome=MOVED, notes=(*view.notes, *_move(app, step, view, target)))
    except (Unavailable, Forbidden):
        raise
    except ServiceError as error:
        # An input of an open task, say, that cannot be computed on the new drawing: rolled back.
        return replace(_view(row, target), outcome=FAILED, problem=error.message)


class NeedsAnother(Conflict):
    """Moving this case would set a promise of the company aside: ask for it on its page, with a reason."""

    def __init__(self, promises: Sequence[PromiseView]) -> None:
        names = "”, “".join(each.name for each in promises)
        super().__init__(
            Text(
                "Moving it would set aside “{names}”: ask for it on the page of the case, with a reason.",
                names=names,
            )
        )


def foresee(app: Application, given: Mapping[str, Any], step: Step) -> After:
    """Return how the case would stand on other drawings.

    Drawings of the first release know no facts: nothing that is promised can be asked of what was done there.
    """
    target = _target(app, step.session, given["to"]).model
    if step.model.organisation.is_first_release or not _decides_otherwise(step.model, target):
        return After(step.engine.stand())
    blob = step.instance.snapshot or b""
    return After(migration.stand(blob, step.model, target, looking(app)), model=target)


def _decides_otherwise(old: Model, new: Model) -> bool:
    """Tell whether anything differs that leads a case its way: drawings and tables, read once by content."""
    return any(
        before.keys() != after.keys() or any(after[name] is not each for name, each in before.items())
        for before, after in ((old.processes, new.processes), (old.decisions, new.decisions))
    )


def carry_out(
    app: Application, step: Step, given: Mapping[str, Any], why: str, agreed: Agreed
) -> WaiverView | None:
    """Move a case as it was asked for and agreed to. CannotMove names what is in the way by now."""
    target = _target(app, step.session, given["to"])
    view = _planned(app, step.session, step.instance, target)
    if view.outcome != MOVABLE:
        raise CannotMove(view.problem or (view.obstacles[0].message if view.obstacles else None))
    promises = judging.judged(app, step, foresee(app, given, step))
    waivers.guard(step, ACT, given, _WHAT, why, promises, agreed)
    _move(app, step, view, target)
    return None


def _move(app: Application, step: Step, view: MigrationView, target: _Target) -> list[Note]:
    """Put the case of a step onto the new manifest; return what was learned on the way."""
    old, blob = step.model, step.instance.snapshot or b""
    v0_1.fill(step, target.model, lambda: Instance.load(old, blob, looking(app)).scopes())
    step.go_on_by(target.model)
    open_tasks = task_rows.open_in(step.session, step.instance.id)
    since = {task.token_id: Since(task.opened_at, task.due_at) for task in open_tasks}
    moved = migration.migrate(blob, old, target.model, step.environment, since=since)
    step.take_over(moved)
    instance = step.instance
    instance.deployment_id = target.deployment_id
    file = target.model.process(instance.definition).file
    instance.definition_version = manifests.file(step.session, target.deployment_id, file).version
    notes = redrawing.redraw(step, old, moved.take_opened())
    codes = sorted({each.code for each in (*view.notes, *notes)})
    step.line("migrated", f"{view.from_deployment} → {view.to_deployment}")
    step.audit("instance.migrated", source=view.from_deployment, target=view.to_deployment, differences=codes)
    return notes


def _view(row: ProcessInstance, target: _Target) -> MigrationView:
    return MigrationView(
        instance_id=row.id,
        business_key=row.business_key,
        name=row.title,
        definition=row.definition,
        from_deployment=row.deployment_id,
        to_deployment=target.deployment_id,
        outcome=THERE,
    )


def _ended(row: ProcessInstance) -> Obstacle:
    return Obstacle("", "ended", Text("the case is {state}: it keeps what it ran on", state=row.state))


def _other_forms(tasks: Iterable[TaskRow], old: Model, new: Model) -> Iterator[Note]:
    """Say which open tasks will be asked with other questions under the same name."""
    for task in tasks:
        form = task.form or ""
        if form in new.forms and old.forms.get(form) != new.forms[form]:
            yield Note(
                task.activity_path,
                "form-changed",
                Text("the form {form!r} has other questions", form=form),
            )
