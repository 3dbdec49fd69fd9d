"""Cases put right by hand: variables, tokens, many at once; incidents by their cause."""

from __future__ import annotations

from typing import Any, Literal

from flask import url_for
from pydantic import Field

from service.errors import FieldError, InvalidInput
from service.runtime.cases.seeking import Sought
from service.runtime.incidents import causes
from service.runtime.incidents.causes import Cause
from service.runtime.mending import batches, facts, modifying, variables
from service.runtime.mending.batches import BatchView
from service.runtime.mending.facts import FactsView
from service.runtime.mending.modifying import ModificationView
from service.runtime.mending.variables import CorrectionView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page
from service.web.api.instances import SoughtInstances
from service.web.api.section import Body, Created, ListOf, Section, Slice

section = Section("Mending")

_CHANGED = (403, 404, 409, 422)


class Correction(Body):
    """Other values for variables that are there, and why. `scope` is a path, "" the instance's own."""

    scope: str = ""
    variables: dict[str, Any]
    reason: str = Field("", max_length=2000)
    dry_run: bool = False


class FactCorrection(Body):
    """Other values for facts of the case, and why."""

    facts: dict[str, Any]
    reason: str = Field("", max_length=2000)
    dry_run: bool = False


class Place(Body):
    """An activity to be started, by its path from the root: `phase/review`, `countersign[0]`."""

    activity_path: str


class Modification(Body):
    """Tokens to take away, activities to start, variables of the instance to set before, and why."""

    cancel: list[str] = Field(default_factory=list, max_length=200)
    start: list[Place] = Field(default_factory=list, max_length=200)
    variables: dict[str, Any] | None = None
    reason: str = Field("", max_length=2000)
    dry_run: bool = False


class Order(Body):
    """One action on many: `ids`, or all that a `filter` finds.

    `to` is the deployment of migrate (live without one) and the account of assign.
    """

    action: Literal["retry", "suspend", "resume", "cancel", "migrate", "assign"]
    ids: list[str] | None = Field(None, min_length=1, max_length=batches.MOST)
    filter: SoughtInstances | None = None
    reason: str = Field(max_length=2000)
    dry_run: bool = False
    to: str | None = None


@section.post(
    "/process-instances/<instance_id>/variables",
    returns=CorrectionView,
    body=Correction,
    errors=_CHANGED,
    is_asked=True,
)
def correct_variables(app: Application, actor: Actor, instance_id: str, body: Correction) -> CorrectionView:
    """Give variables of a scope other values; nothing moves by that.

    Where the case could then go past what the company promises it is asked for, and answers 202.
    """
    return variables.correct(
        app, actor, instance_id, body.variables, body.reason, scope=body.scope, dry_run=body.dry_run
    )


@section.post(
    "/process-instances/<instance_id>/facts",
    returns=FactsView,
    body=FactCorrection,
    errors=_CHANGED,
    is_asked=True,
)
def correct_facts(app: Application, actor: Actor, instance_id: str, body: FactCorrection) -> FactsView:
    """Give facts of the case other values; what the company's tables make of them follows.

    Where the case could then go past what the company promises it is asked for, and answers 202.
    """
    return facts.correct(app, actor, instance_id, body.facts, body.reason, dry_run=body.dry_run)


@section.post(
    "/process-instances/<instance_id>/modify",
    returns=ModificationView,
    body=Modification,
    errors=_CHANGED,
    is_asked=True,
)
def modify_instance(app: Application, actor: Actor, instance_id: str, body: Modification) -> ModificationView:
    """Take tokens away and start activities; a dry run says what would open, close, be lost and set aside.

    What would set a promise of the company aside is asked for, and answers 202.
    """
    return modifying.modify(
        app,
        actor,
        instance_id,
        cancel=body.cancel,
        start=[each.activity_path for each in body.start],
        values=body.variables,
        reason=body.reason,
        dry_run=body.dry_run,
    )


@section.get("/incidents/causes", returns=ListOf(Cause), query=Slice, errors=(403,))
def list_causes(app: Application, actor: Actor, query: Slice) -> Page[Cause]:
    """List what open incidents have in common, the most frequent first."""
    return query.cut(causes.find(app, actor), lambda each: each.latest.id)


@section.post("/batch", returns=BatchView, status=202, body=Order, errors=(403, 422))
def order_batch(app: Application, actor: Actor, body: Order) -> Created:
    """Do one thing to many cases, in the background, each by itself."""
    sought: Sought | None = body.filter.sought() if body.filter is not None else None
    if sought == Sought():
        raise InvalidInput(errors=[FieldError("filter", "say which: a filter of nothing means everything")])
    view = batches.order(
        app,
        actor,
        body.action,
        ids=body.ids,
        sought=sought,
        reason=body.reason,
        dry_run=body.dry_run,
        to=body.to,
    )
    return Created(view, url_for("api.get_batch", batch_id=view.id))


@section.get("/batch/<batch_id>", returns=BatchView, errors=(404,))
def get_batch(app: Application, actor: Actor, batch_id: str) -> BatchView:
    """Tell how far an order has come, and what failed."""
    return batches.get(app, actor, batch_id)


@section.post("/batch/<batch_id>/stop", returns=BatchView, errors=(403, 404, 409))
def stop_batch(app: Application, actor: Actor, batch_id: str) -> BatchView:
    """Stop an order: what is done stays done, the rest is left as it was."""
    return batches.stop(app, actor, batch_id)
