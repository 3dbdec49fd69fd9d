"""The load of a campaign's site as it was reported, and from where on the owners' table calls it high."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from service.domain.metrics import LoadSample, load_ratio
from service.domain.plan import text_of
from service.engine.decisions import Decision
from service.runtime.campaigns import campaign_figures, case_reading
from service.runtime.campaigns.measurements import main_instance
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.runtime.step.transaction import step_of
from service.runtime.step.views import View

SPAN = timedelta(hours=24)
"""How far back one looks."""
MOST_POINTS = 288
"""So many samples are shown: one each five minutes of a day."""
_PEAK = "expected_peak_qps"


@dataclass(frozen=True)
class LoadPointView(View):
    """The system at one moment: shares are 0–1, `p95` in ms; `qps_ratio` is None without a planned peak."""

    at: datetime
    qps: Decimal
    qps_ratio: Decimal | None
    cpu: Decimal
    p95: Decimal
    error_rate: Decimal
    cdn_nodes: int | None


@dataclass(frozen=True)
class LimitView(View):
    """From which value on a measure alone makes the table say `level`; `note` is the table's remark."""

    measure: str
    level: str
    at: Decimal
    note: str


@dataclass(frozen=True)
class LoadWatchView(View):
    """The samples of the last day, oldest first; the limits of the table, the lowest of a measure first."""

    points: tuple[LoadPointView, ...]
    limits: tuple[LimitView, ...]
    expected_peak_qps: Decimal | None


def watch(app: Application, actor: Actor, business_key: str) -> LoadWatchView:
    """Return how loaded a campaign's site was in the last day. NotFound unless one sees the case."""
    leading = main_instance(app, actor, business_key)
    with app.db.read() as session:
        row = require_visible(app, session, actor, leading)
        own = app.model(row.deployment_id, session=session)
        model = own if own.figures.load_table else app.live(session=session).model
        samples = campaign_figures.load_samples(session, business_key, app.clock() - SPAN)
        entries = case_reading.submissions(step_of(app, session, row, own, actor), None)
    text = text_of(((each.form, each.answers) for each in entries), own.words.text)
    peak = text.get(_PEAK)
    table = model.decisions.get(model.figures.load_table)
    return LoadWatchView(
        tuple(_point(each, peak) for each in _thinned(samples)),
        tuple(sorted(_limits(table), key=lambda each: (each.measure, each.at))) if table else (),
        None if peak is None else Decimal(str(peak)),
    )


def _thinned(samples: Sequence[LoadSample]) -> Sequence[LoadSample]:
    """Return every so many-th sample, the last one always."""
    step = -(-len(samples) // MOST_POINTS) or 1
    return samples[::-1][::step][::-1]


def _point(sample: LoadSample, peak: Any) -> LoadPointView:
    share = load_ratio(sample.qps, peak)
    return LoadPointView(
        sample.at, sample.qps, share, sample.cpu, sample.p95, sample.error_rate, sample.cdn_nodes
    )


def _limits(table: Decision) -> Iterator[LimitView]:
    """Yield what single cells of the table say: rules that ask one measure for a least value."""
    for rule in table.rules:
        asked = [
            (column, cell)
            for column, cell in zip(table.inputs, rule.cells, strict=True)
            if not _is_open(cell)
        ]
        level = rule.results[0] if rule.results else None
        if len(asked) != 1 or level is None:
            continue
        column, cell = asked[0]
        if cell is not None and len(cell.intervals) == 1 and not cell.negated:
            low, high = cell.intervals[0].low, cell.intervals[0].high
            if low is not None and high is None and low.kind == "number":
                note = rule.annotations[0] if rule.annotations else ""
                yield LimitView(column.expression, str(level.value), Decimal(low.value), note)


def _is_open(cell: Any) -> bool:
    return cell is not None and cell.negated and not cell.intervals
