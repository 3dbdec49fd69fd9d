"""What a handler may ask for and cause: the only door between a service task and the rest of the system.

Reading is immediate. What concerns another process (`start_process`, `send_message`) is put into the outbox
of the running transaction and happens after its commit.
Times are aware, days are dates in Asia/Shanghai, money is `Decimal` CNY, people are user names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from service.domain.budget import Allowance
from service.domain.figures import Figure
from service.domain.metrics import ChannelDay, LoadSample
from service.domain.words import Words
from service.domain.workdays import Calendar


@dataclass(frozen=True)
class Wait:
    """The activity is not finished: `effect` was queued, and a later transaction completes or fails it."""

    effect: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    """One set of answers as handed in: a line of the dossier, never changed afterwards."""

    form: str
    activity_id: str
    instance_id: str
    by: str
    at: datetime
    answers: Mapping[str, Any]
    content_hash: str = ""
    seq: int = 0
    # That of its conclusion: good, warn or bad; "" without one.
    tone: str = ""


@dataclass(frozen=True)
class CampaignSummary:
    """Another campaign, as far as the tier of this one may depend on it."""

    case: str
    name: str
    department: str
    brand_line: str
    start_date: date | None
    end_date: date | None
    plan_total: Decimal | None
    state: str
    # What came of it, in the words of the fact that says so; "" where none does.
    outcome: str = ""


@dataclass(frozen=True)
class OpenTask:
    """A user task of the case that somebody still owes."""

    activity_id: str
    name: str
    process_key: str
    instance_id: str
    due_at: datetime | None


class Pace(Protocol):
    """How many workdays something took: of `n` times, None where that is too few to say."""

    @property
    def n(self) -> int: ...

    @property
    def p50(self) -> Decimal | None: ...

    @property
    def p80(self) -> Decimal | None: ...


class Comparison(Protocol):
    """How long something took before a moment, and since; `fewest` times are needed to say so."""

    @property
    def before(self) -> Pace: ...

    @property
    def since(self) -> Pace: ...

    @property
    def fewest(self) -> int: ...


class Ports(Protocol):
    """Given to every handler. Implemented in `runtime/campaigns/ports.py`; the tests have a small fake."""

    now: datetime
    instance_id: str
    case: str
    activity: str
    variables: Mapping[str, Any]

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return the case as this instance sees it: facts, and number, title, applicant, department."""

    @property
    def calendar(self) -> Calendar:
        """Return the calendar that workdays are counted by."""

    @property
    def words(self) -> Words:
        """Return the owners' words that handlers go by."""

    def submission(self, form: str, case: str | None = None) -> Submission | None:
        """Return the latest answers of this form in the case, None when it was never handed in."""

    def start_answers(self, case: str | None = None) -> Mapping[str, Any]:
        """Return what was answered when the case was started, nothing when it was started without a form."""

    def submissions(self, form: str | None = None) -> Sequence[Submission]:
        """Return the answers of this form (None: of every form) that hold in the case, oldest first.

        Those of a change order hold for others once it is applied.
        """

    def campaigns(
        self, *, department: str | None = None, cases: Sequence[str] | None = None
    ) -> Sequence[CampaignSummary]:
        """Return the other campaigns of a department, or those with the given numbers, archived ones too."""

    def open_tasks(self) -> Sequence[OpenTask]:
        """Return what is still owed in the case, in all its instances."""

    def task_holders(self, activity_id: str) -> Sequence[str]:
        """Return who holds or may claim the open tasks of this activity in this instance, as user names."""

    def people_named(self, name: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return the accounts that go by this name, and the group or relation that does."""

    def compare_pace(self, activity: str, moment: datetime) -> Comparison | None:
        """Return how long an activity (`process/activity`) took in all cases; None where there is none."""

    def metrics(self, first_day: date, last_day: date | None = None) -> Sequence[ChannelDay]:
        """Return the figures in force per channel and day, from the first to the last day inclusive."""

    def figures(self, first_day: date, last_day: date | None = None) -> Sequence[Figure]:
        """Return every figure recorded of these days, oldest first: the latest of its place holds."""

    def load_samples(self, since: datetime) -> Sequence[LoadSample]:
        """Return the system-load samples of the case since then, oldest first."""

    def allowance(self, department: str, period: str) -> Allowance | None:
        """Return the department's allowance of a quarter such as `2026Q4`, None when none was granted."""

    def commit_allowance(self, department: str, period: str, amount: Decimal) -> Allowance | None:
        """Make `amount` the case's share of the committed allowance, replacing what it held before."""

    def settle_allowance(self, spent: Decimal) -> None:
        """Release the case's share of the allowance, and count what it has spent instead."""

    def record_figures(self, figures: Iterable[Figure]) -> None:
        """Record figures of the case, as those of who acts now."""

    def note(self, text: str, **facts: Any) -> None:
        """Write a line into the record of this instance, at this activity."""

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
        """Tell people something, in this transaction; groups may be relations (发起人, 部门负责人).

        `activity`: whoever holds an open task of it in this instance is led to that task.
        """

    def start_process(self, key: str, variables: Mapping[str, Any], business_key: str) -> None:
        """Queue the start of another process."""

    def send_message(self, name: str, payload: Mapping[str, Any], case: str, error_code: str) -> Wait:
        """Queue a message to the case; the activity fails with `error_code` when nothing waits for it."""

    def apply_facts(self, message: str | None, payload: Mapping[str, Any], error_code: str) -> Wait:
        """Queue that what this instance has proposed becomes fact for the whole case.

        With a message both happen together.

        The activity fails with `error_code` when nothing waits for it, or the case is closed.
        """

    def archive(self, facts: Mapping[str, Any]) -> None:
        """Write or replace the campaign's entry among the archived approvals."""
