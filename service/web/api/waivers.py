"""What takes a second admin: acts that would set a promise of the company aside, asked for and answered."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.runtime.mending import confirming
from service.runtime.mending.confirming import PresentView
from service.runtime.promises import waivers
from service.runtime.promises.waivers import WaiverView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page
from service.web.api.section import Body, ListOf, Section

section = Section("Waivers")

_CHANGED = (403, 404, 409, 422)


class Wanted(BaseModel):
    """Which requests: in a state, or in any; of one case, or of all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal["open", "confirmed", "declined", "withdrawn", "stale"] | None = None
    instance: str | None = None


class Answer(Body):
    """Why."""

    reason: str = Field(max_length=2000)


class Withdrawal(Body):
    """Why, where there is something to say."""

    reason: str = Field("", max_length=2000)


@section.get("/waivers", returns=ListOf(WaiverView), query=Wanted, errors=(404,))
def list_waivers(app: Application, actor: Actor, query: Wanted) -> Page[WaiverView]:
    """List what was asked for, the newest first: one's own, or all for who may confirm it."""
    return Page(waivers.find(app, actor, instance=query.instance, state=query.state))


@section.get("/waivers/<waiver_id>", returns=WaiverView, errors=(404,))
def get_waiver(app: Application, actor: Actor, waiver_id: str) -> WaiverView:
    """Show a request: what it would do, which promises it sets aside, who asked and who answered."""
    return waivers.get(app, actor, waiver_id)


@section.get("/waivers/<waiver_id>/present", returns=PresentView, errors=(404,))
def look_at_waiver(app: Application, actor: Actor, waiver_id: str) -> PresentView:
    """Tell what a request would do as its case stands now: its dry run, done anew."""
    return confirming.present(app, actor, waiver_id)


@section.post("/waivers/<waiver_id>/confirm", returns=WaiverView, body=Answer, errors=_CHANGED)
def confirm_waiver(app: Application, actor: Actor, waiver_id: str, body: Answer) -> WaiverView:
    """Agree to a request of somebody else: it is judged anew, done, and marked in the record for good."""
    return confirming.confirm(app, actor, waiver_id, reason=body.reason)


@section.post("/waivers/<waiver_id>/decline", returns=WaiverView, body=Answer, errors=_CHANGED)
def decline_waiver(app: Application, actor: Actor, waiver_id: str, body: Answer) -> WaiverView:
    """Decline a request of somebody else."""
    return confirming.decline(app, actor, waiver_id, reason=body.reason)


@section.post("/waivers/<waiver_id>/withdraw", returns=WaiverView, body=Withdrawal, errors=_CHANGED)
def withdraw_waiver(app: Application, actor: Actor, waiver_id: str, body: Withdrawal) -> WaiverView:
    """Take back what one has asked for oneself."""
    return waivers.withdraw(app, actor, waiver_id, reason=body.reason)
