"""Boards by role: what executives see of all campaigns, what those see who run one."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from service.runtime.campaigns import execution_board, executive_board, history, improvements
from service.runtime.campaigns.execution_board import ExecutionBoardView
from service.runtime.campaigns.executive_board import ExecutiveBoardView
from service.runtime.campaigns.history import PastView
from service.runtime.campaigns.improvements import ImprovementView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page
from service.web.api.section import ListOf, Section, Slice

section = Section("Dashboards")


class Days(BaseModel):
    """Days, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to", description="today, if left out")


class OfCampaign(Days):
    """Which board: of one campaign, or of all."""

    campaign: str | None = Field(None, description="the number of a campaign; all of them, if left out")


@section.get("/dashboards/executive", returns=ExecutiveBoardView, query=Days, errors=(403,))
def executive_dashboard(app: Application, actor: Actor, query: Days) -> ExecutiveBoardView:
    """Tell what campaigns bring and cost. With the pace of approvals, and what is at risk."""
    return executive_board.find(app, actor, first=query.first, last=query.last)


@section.get("/dashboards/execution", returns=ExecutionBoardView, query=OfCampaign, errors=(403, 404))
def execution_dashboard(app: Application, actor: Actor, query: OfCampaign) -> ExecutionBoardView:
    """Tell what each channel brings by day against the target. A campaign's own people see its board.

    Without days of a campaign all that are measured, of all campaigns the last 30.
    """
    return execution_board.find(app, actor, campaign=query.campaign, first=query.first, last=query.last)


class Past(BaseModel):
    """Which archived campaigns: all that one sees, if nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    brand_line: str | None = None
    campaign_type: str | None = Field(None, alias="type")


@section.get("/history", returns=PastView, query=Past)
def look_up_history(app: Application, actor: Actor, query: Past) -> PastView:
    """Tell what archived campaigns paid and brought. Unit prices by budget line, ratios by channel."""
    return history.find(app, actor, **query.model_dump())


class Adopted(Slice):
    """Which improvements: all of campaigns that one sees, if nothing is said."""

    state: str | None = Field(None, description="open, overdue or done")


@section.get("/improvements", returns=ListOf(ImprovementView), query=Adopted, errors=(400,))
def list_improvements(app: Application, actor: Actor, query: Adopted) -> Page[ImprovementView]:
    """List the improvements that were adopted. Whose they are, and whether the step took less time since."""
    return query.cut(improvements.find(app, actor, state=query.state), lambda each: each.instance_id)
