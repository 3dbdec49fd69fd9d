"""What an action of people on a task is: who may do it when, what it needs, and what it wants done.

Each stands in a module of its own in `actions`, which nothing else names: being there is being offered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from service.errors import ServiceError
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.views import View
from service.runtime.tasks.seen import Seen
from service.runtime.tasks.views import TaskView
from service.wording import Text

Given = TypeVar("Given")
MOST_REASON = 2000
"""Characters of a reason, or of an opinion that goes with an action."""


@dataclass(frozen=True)
class Nothing:
    """What is given with an action that needs nothing to be said."""


@dataclass(frozen=True)
class Deed:
    """What an action wants done to its task, in the transaction it acted in.

    `changes` are columns of the task, whose version rises with them. `event` and `note` are its line in the
    record, `audit` and `facts` its entry in the audit. `answer` is given back instead of the task.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    event: str | None = None
    note: str | None = None
    audit: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    answer: View | None = None
    # The signers of the task are others now: its view is made of what was written.
    changes_signers: bool = False


def _as_given(app: Application, actor: Actor, seen: Seen, given: Given) -> Given:
    return given


def _never(seen: Seen, actor: Actor) -> bool:
    return False


@dataclass(frozen=True)
class Action(Generic[Given]):
    """One thing people do with a task. `offered` and `do` judge and act on what was read of the task.

    `offered` returns None for yes, or the error that says why not; it is asked for every task shown, and
    again under the lock. `given` is the frozen dataclass of what the person says, `prepare` checks it before
    any lock is taken. `is_done`: the task already is as the action would make it, so that doing it changes
    nothing. `is_idle`: it may be done, but is of no use to this person, and so is not shown.
    """

    name: str
    title: Text
    given: type[Given]
    offered: Callable[[Seen, Actor], ServiceError | None]
    do: Callable[[Step, Seen, Given], Deed]
    prepare: Callable[[Application, Actor, Seen, Given], Given] = _as_given
    is_done: Callable[[Seen, Actor], bool] = _never
    is_idle: Callable[[Seen, Actor], bool] = _never
    reason_required: bool = False
    version_required: bool = False
    # It rests on what the task shows: that is found out anew first.
    renews: bool = False
    # In which states of its case the task can be acted on.
    states: tuple[str, ...] = ("active",)
    answers: type[View] = TaskView
    # How the API serves it where not as a POST under its name: what the path asks for is given.
    served: tuple[Literal["DELETE"], str] | None = None
    # Statuses a client must expect of this action alone.
    errors: tuple[int, ...] = ()
    # It may be asked for instead of done, because a second admin has to agree.
    is_asked: bool = False
    # Said to the person afterwards, with the task's `name`.
    done: Text | None = None
