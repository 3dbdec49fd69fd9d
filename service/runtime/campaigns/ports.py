"""What a handler can reach: the case's record and figures, and effects that happen after the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from service.domain.budget import Allowance
from service.domain.figures import Figure, channel_days
from service.domain.metrics import ChannelDay, LoadSample
from service.domain.words import Words
from service.domain.work_clock import WorkClock
from service.domain.workdays import Calendar
from service.engine.progress import HandlerCall
from service.handlers import Wait
from service.handlers.ports import CampaignSummary, OpenTask, Submission
from service.runtime import identity
from service.runtime.campaigns import allowances, campaign_figures, case_reading
from service.runtime.statistics import comparisons
from service.runtime.step.news import Audience, News
from service.runtime.step.step import Step
from service.runtime.tasks import candidates
from service.runtime.tasks import rows as task_rows


class HandlerPorts:
    """The ports of one call of one handler. What it asks for is done only once the handler has succeeded."""

    def __init__(self, step: Step, call: HandlerCall) -> None:
        self._step = step
        self._call = call
        self._effects: list[tuple[str, Mapping[str, Any], str | None]] = []
        self._notes: list[tuple[str, dict[str, Any]]] = []
        self._figures: list[Figure] = []
        self._news: list[News] = []
        self.now: datetime = step.now
        self.instance_id: str = step.instance.id
        self.case: str = step.case
        self.activity: str = call.activity_id
        self.variables: Mapping[str, Any] = call.variables

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        return self._call.facts()

    @property
    def words(self) -> Words:
        return self._step.model.words

    @property
    def calendar(self) -> Calendar:
        return self._step.calendar_of()

    # ---- reading ----------------------------------------------------------------------------------

    def submission(self, form: str, case: str | None = None) -> Submission | None:
        return case_reading.latest_submission(self._step, form, case)

    def start_answers(self, case: str | None = None) -> Mapping[str, Any]:
        return case_reading.start_answers(self._step, case)

    def submissions(self, form: str | None = None) -> Sequence[Submission]:
        return case_reading.submissions(self._step, form)

    def campaigns(
        self, *, department: str | None = None, cases: Sequence[str] | None = None
    ) -> Sequence[CampaignSummary]:
        return case_reading.campaigns(self._step, department, cases)

    def open_tasks(self) -> Sequence[OpenTask]:
        return case_reading.open_tasks(self._step, self._call.token_id)

    def task_holders(self, activity_id: str) -> Sequence[str]:
        return tuple(self._tasks_by_holder(activity_id))

    def people_named(self, name: str) -> tuple[Sequence[str], Sequence[str]]:
        known = self._step.model.organisation.people
        return identity.named(self._step.session, name), (name,) if name in known else ()

    def compare_pace(self, activity: str, moment: datetime) -> comparisons.ComparisonView | None:
        place, words = comparisons.place_of(activity), self._step.model.figures.improvements
        if place is None:
            return None
        since = comparisons.begun_to_count(moment, words)
        found = comparisons.answered(self._step.session, [place], since, self.now)[place]
        return comparisons.compared(found, WorkClock(self.calendar), moment, self.now, words)

    def metrics(self, first_day: date, last_day: date | None = None) -> Sequence[ChannelDay]:
        return channel_days(self.figures(first_day, last_day))

    def figures(self, first_day: date, last_day: date | None = None) -> Sequence[Figure]:
        return campaign_figures.figures(self._step.session, self.case, first_day, last_day or first_day)

    def load_samples(self, since: datetime) -> Sequence[LoadSample]:
        return campaign_figures.load_samples(self._step.session, self.case, since)

    def allowance(self, department: str, period: str) -> Allowance | None:
        return allowances.of_case(self._step.session, department, period, self.case)

    # ---- writing ----------------------------------------------------------------------------------

    def commit_allowance(self, department: str, period: str, amount: Decimal) -> Allowance | None:
        self._step.done_for_good.append(self.activity)
        return allowances.commit(self._step.session, department, period, self.case, amount)

    def archive(self, facts: Mapping[str, Any]) -> None:
        self._step.done_for_good.append(self.activity)
        campaign_figures.archive(self._step.session, self._step.instance, self.case, facts)

    def settle_allowance(self, spent: Decimal) -> None:
        allowances.settle(self._step.session, self.case, spent)

    def record_figures(self, figures: Iterable[Figure]) -> None:
        self._step.done_for_good.append(self.activity)
        self._figures += figures

    def note(self, text: str, **facts: Any) -> None:
        self._notes.append((text, facts))

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
        named = [
            Audience(each, *candidates.resolve(self._step, (each,), self.variables), opens=True)
            for each in groups
        ]
        audiences = (*named, Audience("", users=tuple(users), opens=True))
        tasks = self._tasks_by_holder(activity) if activity else {}
        self._news.append(News(kind, subject, text, audiences, tasks=tasks, to_actor=True))

    def start_process(self, key: str, variables: Mapping[str, Any], business_key: str) -> None:
        payload = {
            "key": key,
            "variables": dict(variables),
            "business_key": business_key,
        }
        self.queue("process.start", payload)

    def send_message(self, name: str, payload: Mapping[str, Any], case: str, error_code: str) -> Wait:
        message = {"name": name, "payload": dict(payload), "case": case, "error_code": error_code}
        return Wait("message.send", message)

    def apply_facts(self, message: str | None, payload: Mapping[str, Any], error_code: str) -> Wait:
        asked_by = {"by": self._step.actor.name, "on_behalf_of": self._step.on_behalf_of}
        about = {"name": message, "payload": dict(payload), "case": self.case, "error_code": error_code}
        return Wait("case.apply", {**about, **asked_by})

    # ---- handing over -----------------------------------------------------------------------------

    def queue(self, kind: str, payload: Mapping[str, Any], *, token_id: str | None = None) -> None:
        """Ask for an effect; with `token_id` the activity waits for its outcome."""
        self._effects.append((kind, payload, token_id))

    def hand_over(self) -> None:
        """The handler has succeeded: let the step do what it asked for."""
        for kind, payload, token_id in self._effects:
            self._step.queue(kind, {**payload, **self._place}, token_id=token_id)
        campaign_figures.record(self._step, self._figures)
        for news in self._news:
            self._step.tell(news)
        for text, facts in self._notes:
            self._step.line("note", _with_facts(text, facts), **self._line)
            self._step.audit("note", text=text, **{f"fact_{name}": value for name, value in facts.items()})

    def _tasks_by_holder(self, activity_id: str) -> dict[str, str]:
        """Return who holds or may claim an open task of this activity: user name → id of their first."""
        session, found = self._step.session, dict[str, str]()
        for task in task_rows.open_in(session, self.instance_id):
            if task.activity_id != activity_id:
                continue
            offered = [*task.candidate_users]
            for group in task.candidate_groups:
                offered += identity.members(session, group)
            for name in [task.assignee] if task.assignee else offered:
                found.setdefault(name, task.id)
        return found

    @property
    def _place(self) -> dict[str, str]:
        return {"activity_id": self._call.activity_id, "activity_path": self._call.activity_path}

    @property
    def _line(self) -> dict[str, Any]:
        call = self._call
        place = {**self._place, "kind": "serviceTask"}
        return {**place, "definition": call.definition, "token_id": call.token_id}


def _with_facts(text: str, facts: Mapping[str, Any]) -> str:
    shown = [f"{name}: {_shown(value)}" for name, value in facts.items() if value is not None]
    return "\n".join([text, *shown])


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, (list, tuple)):
        return "、".join(map(str, value))
    return str(value)
