"""The system a scenario plays in: an application, a clock that scenarios turn, and its people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from service.runtime.scenarios.moments import FIRST_MOMENT
from service.runtime.step.context import Actor, Application
from service.runtime.time import timers
from service.store.models import TASKS, Outbox, ProcessInstance, TaskRow, Timer
from service.store.prepared import Prepared

# Built once: they are asked before and after every answer.
_NEXT_TIMER = Prepared(select(func.min(Timer.due_at)))
_NEXT_EFFECT = Prepared(select(func.min(Outbox.available_at)).where(Outbox.state == "pending"))
_OPEN_TASKS = Prepared(
    select(TASKS)
    .join(ProcessInstance, ProcessInstance.id == TASKS.c.instance_id)
    .where(ProcessInstance.business_key == bindparam("case"), TASKS.c.state == "open")
    .order_by(TASKS.c.id)
)
_RUNNING = Prepared(
    select(ProcessInstance.id)
    .where(ProcessInstance.business_key == bindparam("case"))
    .where(or_(ProcessInstance.state == "active", ProcessInstance.state == "suspended"))
    .limit(1)
)


@dataclass
class VirtualClock:
    """Time that moves only when a scenario says so."""

    now: datetime = FIRST_MOMENT

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """What the steps of a scenario act on. `people` in the order in which they are asked.

    Its time never passes the `present`. `numbers` gives cases their numbers by what a scenario calls them;
    without it the application does.
    """

    app: Application
    clock: VirtualClock
    people: tuple[Actor, ...]
    present: datetime | None = None
    numbers: Callable[[str], str] | None = None
    uploads: dict[tuple[str, str], str] = field(default_factory=dict)
    # What happens outside the system, at its own moment: told to it then.
    _coming: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)

    def person(self, name: str) -> Actor | None:
        """Return somebody by display name or user name, None when there is nobody."""
        return next((each for each in self.people if name in (each.display_name, each.name)), None)

    def open_tasks(self, business_key: str) -> Sequence[TaskRow]:
        """Return the open tasks of a case, the oldest first."""
        return [TaskRow(*row) for row in self.app.db.ask(_OPEN_TASKS, {"case": business_key})]

    def is_running(self, business_key: str) -> bool:
        """Say whether any process of a case has not ended yet."""
        return bool(self.app.db.ask(_RUNNING, {"case": business_key}))

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        """Have something happen at this moment, before whatever else is due then."""
        self._coming.append((moment, act))

    def settle(self) -> None:
        """Do all that is due by now."""
        due = [each for each in self._coming if each[0] <= self.clock.now]
        self._coming = [each for each in self._coming if each not in due]
        for _, act in due:
            act()
        timers.run_due(self.app)

    def next_due(self) -> datetime | None:
        """Return when something falls due next, None when nothing ever does."""
        found = [each for query in (_NEXT_TIMER, _NEXT_EFFECT) for (each,) in self.app.db.ask(query, {})]
        found += [moment for moment, _ in self._coming]
        return min((each for each in found if each is not None), default=None)

    def advance_to(self, moment: datetime) -> None:
        """Let time pass, to the present at most: everything due on the way happens at its own moment."""
        moment = min(moment, self.present or moment)
        self.settle()
        while (due := self.next_due()) is not None and due <= moment:
            self.clock.now = max(due, self.clock.now)
            self.settle()
        self.clock.now = max(moment, self.clock.now)
