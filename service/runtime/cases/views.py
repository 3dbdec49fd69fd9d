"""Cases as they are shown: instances, their record, their dossier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from service.engine.case.schema import Fact
from service.feel.schema import Component
from service.runtime.step.views import ActiveView, ElementView, IncidentView, View


@dataclass(frozen=True)
class FactView(View):
    """One value that a fact of the case was given. `state` is applied, or proposed.

    `instance_id` and the activity say where it was written; `process_name` is that of the instance, so that a
    proposal has the name of the follow-up and not of the phase it was made in.
    """

    seq: int
    name: str
    label: str
    kind: str
    state: str
    before: Any
    value: Any
    by: str
    on_behalf_of: str | None
    at: datetime
    instance_id: str
    process_name: str
    definition: str
    activity_id: str
    activity_path: str
    activity_name: str


@dataclass(frozen=True)
class KnownFact:
    """A fact of a case as it is known now: its `value`, and the row that gave it, None for an initial value.

    `earlier` are the values it had, oldest first; `proposals` what running follow-ups make of it and have not
    applied.
    """

    fact: Fact
    value: Any
    current: FactView | None
    earlier: tuple[FactView, ...]
    proposals: tuple[FactView, ...]


@dataclass(frozen=True)
class CaseView(View):
    """The case of an instance: whose it is, what holds, and what follow-ups propose and have not applied."""

    number: str
    title: str
    applicant: str
    department: str | None
    main_instance: str
    opened_at: datetime
    closed_at: datetime | None
    facts: Mapping[str, Any]
    pending: tuple[FactView, ...]


@dataclass(frozen=True)
class InstanceView(View):
    """One process instance. `state` is active, suspended, completed or cancelled.

    `enclosing` are the sub-processes, calls and rounds that the places in `active` are in. `version` is that
    of the pinned definition; `variables` are those of the root scope.
    """

    id: str
    definition: str
    version: int
    state: str
    active: tuple[ActiveView, ...]
    variables: Mapping[str, Any]
    incidents: tuple[IncidentView, ...]
    started_at: datetime
    ended_at: datetime | None
    name: str
    definition_name: str
    business_key: str | None
    applicant: str | None
    department: str | None
    deployment_id: str | None
    next_due: datetime | None
    started_by: str
    case: CaseView
    # None while it runs, and of what was cancelled.
    outcome: OutcomeView | None = None
    enclosing: tuple[ActiveView, ...] = ()


@dataclass(frozen=True)
class OutcomeView(View):
    """How an instance came out: the end event it reached, and of what leads a case the value of its outcome.

    `value` is "" beside a case, and while nothing has come of it; `label` are the owners' words for it, and
    `tone` is good, warn, bad or "".
    """

    end: str
    value: str = ""
    label: str = ""
    label_en: str = ""
    tone: str = ""


@dataclass(frozen=True)
class InstanceSummary(View):
    """A line in a list of instances; `incidents` counts the open ones, `waits_for` names the open tasks.

    It `leads` its case, or stands beside it. `held_by`: the accounts and groups that have them to do;
    `due_at` the earliest deadline among them, without open tasks the moment at which it goes on by itself.
    """

    id: str
    definition: str
    definition_name: str
    version: int
    state: str
    name: str
    business_key: str | None
    applicant: str | None
    department: str | None
    started_at: datetime
    ended_at: datetime | None
    incidents: int
    waits_for: tuple[str, ...] = ()
    outcome: OutcomeView | None = None
    held_by: tuple[str, ...] = ()
    due_at: datetime | None = None
    leads: bool = False


@dataclass(frozen=True)
class HistoryView(View):
    """A line of the record. `event` is entered, left, cancelled or failed, or the record's own word."""

    seq: int
    activity_id: str
    activity_path: str
    definition: str
    kind: str
    name: str
    event: str
    at: datetime
    by: str | None = None
    token_id: str | None = None
    note: str | None = None
    flow: str | None = None


@dataclass(frozen=True)
class InputView(View):
    """One input of a decision table as it was when the table was asked; `name` is the column's expression."""

    name: str
    label: str
    value: Any


@dataclass(frozen=True)
class ConditionView(View):
    """A cell of a rule: what the input under this label had to be."""

    label: str
    cell: str


@dataclass(frozen=True)
class RuleView(View):
    """A rule that matched, numbered from 1. It `counts` when the outputs are its own."""

    index: int
    id: str
    annotation: str
    counts: bool
    conditions: tuple[ConditionView, ...]


@dataclass(frozen=True)
class EvaluationView(View):
    """A decision table as it answered once, and the version of the file it stood in then.

    `is_proposed`: asked in a phase of a follow-up, which has not applied what came of it.
    """

    seq: int
    decision: str
    name: str
    file: str
    version: int
    sha256: str
    deployment_id: str
    definition: str
    activity_id: str
    activity_path: str
    activity_name: str
    token_id: str
    at: datetime
    inputs: tuple[InputView, ...]
    outputs: Any
    output_labels: Mapping[str, str]
    # By output, what the owners call its values.
    output_words: Mapping[str, Mapping[str, str]]
    rules: tuple[RuleView, ...]
    is_proposed: bool


@dataclass(frozen=True)
class ActivityState(View):
    """What happened at one activity so far: visits, tokens there now, who did it.

    `failed` counts the failures since it was last entered or left.
    """

    visits: int
    active: int
    failed: int
    last_at: datetime | None
    by: tuple[str, ...]


@dataclass(frozen=True)
class DiagramView(View):
    """The diagram of one process that was entered; `path` is empty for the root.

    `flows` counts how often a token came by each sequence flow; `places` are the paths that lead into it.
    """

    definition: str
    path: str
    activities: Mapping[str, ActivityState]
    flows: Mapping[str, int] = field(default_factory=dict)
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class AttachmentRef(View):
    """A file named by an answer."""

    id: str
    name: str
    size: int


@dataclass(frozen=True)
class SubmissionView(View):
    """Answers as they were given, with the form they were given on."""

    id: str
    form: str
    activity_id: str
    activity_path: str
    definition: str
    name: str
    by: str
    on_behalf_of: str | None
    at: datetime
    data: Mapping[str, Any]
    schema: Mapping[str, Any]
    deployment_id: str
    content_hash: str
    element: ElementView | None
    withdrawn_at: datetime | None
    # Whether it counts for the whole case: what a change order not yet applied says is a proposal.
    in_force: bool
    # The last one of its form that counts.
    latest: bool
    attachments: tuple[AttachmentRef, ...]


@dataclass(frozen=True)
class OpinionView(View):
    """A conclusion and the words it was given with. `tone`: good, warn or bad; "" without a conclusion.

    An added signer's belongs to no submission: `added_as` is before, after or beside, None for all others,
    and `department` then is the signer's own. `on_behalf_of`: whom its author stood in for.
    """

    activity_id: str
    name: str
    department: str | None
    by: str
    at: datetime
    conclusion: str | None
    tone: str
    opinion: str | None
    submission_id: str | None
    added_as: str | None = None
    on_behalf_of: str | None = None


@dataclass(frozen=True)
class DossierSection(View):
    """Every submission of one form, oldest first; the last is the value the process reads."""

    form: str
    title: str
    submissions: tuple[SubmissionView, ...]


@dataclass(frozen=True)
class DossierView(View):
    """The answers and opinions of a case."""

    instance_id: str
    sections: tuple[DossierSection, ...]
    opinions: tuple[OpinionView, ...]


@dataclass(frozen=True)
class MessageView(View):
    """Where a message went; not delivered means it is kept until something waits for it.

    `has_begun`: it has begun this instance.
    """

    name: str
    delivered: bool
    instance_id: str | None
    has_begun: bool = False


@dataclass(frozen=True)
class SignedView(View):
    """Who last answered a task of the same activity, and when."""

    by: str | None
    at: datetime | None


@dataclass(frozen=True)
class ChangeView(View):
    """One thing that a task's form shows and showed otherwise when it was last answered.

    `field` is where it stands among the form's values (`lines[2].unit_price`), `row` its row from 1. `by` and
    `at` say who handed it in; None for what the drawing reckoned. `part` is the form's component.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"part"})

    section: str
    field: str
    label: str
    row: int | None
    before: Any
    after: Any
    by: str | None
    at: datetime | None
    part: Component


@dataclass(frozen=True)
class WhyView(View):
    """What a decision table last said: the rule that counts, from 1, its note, and what it was asked."""

    decision: str
    name: str
    rule: int | None
    annotation: str
    inputs: Mapping[str, Any]
    outputs: Any
    at: datetime


@dataclass(frozen=True)
class NextView(View):
    """A task that people may be asked to do next."""

    activity_id: str
    name: str


@dataclass(frozen=True)
class ContextView(View):
    """What a task is decided on. `summary` has the facts of the case, `changes` what is new `since` then."""

    summary: Mapping[str, Any]
    since: SignedView | None
    changes: tuple[ChangeView, ...]
    why: tuple[WhyView, ...]
    opinions: tuple[OpinionView, ...]
    next: tuple[NextView, ...]
