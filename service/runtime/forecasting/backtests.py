"""Which finished cases would have gone another way with these drawings: tables and gateways alike.

Each case is walked twice with its own answers, through the drawings it ran on and through those asked about.
What differs between the two differs because of the drawings, whatever has changed in the company since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.runtime.campaigns.allowances import all_of
from service.runtime.forecasting import record as records
from service.runtime.forecasting.premises import Elsewhere
from service.runtime.forecasting.record import Given, Record
from service.runtime.forecasting.replaying import Past, Route, replay_all
from service.runtime.forecasting.running import Ground
from service.runtime.step.context import Application
from service.runtime.step.views import View
from service.store import manifests
from service.store.models import Case, ProcessInstance

MOST_CHANGES = 20
"""Of one case no more is told."""


@dataclass(frozen=True)
class ChangeView(View):
    """What would have been otherwise in a case.

    `decision`: a table, a fact (`case.<name>`), or an activity with its process, which was passed `before`
    and `after` so many times; "asks" stands before what somebody would have been asked that nobody was.
    """

    case: str
    decision: str
    before: Any
    after: Any


@dataclass(frozen=True)
class BacktestView(View):
    """How many finished cases were walked, how many of them would have gone another way, and how.

    `not_told`: cases whose own drawings do not lead them the way they went, so nothing is said of them.
    """

    cases: int
    other_way: int
    changed: tuple[ChangeView, ...]
    not_told: int


def run(
    app: Application,
    files: Mapping[str, bytes],
    *,
    begun_from: datetime | None = None,
    begun_to: datetime | None = None,
) -> BacktestView:
    """Return what these drawings would have done with the finished cases that began in this time."""
    with app.db.read() as session:
        calendar = app.calendar(session=session)
        main = Model.load(files).case.main
        record = records.read(session, calendar, main=main)
        pasts = _pasts(session, record, begun_from, begun_to)
        allowances = all_of(session)
        drawn = {
            deployment: manifests.files_of(session, deployment) for deployment in {each[0] for each in pasts}
        }

    def ground(drawings: Mapping[str, bytes]) -> Ground:
        return Ground(drawings, calendar, dict(app.handlers), Elsewhere((), allowances))

    by_deployment: dict[str, list[Past]] = defaultdict(list)
    for deployment, past in pasts:
        by_deployment[deployment].append(past)
    changed: list[ChangeView] = []
    other_way = not_told = 0
    for deployment, cases in by_deployment.items():
        before = app.beside(replay_all, ground(drawn[deployment]), record, cases)
        after = app.beside(replay_all, ground(files), record, cases)
        for past, was, would in zip(cases, before, after, strict=True):
            if was.asks or was.stuck:
                not_told += 1
                continue
            found = list(_differences(str(past.given["number"]), was, would))[:MOST_CHANGES]
            other_way += bool(found)
            changed += found
    return BacktestView(len(pasts), other_way, tuple(changed), not_told)


def _pasts(
    session: Session, record: Record, begun_from: datetime | None, begun_to: datetime | None
) -> list[tuple[str, Past]]:
    query = (
        select(ProcessInstance, Case)
        .join(Case, Case.main_instance == ProcessInstance.id)
        .where(ProcessInstance.state == "completed", Case.number.in_(record.donors))
        .order_by(Case.opened_at, Case.number)
    )
    if begun_from is not None:
        query = query.where(Case.opened_at >= begun_from)
    if begun_to is not None:
        query = query.where(Case.opened_at <= begun_to)
    answers: dict[str, list[Given]] = defaultdict(list)
    for each in record.given:
        answers[each.case].append(each)
    for done in _without_form(record):
        answers[done.case].append(done)
    return [
        (row.deployment_id, _past(row, case, record, answers[case.number]))
        for row, case in session.execute(query)
    ]


def _without_form(record: Record) -> Iterator[Given]:
    """Yield the tasks that were done with nothing to fill in: of those only the record tells."""
    answered = {(each.case, each.place) for each in record.given}
    for done in record.done:
        if (done.case, done.place) not in answered:
            yield Given(done.place, done.case, "", None, done.completed_at, {}, None)


def _past(row: ProcessInstance, case: Case, record: Record, answers: Sequence[Given]) -> Past:
    given = {
        "number": case.number,
        "title": case.title,
        "applicant": case.applicant,
        "department": case.department,
    }
    ended = row.ended_at or row.updated_at
    return Past(given, case.opened_at, ended, record.starts.get(case.number), answers, row.definition)


def _differences(case: str, was: Route, would: Route) -> Iterator[ChangeView]:
    """Yield what differs; where the way ends early, nothing of what would have come after that."""
    goes_on = not would.asks and not would.stuck
    for table in sorted({*was.decided, *would.decided}):
        before, after = was.decided.get(table, ()), would.decided.get(table, ())
        if before != after and (after or goes_on):
            yield ChangeView(case, table, list(before), list(after))
    for place in would.asks:
        yield ChangeView(case, f"asks {'/'.join(place)}", None, place[1])
    for path, why in would.stuck.items():
        yield ChangeView(case, path, None, why)
    for place in sorted({*was.passed, *would.passed}):
        times = was.passed.get(place, 0), would.passed.get(place, 0)
        if times[0] != times[1] and (times[1] > times[0] or goes_on):
            yield ChangeView(case, "/".join(place), *times)
    for name in sorted({*was.facts, *would.facts}) if goes_on else ():
        if was.facts.get(name) != would.facts.get(name):
            yield ChangeView(case, f"case.{name}", was.facts.get(name), would.facts.get(name))
