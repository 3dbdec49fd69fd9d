"""A table of figures of a campaign: looked at, then taken in one transaction. Twice does nothing new."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from service.domain.figures import Figure
from service.errors import FieldError, InvalidInput
from service.runtime.campaigns import campaign_figures, figure_rows
from service.runtime.campaigns.figure_judging import Judge
from service.runtime.campaigns.figure_layouts import Column
from service.runtime.campaigns.figure_rows import Given, Reported, Wrong
from service.runtime.campaigns.measurements import recording, require_case
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View


@dataclass(frozen=True)
class SourceView(View):
    """A layout of tables that is known. `has_channel`: it has a column for the channel."""

    key: str
    name: str
    name_en: str
    has_channel: bool


@dataclass(frozen=True)
class ImportView(View):
    """What a table of figures comes to.

    `accepted` counts rows that can be taken, `rejected` names what cannot, `skipped` counts rows of totals
    and without figures. Of the figures `recorded` are new, `corrected` take the place of others, `unchanged`
    are known already. `missing`: metrics that have no column in it.
    `is_done`: they are recorded now; False on a dry run.
    """

    accepted: int
    rejected: tuple[Wrong, ...]
    skipped: int
    recorded: int
    corrected: int
    unchanged: int
    source: str
    columns: tuple[Column, ...]
    missing: tuple[str, ...]
    is_done: bool


def sources(app: Application) -> tuple[SourceView, ...]:
    """Return the layouts that the owners have declared, in their order."""
    declared = app.live().model.figures.sources.values()
    return tuple(
        SourceView(each.key, each.name, each.name_en, bool(each.columns.get("channel"))) for each in declared
    )


def take(
    app: Application,
    actor: Actor,
    business_key: str,
    content: bytes,
    given: Given,
    *,
    dry_run: bool,
    name: str = "",
) -> ImportView:
    """Record what the rows of a table say, but those that are rejected; on a dry run only say what would be.

    Raises as `measurements.record_metrics` does; InvalidInput names `file` for what is no table of figures,
    `source` for a layout that is not known.
    """
    require(actor, "sample.record")
    with app.db.read() as session:
        require_case(session, actor, business_key)
    model = app.live().model
    if not model.figures.sources:
        raise InvalidInput(errors=[FieldError("source", "no source of figures is declared (figures.yaml)")])
    table = app.beside(figure_rows.read, content, model.figures, model.organisation.metrics, given)
    with recording(app, actor, business_key) as (step, facts):
        judge = Judge(step, facts, (row.day for row in table.rows))
        rejected, figures, accepted = list(table.rejected), list[Figure](), 0
        for row in table.rows:
            wrong = _wrong(row, judge)
            rejected += wrong
            if not wrong:
                accepted += 1
                figures += row.figures
        new = judge.new(figures)
        if dry_run:
            step.drop()
        elif new:
            campaign_figures.record(step, new)
            file = {"file": name, "sha256": hashlib.sha256(content).hexdigest(), "source": table.source}
            step.audit("figures.imported", rows=accepted, figures=len(new), rejected=len(rejected), **file)
        corrected = sum(each.place in judge.present for each in new)
    return ImportView(
        accepted=accepted,
        rejected=tuple(sorted(rejected, key=lambda each: each.row)),
        skipped=table.skipped,
        recorded=len(new) - corrected,
        corrected=corrected,
        unchanged=len(figures) - len(new),
        source=table.source,
        columns=table.columns,
        missing=table.missing,
        is_done=not dry_run,
    )


def _wrong(row: Reported, judge: Judge) -> list[Wrong]:
    """Return what is wrong with a row for this campaign, under the headings of its table."""
    problems = judge.problems(row.day, row.channel, row.figures)
    return [Wrong(row.row, row.headings.get(part, part), why) for part, why in problems]
