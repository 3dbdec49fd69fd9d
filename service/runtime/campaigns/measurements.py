"""Figures of a running campaign as they come in: per channel and day, and the load of the system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.figures import Figure as Recorded
from service.domain.figures import corrections, figures_of, in_force
from service.domain.metrics import ChannelDay
from service.domain.metrics import LoadSample as Load
from service.errors import FieldError, FiguresClosed, InvalidInput, NotFound
from service.handlers.measure import CLOSED
from service.runtime import identity
from service.runtime.campaigns import campaign_figures
from service.runtime.campaigns.figure_judging import Judge
from service.runtime.identity import visibility
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.step.views import View
from service.store import cases
from service.store.models import Case, Figure, LoadSample

DECIDED = "decided_at"
"""The fact when a campaign was approved."""


@dataclass(frozen=True)
class FigureView(View):
    """One figure as it was recorded: `before` is what it took the place of, `in_force` whether it holds."""

    day: date
    channel: str
    metric: str
    value: Decimal
    before: Decimal | None
    source: str
    reason: str | None
    by: str
    at: datetime
    in_force: bool


def record_metrics(
    app: Application,
    actor: Actor,
    business_key: str,
    samples: Sequence[ChannelDay],
    reasons: Sequence[str | None] = (),
) -> int:
    """Keep what the samples of a campaign say, and return how many samples there were.

    What says something new takes the place of the figure before it, which is kept; `reasons` say why, sample
    by sample, where it takes one. NotFound when there is no such case, or the actor may not see it;
    InstanceNotActive once it is archived, FiguresClosed after its end; InvalidInput names what cannot be.
    """
    with recording(app, actor, business_key) as (step, facts):
        given = (*reasons, *[None] * (len(samples) - len(reasons)))
        told = [figures_of(sample, reason) for sample, reason in zip(samples, given, strict=True)]
        judge = Judge(step, facts, (sample.day for sample in samples))
        errors = [
            FieldError(f"samples.{place}.{part}", why)
            for place, (sample, said) in enumerate(zip(samples, told, strict=True))
            for part, why in judge.problems(sample.day, sample.channel, said)
        ]
        if errors:
            raise InvalidInput(errors=errors)
        new = judge.new(figure for said in told for figure in said)
        campaign_figures.record(step, new)
        step.audit("figures.recorded", samples=len(samples), figures=len(new))
        return len(samples)


@contextmanager
def recording(app: Application, actor: Actor, business_key: str) -> Iterator[tuple[Step, Mapping[str, Any]]]:
    """Yield the step, and the facts, of a campaign whose figures the actor may record, under its lock.

    Raises as `record_metrics` does.
    """
    require(actor, "sample.record")
    with on_instance(app, main_instance(app, actor, business_key), actor, states=RUNNING) as step:
        identity.require_still(app, step.session, actor, "sample.record")
        require_case(step.session, actor, business_key)
        facts = cases.in_force(step.session, step.case)
        if facts.get(CLOSED):
            raise FiguresClosed(business_key=business_key)
        yield step, facts


def figures(app: Application, actor: Actor, business_key: str) -> tuple[FigureView, ...]:
    """Return every figure of a campaign with those it took the place of, oldest first. NotFound as above."""
    with app.db.read() as session:
        require_case(session, actor, business_key)
        found = campaign_figures.figures(session, business_key)
    replaced = {id(each.after): each.before.value for each in corrections(found)}
    holding = {id(figure) for figure in in_force(found).values()}
    return tuple(_figure(each, replaced.get(id(each)), is_in_force=id(each) in holding) for each in found)


def corrected(app: Application, actor: Actor, business_key: str, most: int) -> tuple[FigureView, ...]:
    """Return the latest corrections of a campaign, newest first. NotFound as above."""
    with app.db.read() as session:
        require_case(session, actor, business_key)
        found = campaign_figures.corrected(session, business_key, most)
    return tuple(_figure(each, before, is_in_force=holds) for each, before, holds in found)


def _figure(figure: Recorded, before: Decimal | None, *, is_in_force: bool) -> FigureView:
    assert figure.at is not None, "what is stored was recorded at some time"
    return FigureView(
        day=figure.day,
        channel=figure.channel,
        metric=figure.metric,
        value=figure.value,
        before=before,
        source=figure.source,
        reason=figure.reason,
        by=figure.by,
        at=figure.at,
        in_force=is_in_force,
    )


def has_begun(app: Application, business_key: str) -> bool:
    """Say whether a campaign is one that figures are, or were, expected of: it is decided, or has some."""
    with app.db.read() as session:
        if cases.in_force(session, business_key).get(DECIDED):
            return True
        recorded = select(Figure.seq).where(Figure.number == business_key).limit(1)
        return session.scalar(recorded) is not None


def record_load(app: Application, actor: Actor, business_key: str, sample: Load) -> None:
    """Keep one load sample of a campaign. NotFound as above."""
    require(actor, "sample.record")
    with app.db.begin() as session:
        identity.require_still(app, session, actor, "sample.record")
        require_case(session, actor, business_key)
        session.add(
            LoadSample(
                business_key=business_key,
                at=sample.at,
                qps=float(sample.qps),
                cpu_ratio=float(sample.cpu),
                p95_latency_ms=float(sample.p95),
                error_rate=float(sample.error_rate),
                cdn_nodes=sample.cdn_nodes,
            )
        )


def main_instance(app: Application, actor: Actor, number: str) -> str:
    """Return the instance that leads a case the actor may see. NotFound otherwise."""
    with app.db.read() as session:
        require_case(session, actor, number)
        return session.get_one(Case, number).main_instance


def require_case(session: Session, actor: Actor, business_key: str) -> None:
    """NotFound unless there is such a case, and the actor may see it."""
    if not visibility.sees_key(session, actor, business_key):
        raise NotFound(business_key=business_key)
