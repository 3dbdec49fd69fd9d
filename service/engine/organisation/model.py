"""What the owners declare of their company, typed and frozen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from typing import Literal

from service.domain.metrics import Metric
from service.domain.workdays import Calendar, official_calendar
from service.engine.organisation.rights import ADMIN

RelationKind = Literal["user", "head_of", "head"]


@dataclass(frozen=True)
class Relation:
    """A name that leads to one person.

    `user`: whom the variable of this name holds. `head_of`: the head of the department it holds.
    `head`: the head of the group of this name.
    """

    name: str
    kind: RelationKind
    of: str


LOAD = "load"
"""A follow-up may be begun by a sample of the system's load, as if somebody had filled in its start form."""
LOAD_ANSWERS = ("timestamp", "qps", "cpu_percent", "p95", "error_rate_percent", "cdn_nodes")
"""The keys of that start form under which the sample is handed in."""
SITUATION = ("state", "phases", "case")
"""What a follow-up's condition may read: the state of the case's main instance, the processes its tokens are
in, and the facts of the case."""


@dataclass(frozen=True)
class FollowUp:
    """A process that is started beside a case: `when` is FEEL over its SITUATION, "" for at any time.

    `begun_by`: what begins it without a person, LOAD or "". `ends_case`: it ends a case that can no
    longer be withdrawn. `ends_with_case`: what its record then says,
    where it is over when the case is; "" where it goes on.
    """

    process: str
    when: str = ""
    begun_by: str = ""
    ends_case: bool = False
    ends_with_case: str = ""


HOLDERS, TAKEN_PART = "办理人", "经办人"
"""Who may be told of an event beside groups and relations: whoever can do its task, and whoever has had a
hand in the case or is asked in it now."""

TASK, OPINION, RETURNED, WITHDRAWN, INCIDENT, COMMENT = (
    *("task", "opinion", "returned", "withdrawn", "incident", "comment"),
)
"""Events that happen by themselves; all others happen where a drawing says so."""
BY_ITSELF = (TASK, OPINION, RETURNED, WITHDRAWN, INCIDENT, COMMENT)


@dataclass(frozen=True)
class Event:
    """Something that happens to a case and is told: to whom, and in which words.

    `text` is the line people read; of what happens by itself the line follows from what happened.
    """

    key: str
    name: str = ""
    name_en: str = ""
    text: str = ""
    tone: str = ""
    tell: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hours:
    """When people are told where they have not chosen: times of day in the company's zone.

    The digest comes at `digest_at` on workdays; `quiet`, from and to, is when nobody is told, None for never.
    """

    digest_at: time = time(9)
    quiet: tuple[time, time] | None = (time(22), time(8))


@dataclass(frozen=True)
class Organisation:
    """What the owners declare.

    `superiors`: group or relation → who is asked where nobody of it may do a task.
    `conclusions`: conclusion → its tone. `notices`: event → who is told of it. `aspects`: what a change of
    the plan may touch, beside what is material to a group. `reserve` and `influencers` are categories of the
    budget. `is_first_release`: it declares groups, relations and lanes only, so the rest is what held then
    (`v0_1.py`). A case that has not moved for `stalled_after_workdays` stands still.
    `lines` tells where things stand: (section, name) → line of the file.
    """

    groups: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)
    superiors: Mapping[str, str] = field(default_factory=dict)
    lanes: Mapping[str, str] = field(default_factory=dict)
    rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conclusions: Mapping[str, str] = field(default_factory=dict)
    aspects: tuple[str, ...] = ()
    follow_ups: Mapping[str, FollowUp] = field(default_factory=dict)
    notices: Mapping[str, Event] = field(default_factory=dict)
    hours: Hours = Hours()
    stalled_after_workdays: int = 5
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    reserve: str = ""
    influencers: str = ""
    brand_lines: tuple[str, ...] = ()
    company_holidays: frozenset[date] = frozenset()
    company_workdays: frozenset[date] = frozenset()
    is_first_release: bool = False
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def calendar(self) -> Calendar:
        """The official calendar with the company's own dates on top."""
        return official_calendar().with_company(self.company_holidays, self.company_workdays)

    @property
    def people(self) -> frozenset[str]:
        """Every name that leads to people: groups, relations, and the admins."""
        return frozenset({*self.groups, *self.relations, ADMIN})

    def above(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the superiors of these groups and relations, each once; nothing where none is declared."""
        return tuple(dict.fromkeys(self.superiors[name] for name in names if name in self.superiors))

    def rights_of(self, groups: Collection[str]) -> frozenset[str]:
        """Return the rights that members of these groups hold by them."""
        return frozenset(right for right, holders in self.rights.items() if not {*holders}.isdisjoint(groups))

    def tone_of(self, conclusion: str | None) -> str:
        """Return good, warn or bad; "" for no conclusion, warn for one that is not declared."""
        return self.conclusions.get(conclusion, "warn") if conclusion else ""

    def line_of(self, section: str, name: str = "") -> int:
        """Return the line in which a section, or an entry of it, begins; 0 when it is not declared."""
        return self.lines.get((section, name), 0)
