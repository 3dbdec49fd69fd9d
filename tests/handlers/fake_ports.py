"""Ports held in memory: what a handler reads is given, what it causes is kept for the assertion."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.domain.figures import figures_of
from service.domain.words import Words
from service.domain.workdays import ZONE, official_calendar
from service.handlers.ports import Submission, Wait
from tests.company_words import company_words

NOON = datetime(2026, 11, 23, 12, tzinfo=ZONE)
CASE = "C-2026-0007"
MAIN = "main-instance"


@dataclass
class FakePorts:
    now: datetime = NOON
    instance_id: str = MAIN
    case: str = CASE
    activity: str = "some_activity"
    variables: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(
        default_factory=lambda: {
            "number": CASE,
            "title": "抽奖季",
            "applicant": "linyue",
            "department": "市场部",
        }
    )
    calendar: Any = field(default_factory=official_calendar)
    words: Words = field(default_factory=company_words)
    handed_in: list[Submission] = field(default_factory=list)
    # Instances beside the main one that have applied what they decided.
    applied: set[str] = field(default_factory=set)
    others: list[Any] = field(default_factory=list)
    owed: list[Any] = field(default_factory=list)
    named: dict[str, tuple] = field(default_factory=dict)
    paces: dict[tuple, Any] = field(default_factory=dict)
    holders: dict[str, list[str]] = field(default_factory=dict)
    samples: list[Any] = field(default_factory=list)
    # Figures recorded on top of the samples.
    kept: list[Any] = field(default_factory=list)
    load: list[Any] = field(default_factory=list)
    allowances: dict[tuple[str, str], Any] = field(default_factory=dict)
    committed: list[tuple] = field(default_factory=list)
    settled: list[Any] = field(default_factory=list)
    notes: list[tuple[str, dict]] = field(default_factory=list)
    notices: list[dict] = field(default_factory=list)
    started: list[tuple] = field(default_factory=list)
    archived: list[dict] = field(default_factory=list)

    def hand_in(self, form: str, instance_id: str = MAIN, by: str = "linyue", **answers: Any) -> Submission:
        seq = len(self.handed_in) + 1
        entry = Submission(form, form, instance_id, by, self.now, answers, f"hash-{seq}", seq)
        self.handed_in.append(entry)
        return entry

    def submission(self, form, case=None):
        return next((entry for entry in reversed(self.handed_in) if entry.form == form), None)

    def start_answers(self, case=None):
        entry = self.submission("campaign", case)
        return entry.answers if entry else {}

    def submissions(self, form=None):
        counted = {MAIN, self.instance_id, *self.applied}
        return [
            entry for entry in self.handed_in if form in (None, entry.form) and entry.instance_id in counted
        ]

    def campaigns(self, *, department=None, cases=None):
        return [
            campaign
            for campaign in self.others
            if (department is None or campaign.department == department)
            and (cases is None or campaign.case in cases)
        ]

    def open_tasks(self):
        return self.owed

    def task_holders(self, activity_id):
        return self.holders.get(activity_id, [])

    def people_named(self, name):
        return self.named.get(name, ((), ()))

    def compare_pace(self, activity, moment):
        return self.paces.get((activity, moment))

    def metrics(self, first_day, last_day=None):
        return [row for row in self.samples if first_day <= row.day <= (last_day or first_day)]

    def figures(self, first_day, last_day=None):
        told = [figure for row in self.samples for figure in figures_of(row)]
        return [each for each in [*told, *self.kept] if first_day <= each.day <= (last_day or first_day)]

    def load_samples(self, since):
        return [sample for sample in self.load if sample.at >= since]

    def allowance(self, department, period):
        return self.allowances.get((department, period))

    def commit_allowance(self, department, period, amount):
        self.committed.append((department, period, amount))
        return self.allowance(department, period)

    def record_figures(self, figures):
        self.kept += figures

    def settle_allowance(self, spent):
        self.settled.append(spent)

    def note(self, text, **facts):
        self.notes.append((text, facts))

    def notify(self, kind, *, groups=(), users=(), subject, text, activity=None):
        people = {"groups": tuple(groups), "users": tuple(users)}
        self.notices.append({"kind": kind, **people, "subject": subject, "text": text, "activity": activity})

    def start_process(self, key, variables, business_key):
        self.started.append((key, dict(variables), business_key))

    def send_message(self, name, payload, case, error_code):
        return Wait("message", {"name": name, "payload": payload, "case": case, "error_code": error_code})

    def apply_facts(self, message, payload, error_code):
        about = {"name": message, "payload": payload, "case": self.case, "error_code": error_code}
        return Wait("case.apply", about)

    def archive(self, facts):
        self.archived.append(dict(facts))
