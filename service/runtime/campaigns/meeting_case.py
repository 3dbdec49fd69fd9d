"""A campaign as its morning meeting needs it: its words, its plan, the sheet and what was adjusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from service.domain.metrics import Metric
from service.domain.plan import END, START, as_date, text_of
from service.engine.decisions import Decision, evaluate, map_result
from service.engine.definition import Model
from service.handlers.ports import Submission
from service.runtime.campaigns import case_reading
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import step_of
from service.store import cases
from service.store.models import ProcessInstance


@dataclass(frozen=True)
class MeetingCase:
    """What of a campaign the meeting needs: its words, its plan, the answers of the sheet and adjustments."""

    model: Model
    number: str
    text: Mapping[str, Any]
    facts: Mapping[str, Any]
    sheet: Mapping[str, Any]
    adjustments: Sequence[Submission]

    @classmethod
    def of(cls, app: Application, session: Session, row: ProcessInstance, actor: Actor) -> MeetingCase:
        """Return the campaign an instance leads, as it stands now."""
        own = app.model(row.deployment_id, session=session)
        # A case from before these words were declared goes by those in force.
        model = own if own.figures.meeting.table else app.live(session=session).model
        step: Step = step_of(app, session, row, own, actor)
        entries = case_reading.submissions(step, None)
        about = model.figures.meeting
        sheets = [each for each in entries if each.form == about.sheet]
        return cls(
            model,
            step.case,
            text_of(((each.form, each.answers) for each in entries), own.words.text),
            cases.in_force(session, step.case),
            sheets[-1].answers if sheets else {},
            [each for each in entries if each.form == about.adjustment],
        )

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """Return the owners' metrics."""
        return self.model.words.metrics

    @property
    def first(self) -> date | None:
        """Return its first day, None while it has none."""
        return as_date(self.facts.get(START) or self.text.get(START))

    @property
    def last(self) -> date | None:
        """Return its last day: as it ended, else as planned."""
        return as_date(self.facts.get("actual_end_date") or self.facts.get(END) or self.text.get(END))

    @property
    def table(self) -> Decision | None:
        """Return the table that says what is off."""
        return self.model.decisions.get(self.model.figures.meeting.table)

    def channels_with(self, found: Iterable[str]) -> list[str]:
        """Return the plan's channels in its order, then others that have figures."""
        planned = [str(row.get("name")) for row in self.text.get("channels") or ()]
        return list(dict.fromkeys((*planned, *found)))

    def level(self, app: Application, actual: Any, target: Any, off: Decimal | None) -> str:
        """Return what the table says of a deviation; "" without a table."""
        if self.table is None:
            return ""
        given = {"actual": actual, "target": target, "deviation": off}
        return str(map_result(evaluate(self.table, given, app.feel, app.clock()), "singleEntry"))
