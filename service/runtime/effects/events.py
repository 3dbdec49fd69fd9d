"""The events of a step: what has happened to the case, as it is told to those whom the owners name for it.

`organisation.yaml` says under `notices` who is told of which event, drawings say with the property `notice`
where one happens. What the words of an event are made of stands here, who is told does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import or_, select

from service.engine.nodes.involving import NOTICE
from service.engine.organisation import HOLDERS, INCIDENT, OPINION, RETURNED, TAKEN_PART, WITHDRAWN, Event
from service.engine.progress import Involved, Progress
from service.engine.progress import Step as Move
from service.runtime.step.actor import SYSTEM
from service.runtime.step.news import Audience, News
from service.runtime.step.step import Step
from service.runtime.tasks import candidates, offering
from service.settings import ZONE
from service.store.models import TASKS, ProcessInstance
from service.wording import Text

COPY, CONSULT = "copy", "consult"
"""Kinds of what a drawing involves others by: a copy to know of it, a request to say what they think."""
_LINES = {COPY: "informed", CONSULT: "consulted"}


def of(step: Step, progress: Progress | None) -> list[News]:
    """Return what a step tells beside what it was asked to tell, the most important first."""
    return [*Events(step, progress)]


class Events:
    """Goes through what a step did. What an element of the drawing tells comes before an opinion that led to
    it: who is told of the one need not be told of the other."""

    def __init__(self, step: Step, progress: Progress | None) -> None:
        self._step = step
        self._progress = progress
        self._declared = step.model.organisation.notices

    def __iter__(self) -> Iterator[News]:
        yield from self._drawn_or_done()
        yield from self._incidents()
        yield from self._opinions()
        yield from (offering.news(self._step, row) for row in self._step.opened if not row.is_for_nobody)
        for involved in self._progress.involved if self._progress else ():
            yield from self._involved(involved)

    def _drawn_or_done(self) -> Iterator[News]:
        """Yield the events of elements that a token has reached, and of what people did to the case."""
        reached = (move for move in self._history if move.event == "entered")
        elements = (self._step.model.activities(move.definition).get(move.activity_id) for move in reached)
        drawn = [each.properties.get(NOTICE, "") for each in elements if each is not None]
        done = [_BY_LINE.get(line["event"], "") for line in self._step.lines]
        for key in dict.fromkeys((*drawn, *done)):
            if key in self._declared:
                event = self._declared[key]
                yield from self._news(event, event.text or event.name or key, self._said)

    def _incidents(self) -> Iterator[News]:
        names = {move.activity_id: move.name for move in self._history}
        for incident in self._step.incidents if INCIDENT in self._declared else ():
            element = names.get(incident.activity_id, incident.activity_id)
            text = Text("Something in the background could not be done and waits to be dealt with.")
            if element:
                text = Text("“{element}” could not go on and waits to be dealt with.", element=element)
            subject = Text("Problem: {title}", title=self._title)
            yield from self._news(self._declared[INCIDENT], subject, text)

    def _opinions(self) -> Iterator[News]:
        for submission in self._submissions if OPINION in self._declared else ():
            conclusion, opinion = self._concluded(submission)
            if conclusion and submission["task_id"]:
                subject = Text("{first}: {rest}", first=submission["activity_name"], rest=conclusion)
                without = Text("{who} (without an opinion)", who=self._by(None))
                said = self._by(opinion) if opinion else without
                yield from self._news(self._declared[OPINION], subject, said)

    def _involved(self, involved: Involved) -> Iterator[News]:
        """Yield a copy for who is informed of an activity, a request for who is asked; once for a case.

        The applicant knows how far their campaign is, and is not asked what they think of it.
        """
        asked = Text("Please say what you think; the case goes on without it as well.")
        if involved.until:
            asked = Text(
                "Please say what you think by {moment}; the case goes on without it as well.",
                moment=moment(involved.until),
            )
        wanted = Text("Opinion wanted: {activity}", activity=involved.name)
        yield from self._of_activity(CONSULT, wanted, asked, involved, involved.consulted)
        informed = Text("This phase has begun; a copy for you to know, nothing to do.")
        copy = Text("Copy: {about}", about=involved.name)
        yield from self._of_activity(COPY, copy, informed, involved, involved.informed)

    def _of_activity(
        self, kind: str, subject: str, text: str, involved: Involved, names: tuple[str, ...]
    ) -> Iterator[News]:
        audiences = self._named(names, involved.variables)
        if audiences:
            once = f"{kind}/{self._step.case}/{involved.activity_path}"
            yield News(
                kind,
                subject,
                text,
                audiences,
                once=once,
                to_actor=True,
                barred=(self._step.instance.applicant,),
                line=_LINES[kind],
                place=_place(involved),
            )

    # ---- words --------------------------------------------------------------------------------------

    @property
    def _history(self) -> tuple[Move, ...]:
        return self._progress.history if self._progress else ()

    @property
    def _title(self) -> str:
        return self._step.instance.title or self._step.case

    @property
    def _submissions(self) -> list[dict[str, Any]]:
        return self._step.submissions.added if "submissions" in self._step.__dict__ else []

    @cached_property
    def _said(self) -> str:
        """What was said in this step: a conclusion with its opinion, else the reason that was given."""
        for submission in self._submissions:
            conclusion, opinion = self._concluded(submission)
            if conclusion:
                place = Text("{first}: {rest}", first=submission["activity_name"], rest=conclusion)
                return self._by(
                    Text("{place}. {opinion}", place=place, opinion=opinion) if opinion else place
                )
        notes = (line["note"] for line in self._step.lines if line["event"] in _BY_LINE)
        return self._by(next(filter(None, notes), None))

    def _concluded(self, submission: Mapping[str, Any]) -> tuple[str | None, str | None]:
        marked = self._step.model.marked(submission["form"])
        return marked.conclusion_of(submission["answers"]), marked.opinion_of(submission["answers"])

    def _by(self, words: str | None) -> str:
        """Return words with who has said them; nothing where nobody has done anything."""
        actor = self._step.actor
        who = "" if actor.user_id == SYSTEM.user_id else actor.display_name
        return Text("{first}: {rest}", first=who, rest=words) if who and words else words or who

    # ---- people -------------------------------------------------------------------------------------

    def _news(self, event: Event, subject: str, text: str) -> Iterator[News]:
        audiences = self._named(event.tell, {})
        if audiences:
            yield News(event.key, subject, text, audiences)

    def _named(self, names: tuple[str, ...], variables: Mapping[str, Any]) -> tuple[Audience, ...]:
        found = (self._audience(name, variables) for name in dict.fromkeys(names) if name != HOLDERS)
        return tuple(each for each in found if each.groups or each.users)

    def _audience(self, name: str, variables: Mapping[str, Any]) -> Audience:
        if name == TAKEN_PART:
            return self._taken_part
        return audience(self._step, name, variables)

    @cached_property
    def _taken_part(self) -> Audience:
        """Whoever has done a task of the case, whatever process it was in, and who is, or was, asked now."""
        task = TASKS.c
        of_case = select(ProcessInstance.id).where(ProcessInstance.business_key == self._step.case)
        done = select(task.completed_by, task.on_behalf_of).distinct()
        done = done.where(task.instance_id.in_(of_case), task.state == "completed")
        users = [name for row in self._step.session.execute(done) for name in row if name]
        asked = select(task.assignee, task.candidate_groups, task.candidate_users).where(
            task.instance_id.in_(of_case),
            or_(task.state == "open", task.completed_at == self._step.now),
            task.state != "completed",
        )
        groups: list[str] = []
        for assignee, of_groups, of_users in self._step.session.execute(asked):
            users += [assignee] if assignee else of_users
            groups += () if assignee else of_groups
        return Audience(TAKEN_PART, tuple(dict.fromkeys(groups)), tuple(dict.fromkeys(users)))


_BY_LINE = {"returned": RETURNED, "instance_cancelled": WITHDRAWN, "instance_withdrawn": WITHDRAWN}
"""Events that people cause by what they do to a case, by the line they leave in the record."""


def audience(step: Step, name: str, variables: Mapping[str, Any]) -> Audience:
    """Return whom a group, a relation or a person means in this case."""
    groups, users = candidates.resolve(step, (name,), variables)
    return Audience(name, groups, users, opens=users != (step.instance.applicant,))


def moment(at: Any) -> str:
    """Return a moment as people in the company read it."""
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"


def _place(involved: Involved) -> dict[str, Any]:
    names = ("definition", "activity_id", "activity_path", "name", "token_id")
    return {"kind": "callActivity", **{name: getattr(involved, name) for name in names}}
