"""Figures of a running campaign as they come in: per channel and day, and the load of the system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from service.domain import plan
from service.domain.figures import Figure, Place, changes, corrections, figures_of, in_force, needs_reason
from service.domain.metrics import ChannelDay
from service.domain.metrics import LoadSample as Load
from service.domain.workdays import local_day
from service.errors import FieldError, FiguresClosed, InvalidInput, NotFound
from service.handlers.measure import CLOSED
from service.runtime import identity
from service.runtime.campaigns import campaign_figures, case_reading
from service.runtime.identity import visibility
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.step.views import View
from service.store import cases
from service.store.models import Case, LoadSample
from service.wording import Text


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
    require(actor, "sample.record")
    with on_instance(app, _main_instance(app, actor, business_key), actor, states=RUNNING) as step:
        identity.require_still(app, step.session, actor, "sample.record")
        _require_case(step.session, actor, business_key)
        facts = cases.in_force(step.session, step.case)
        if facts.get(CLOSED):
            raise FiguresClosed(business_key=business_key)
        given = (*reasons, *[None] * (len(samples) - len(reasons)))
        told = [figures_of(sample, reason) for sample, reason in zip(samples, given, strict=True)]
        present = in_force(_recorded(step, samples))
        errors = [*_impossible(step, facts, samples), *_unexplained(step, told, present)]
        if errors:
            raise InvalidInput(errors=errors)
        new = changes((figure for figures in told for figure in figures), present)
        campaign_figures.record(step, new)
        step.audit("figures.recorded", samples=len(samples), figures=len(new))
        return len(samples)


def figures(app: Application, actor: Actor, business_key: str) -> tuple[FigureView, ...]:
    """Return every figure of a campaign with those it took the place of, oldest first. NotFound as above."""
    with app.db.read() as session:
        _require_case(session, actor, business_key)
        found = campaign_figures.figures(session, business_key)
    replaced = {id(each.after): each.before.value for each in corrections(found)}
    holding = {id(figure) for figure in in_force(found).values()}
    return tuple(
        FigureView(
            day=each.day,
            channel=each.channel,
            metric=each.metric,
            value=each.value,
            before=replaced.get(id(each)),
            source=each.source,
            reason=each.reason,
            by=each.by,
            at=each.at,
            in_force=id(each) in holding,
        )
        for each in found
        if each.at is not None
    )


def record_load(app: Application, actor: Actor, business_key: str, sample: Load) -> None:
    """Keep one load sample of a campaign. NotFound as above."""
    require(actor, "sample.record")
    with app.db.begin() as session:
        identity.require_still(app, session, actor, "sample.record")
        _require_case(session, actor, business_key)
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


def _main_instance(app: Application, actor: Actor, number: str) -> str:
    with app.db.read() as session:
        _require_case(session, actor, number)
        return session.get_one(Case, number).main_instance


def _require_case(session: Session, actor: Actor, business_key: str) -> None:
    if not visibility.sees_key(session, actor, business_key):
        raise NotFound(business_key=business_key)


def _recorded(step: Step, samples: Sequence[ChannelDay]) -> list[Figure]:
    days = [sample.day for sample in samples]
    return campaign_figures.figures(step.session, step.case, min(days), max(days)) if days else []


def _impossible(step: Step, facts: Mapping[str, Any], samples: Sequence[ChannelDay]) -> Iterator[FieldError]:
    """Tell of days that have not come or are not the campaign's, and of channels it does not have."""
    text, today = _text(step), local_day(step.now)
    names = [str(row.get("name")) for row in text.get("channels") or ()]
    first = plan.as_date(facts.get(plan.START) or text.get(plan.START)) if names else None
    last = plan.as_date(facts.get("actual_end_date") or facts.get(plan.END) or text.get(plan.END))
    for place, sample in enumerate(samples):
        day, path = sample.day, f"samples.{place}"
        if day > today:
            yield FieldError(f"{path}.day", Text("{day} has not come yet", day=str(day)))
        elif (first and day < first) or (names and last and day > last):
            message = Text("the campaign runs from {first} to {last}", first=str(first), last=str(last))
            yield FieldError(f"{path}.day", message)
        if names and sample.channel not in names:
            message = Text("the plan has no such channel; it has {channels}", channels="、".join(names))
            yield FieldError(f"{path}.channel", message)


def _unexplained(
    step: Step, told: Sequence[Sequence[Figure]], present: Mapping[Place, Figure]
) -> Iterator[FieldError]:
    """Tell of samples that correct a figure and would have to say why."""
    today = local_day(step.now)
    for place, figures in enumerate(told):
        corrected = [each for each in changes(figures, present) if each.place in present]
        owed = [each for each in corrected if needs_reason(each, present[each.place], today)]
        if owed and not (owed[0].reason or "").strip():
            before = present[owed[0].place]
            message = Text(
                "{metric} of {day} is {value} by {source}: say why it is corrected",
                metric=owed[0].metric,
                day=str(before.day),
                value=f"{before.value.normalize():f}",
                source=before.source or before.by,
            )
            yield FieldError(f"samples.{place}.reason", message)


def _text(step: Step) -> Mapping[str, Any]:
    """Return the plan as it stands now, by key."""
    fields = step.model.words.text
    entries = case_reading.submissions(step, None)
    return plan.text_of(((entry.form, entry.answers) for entry in entries), fields)
