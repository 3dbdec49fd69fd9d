"""People answer in a walk, in virtual time: each when their time is up, with what habits say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from service.domain import plan
from service.domain.work_clock import WorkClock
from service.errors import InvalidAnswers
from service.runtime.forecasting.habits import Durations, Habits, Question
from service.runtime.forecasting.record import Place
from service.runtime.forecasting.walking import Asked, Walk

MOST_ANSWERS = 150
"""Nobody answers so often: such a walk goes round in circles."""


@dataclass
class Waited:
    """How a walk spent its time: minutes at work by activity, and how often the same people were asked."""

    minutes: dict[Place, float] = field(default_factory=dict)
    times: dict[Place, int] = field(default_factory=dict)
    _asked: dict[tuple[Place, str], int] = field(default_factory=dict)

    def add(self, place: Place, element: str, minutes: float) -> None:
        self.minutes[place] = self.minutes.get(place, 0.0) + minutes
        asked = self._asked[place, element] = self._asked.get((place, element), 0) + 1
        self.times[place] = max(self.times.get(place, 0), asked)


class Play:
    """A walk being played. `began`: when the case did; `donor`: whose answers it repeats."""

    def __init__(
        self,
        walk: Walk,
        habits: Habits,
        durations: Durations,
        hours: WorkClock,
        *,
        donor: str,
        began: datetime,
        lot: Random,
    ) -> None:
        self.walk, self.waited = walk, Waited()
        self._habits, self._durations, self._hours = habits, durations, hours
        self._donor, self._began, self._lot = donor, began, lot
        self._answered_at: dict[str, datetime] = {}

    def run(self, is_reached: Callable[[Walk], bool]) -> bool:
        """Play until something is reached; False when it never is, because the walk stands still."""
        for _ in range(MOST_ANSWERS):
            if is_reached(self.walk):
                return True
            if not self._step():
                return False
        return False

    def _step(self) -> bool:
        walk = self.walk
        self._answered_at = {token: self._at(token, asked) for token, asked in walk.open.items()}
        token = min(self._answered_at, key=self._answered_at.__getitem__, default=None)
        due = walk.next_due
        if token is not None and (due is None or self._answered_at[token] < due):
            self._answer(token, max(self._answered_at[token], walk.now))
            return True
        if due is None:
            return False
        walk.wake(max(due, walk.now))
        return True

    def _at(self, token: str, asked: Asked) -> datetime:
        """Return when a question is answered: drawn once, when it is first seen."""
        known = self._answered_at.get(token)
        if known is not None:
            return known
        place, now = (asked.task.definition, asked.task.activity_id), self.walk.now
        gone = self._hours.minutes(asked.at, now)
        left = self._durations.draw(place, self._lot, gone=gone)
        self.waited.add(place, str(asked.task.element_value), left)
        return self._hours.after(now, left)

    def _answer(self, token: str, at: datetime) -> None:
        give(self.walk, token, self._habits, self._donor, self._began, at, self._lot)


def give(
    walk: Walk, token: str, habits: Habits, donor: str, began: datetime, at: datetime, lot: Random
) -> None:
    """Have an open question of a walk answered as habits say; what refuses the answer is noted as stuck."""
    task, words = walk.open[token].task, walk.premises.model.words.text
    asked = Question((task.definition, task.activity_id), task.form, task.element_value, task.inputs)
    answered = walk.known.submissions if task.form in words.keys else ()
    text = plan.text_of(((each.form, each.answers) for each in answered), words)
    answers = habits.answer(asked, donor, began, text, at, lot)
    try:
        walk.answer(token, answers, at)
    except InvalidAnswers as error:
        walk.stuck[task.activity_path] = error.message
