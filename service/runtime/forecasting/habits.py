"""How people work, drawn by lot from the record: how long they take, and what they answer."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from service.engine.definition import Model
from service.errors import FeelError
from service.feel import Feel, codec, form_keys
from service.runtime.forecasting.record import Given, Place, Record
from service.runtime.tasks.answering import as_values

ENOUGH = 5
"""Of fewer durations than that nothing is told of an activity: those of all activities stand in for them."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=$|T)")


@dataclass(frozen=True)
class Question:
    """What somebody is asked: where, as which element of several, with what the form opens with."""

    place: Place
    form: str | None
    element: Any
    inputs: Mapping[str, Any]


class Durations:
    """Minutes at work per activity. `n` tells how many stand behind each."""

    def __init__(self, minutes: Mapping[Place, Sequence[float]]) -> None:
        self._known = {place: sorted(found) for place, found in minutes.items()}
        self._all = sorted(each for found in self._known.values() for each in found)

    @classmethod
    def of(cls, record: Record) -> Durations:
        """Return from when a task was there until it was done."""
        found: dict[Place, list[float]] = defaultdict(list)
        for each in record.done:
            found[each.place].append(each.minutes)
        return cls(found)

    @classmethod
    def hands_on(cls, record: Record) -> Durations:
        """Return from when its doer was free for a task until it was done."""
        found: dict[Place, list[float]] = defaultdict(list)
        for each in record.done:
            found[each.place].append(each.hands_on)
        return cls(found)

    def n(self, place: Place) -> int:
        """Return how many durations of an activity are known."""
        return len(self._known.get(place, ()))

    @property
    def total(self) -> int:
        return len(self._all)

    def draw(self, place: Place, lot: Random, *, gone: float = 0.0) -> float:
        """Return how much longer something takes that has taken `gone` minutes already.

        What has taken longer than anything known takes as long again as something drawn by lot.
        """
        known = self._pool(place)
        if not known:
            return 0.0
        first = bisect_right(known, gone) if gone else 0
        if first < len(known):
            return known[lot.randrange(first, len(known))] - gone
        return known[lot.randrange(len(known))]

    def percentile(self, place: Place, percent: int) -> float:
        """Return the minutes below which so many percent lie. IndexError where nothing is known at all."""
        known = self._pool(place)
        return known[min(len(known) * percent // 100, len(known) - 1)]

    def _pool(self, place: Place) -> Sequence[float]:
        known = self._known.get(place, ())
        return known if len(known) >= ENOUGH else self._all


class Habits:
    """What people answer. A *donor* is the finished case whose answers a walk repeats.

    Where a form has a conclusion, everybody's answers are drawn from: how often people agree shows in how
    often they did. All else is the donor's, so that what belongs together stays together. Days move with the
    case: they are as far from its beginning as the donor's were from its own.
    """

    def __init__(self, record: Record, model: Model, feel: Feel) -> None:
        self._model, self._feel = model, feel
        self._began = record.began
        self._given: dict[Place, list[Given]] = defaultdict(list)
        for each in record.given:
            self._given[each.place].append(each)
        self._starts = record.starts
        self._moved: dict[tuple[int, int], Mapping[str, Any]] = {}
        self._checked: dict[str, Mapping[str, Any]] = {}

    def start(self, donor: str, began: datetime) -> Mapping[str, Any] | None:
        """Return what the donor was begun with, moved to this beginning; None where that took no form."""
        given = self._starts.get(donor)
        return self._moved_to(given, began) if given is not None else None

    def answer(
        self,
        asked: Question,
        donor: str,
        began: datetime,
        text: Mapping[str, Any],
        now: datetime,
        lot: Random,
    ) -> Mapping[str, Any]:
        """Return what somebody answers in a case that `began` then; of its `text` what it says already stays.

        Where nobody ever answered this, what the form opens with.
        """
        schema = self._model.forms.get(asked.form or "")
        given = self._chosen(asked, donor, lot)
        own = {key: text[key] for key in self._model.words.text.keys.get(asked.form or "", ()) if key in text}
        if given is not None:
            moved = self._moved_to(given, began)
            if all(moved.get(key) == value for key, value in own.items()):
                return moved if schema is None else {**dict.fromkeys(form_keys(schema)), **moved}
            return self._computed(asked, {**moved, **own}, now)
        return self._computed(asked, {**codec.plain(asked.inputs), **own}, now)

    def _chosen(self, asked: Question, donor: str, lot: Random) -> Given | None:
        everybody = self._given.get(asked.place, ())
        same = [each for each in everybody if each.element == asked.element] or everybody
        if not same:
            return None
        if any(each.conclusion for each in same):
            return same[lot.randrange(len(same))]
        own = [each for each in same if each.case == donor]
        return own[-1] if own else same[lot.randrange(len(same))]

    def _computed(self, asked: Question, answers: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
        """Return the answers with what the form computes from them; as they are where it cannot."""
        schema = self._model.forms.get(asked.form or "")
        exact: dict[str, Any] = as_values(codec.plain(answers), "answers")
        if schema is None:
            return exact
        key = codec.dumps([asked.form, exact])
        if key not in self._checked:
            try:
                found = self._feel.check_form(schema, exact, codec.plain(asked.inputs), now=now).data
            except FeelError:
                found = exact
            self._checked[key] = {**dict.fromkeys(form_keys(schema)), **exact, **found}
        return self._checked[key]

    def _moved_to(self, given: Given, began: datetime) -> Mapping[str, Any]:
        donor = self._began.get(given.case, given.at)
        days = (began.date() - donor.date()).days
        key = (id(given), days)
        if key not in self._moved:
            self._moved[key] = _shifted(given.answers, timedelta(days=days))
        return self._moved[key]


def _shifted(value: Any, by: timedelta) -> Any:
    """Return answers with every day and moment in them so much later."""
    if isinstance(value, str):
        return _shifted_text(value, by) if _DAY.match(value) else value
    if isinstance(value, Mapping):
        return {key: _shifted(entry, by) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shifted(entry, by) for entry in value]
    if isinstance(value, date):
        return value + by
    return value


def _shifted_text(text: str, by: timedelta) -> str:
    try:
        return (date.fromisoformat(text[:10]) + by).isoformat() + text[10:]
    except ValueError:
        return text
