"""Whether a campaign can have the figures reported of it: its days, its channels, what takes a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from service.domain import plan
from service.domain.figures import Figure, Place, changes, needs_reason
from service.domain.workdays import local_day
from service.engine.files.nearest import suggestion
from service.runtime.campaigns import campaign_figures, case_reading
from service.runtime.step.step import Step
from service.wording import Text

Problem = tuple[str, Text]
"""What is wrong: day, channel or reason; and why."""


class Judge:
    """Judges what is reported of one campaign, under its lock. `present` are the figures in force."""

    def __init__(self, step: Step, facts: Mapping[str, Any], days: Iterable[date]) -> None:
        self._step, self._facts = step, facts
        self._today = local_day(step.now)
        self._slips: dict[str, Text] = {}
        reported = sorted({*days})
        self.present: Mapping[Place, Figure] = (
            campaign_figures.in_force(step.session, step.case, reported[0], reported[-1]) if reported else {}
        )

    def problems(self, day: date, channel: str, figures: Sequence[Figure]) -> Iterator[Problem]:
        """Yield what is wrong with the figures of a channel's day."""
        yield from self._of_day(day)
        if self._channels and channel not in self._channels:
            yield "channel", self._no_such_channel(channel)
        yield from self._unexplained(figures)

    def new(self, figures: Iterable[Figure]) -> list[Figure]:
        """Return those of the figures that say something new."""
        return changes(figures, self.present)

    @cached_property
    def _text(self) -> Mapping[str, Any]:
        """The plan as it stands now, by key."""
        fields = self._step.model.words.text
        entries = case_reading.submissions(self._step, None)
        return plan.text_of(((entry.form, entry.answers) for entry in entries), fields)

    @cached_property
    def _channels(self) -> Mapping[str, None]:
        return {str(row.get("name")): None for row in self._text.get("channels") or ()}

    @cached_property
    def _bounds(self) -> tuple[date | None, date | None]:
        """The campaign's first and last day, as far as its plan says."""
        if not self._channels:
            return None, None
        facts, text = self._facts, self._text
        first = plan.as_date(facts.get(plan.START) or text.get(plan.START))
        last = plan.as_date(facts.get("actual_end_date") or facts.get(plan.END) or text.get(plan.END))
        return first, last

    def _of_day(self, day: date) -> Iterator[Problem]:
        first, last = self._bounds
        if day > self._today:
            yield "day", Text("{day} has not come yet", day=str(day))
        elif (first and day < first) or (last and day > last):
            yield "day", Text("the campaign runs from {first} to {last}", first=str(first), last=str(last))

    def _no_such_channel(self, channel: str) -> Text:
        # The same slip tends to stand in every row.
        if channel not in self._slips:
            hint = suggestion(channel, self._channels)
            self._slips[channel] = Text("the plan has no channel {name!r}.{hint}", name=channel, hint=hint)
        return self._slips[channel]

    def _unexplained(self, figures: Sequence[Figure]) -> Iterator[Problem]:
        """Tell of figures that correct others and would have to say why."""
        corrected = [each for each in changes(figures, self.present) if each.place in self.present]
        owed = [each for each in corrected if needs_reason(each, self.present[each.place], self._today)]
        if owed and not (owed[0].reason or "").strip():
            before, metric = self.present[owed[0].place], owed[0].metric
            named = self._step.model.words.metrics.get(metric)
            yield (
                "reason",
                Text(
                    "{metric} of {day} is {value} by {source}: say why it is corrected",
                    metric=named.name if named else metric,
                    day=str(before.day),
                    value=f"{before.value.normalize():f}",
                    source=before.source or before.by,
                ),
            )
