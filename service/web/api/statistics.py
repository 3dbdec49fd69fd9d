"""How long approvals and their activities take."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from service.runtime.campaigns import approvals
from service.runtime.statistics import activities, cycle_times, proposals
from service.runtime.statistics.activities import ActivityStatisticsView
from service.runtime.statistics.cycle_times import CycleTimeView
from service.runtime.statistics.proposals import ProposalView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page
from service.web.api.section import ListOf, Section, Slice

section = Section("Statistics")


class CycleTimes(BaseModel):
    """Of which cases to tell how long deciding took: those decided from day to day, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    definition: str | None = Field(None, description="the process that leads them; the main one, if left out")
    first: date | None = Field(None, alias="from", description="a year before the last day, if left out")
    last: date | None = Field(None, alias="to", description="today, if left out")
    by: str = Field(cycle_times.MONTH, description="month, tier, department or channel")


class Activities(Slice):
    """Of which activities to tell: what was answered from day to day, both included."""

    definition: str | None = Field(None, description="the process they are drawn in, or that leads the case")
    version: int | None = Field(None, description="that of the process that leads the case")
    first: date | None = Field(None, alias="from", description="a quarter before the last day, if left out")
    last: date | None = Field(None, alias="to", description="today, if left out")


@section.get("/statistics/cycle-time", returns=CycleTimeView, query=CycleTimes, errors=(403,))
def cycle_time(app: Application, actor: Actor, query: CycleTimes) -> CycleTimeView:
    """Tell how long deciding took in workdays. Gross, and net of the applicant's rework; the green way apart.

    From the first submission to the final decision. Of the cases over the target, which and why.
    """
    return approvals.cycle_times_of(app, actor, **query.model_dump())


@section.get(
    "/statistics/activities", returns=ListOf(ActivityStatisticsView), query=Activities, errors=(403,)
)
def activity_statistics(app: Application, actor: Actor, query: Activities) -> Page[ActivityStatisticsView]:
    """Tell how long each activity waited and was worked at. In hours on workdays; with what it sent back."""
    found = activities.find(
        app, actor, definition=query.definition, version=query.version, first=query.first, last=query.last
    )
    return query.cut(found, lambda each: f"{each.definition}.{each.activity_id}")


class Proposals(Slice):
    """Of which days: what was answered from day to day, both included."""

    first: date | None = Field(None, alias="from", description="a quarter before the last day, if left out")
    last: date | None = Field(None, alias="to", description="today, if left out")


@section.get("/statistics/proposals", returns=ListOf(ProposalView), query=Proposals, errors=(403,))
def list_proposals(app: Application, actor: Actor, query: Proposals) -> Page[ProposalView]:
    """List what the record proposes to improve. The slowest step, the most returned, the most overdue."""
    return query.cut(proposals.find(app, actor, first=query.first, last=query.last), lambda each: each.kind)
