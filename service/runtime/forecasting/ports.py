"""What handlers reach while a case is walked in memory: the case itself, and what was looked up before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from service.domain.budget import Allowance
from service.domain.figures import Figure
from service.domain.metrics import ChannelDay, LoadSample
from service.domain.words import Words
from service.domain.workdays import Calendar
from service.engine.progress import HandlerCall
from service.handlers import Wait
from service.handlers.ports import CampaignSummary, Comparison, OpenTask, Submission
from service.runtime.forecasting.premises import Knowledge, Premises


class WalkPorts:
    """The ports of one call of one handler in a walk: what it reads is there, what it tells is lost.

    As with `HandlerPorts` the signatures repeat those of the protocol, which mypy holds them to; what stands
    in them has nothing in common, so there is no base to share.
    """

    def __init__(self, premises: Premises, known: Knowledge, call: HandlerCall, now: datetime) -> None:
        self._premises, self._known, self._call = premises, known, call
        self.started: list[tuple[str, Mapping[str, Any]]] = []
        self.now: datetime = now
        self.instance_id = ""
        self.case = str(known.given["number"])
        self.activity: str = call.activity_id
        self.variables: Mapping[str, Any] = call.variables

    # ---- reading ----------------------------------------------------------------------------------

    @property
    def facts(self) -> Mapping[str, Any]:
        return self._call.facts()

    @property
    def calendar(self) -> Calendar:
        return self._premises.calendar

    @property
    def words(self) -> Words:
        return self._premises.model.words

    def submission(self, form: str, case: str | None = None) -> Submission | None:
        if case not in (None, self.case):
            return None
        return next((each for each in reversed(self._known.submissions) if each.form == form), None)

    def start_answers(self, case: str | None = None) -> Mapping[str, Any]:
        return self._known.start if case in (None, self.case) else {}

    def submissions(self, form: str | None = None) -> Sequence[Submission]:
        return [each for each in self._known.submissions if form in (None, each.form)]

    def campaigns(
        self, *, department: str | None = None, cases: Sequence[str] | None = None
    ) -> Sequence[CampaignSummary]:
        return [
            each
            for each in self._premises.elsewhere.campaigns
            if each.case != self.case
            and department in (None, each.department)
            and (cases is None or each.case in cases)
        ]

    def open_tasks(self) -> Sequence[OpenTask]:
        return ()

    def task_holders(self, activity_id: str) -> Sequence[str]:
        return ()

    def people_named(self, name: str) -> tuple[Sequence[str], Sequence[str]]:
        return (), ()

    def compare_pace(self, activity: str, moment: datetime) -> Comparison | None:
        return None

    def metrics(self, first_day: date, last_day: date | None = None) -> Sequence[ChannelDay]:
        return ()

    def figures(self, first_day: date, last_day: date | None = None) -> Sequence[Figure]:
        return ()

    def load_samples(self, since: datetime) -> Sequence[LoadSample]:
        return ()

    def allowance(self, department: str, period: str) -> Allowance | None:
        return self._premises.elsewhere.allowances.get((department, period))

    # ---- causing ----------------------------------------------------------------------------------

    def commit_allowance(self, department: str, period: str, amount: Decimal) -> Allowance | None:
        return self.allowance(department, period)

    def settle_allowance(self, spent: Decimal) -> None:
        return None

    def record_figures(self, figures: Iterable[Figure]) -> None:
        return None

    def archive(self, facts: Mapping[str, Any]) -> None:
        return None

    def note(self, text: str, **facts: Any) -> None:
        return None

    def notify(
        self,
        kind: str,
        *,
        groups: Sequence[str] = (),
        users: Sequence[str] = (),
        subject: str,
        text: str,
        activity: str | None = None,
    ) -> None:
        return None

    def start_process(self, key: str, variables: Mapping[str, Any], business_key: str) -> None:
        if business_key == self.case:
            self.started.append((key, variables))

    def send_message(self, name: str, payload: Mapping[str, Any], case: str, error_code: str) -> Wait:
        return Wait("message.send", {"name": name, "payload": dict(payload), "error_code": error_code})

    def apply_facts(self, message: str | None, payload: Mapping[str, Any], error_code: str) -> Wait:
        return Wait("case.apply", {"name": message, "payload": dict(payload), "error_code": error_code})
