"""What happened in a case, as a reader follows it: opinions in writing, steps done, and who is asked now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from service.runtime.cases.views import DossierView, HistoryView, OpinionView
from service.runtime.tasks.views import TaskView
from service.web.decision_words import Why
from service.web.holders import holders

NOTED = frozenset(
    {
        "note",
        "returned",
        "suspended",
        "resumed",
        "retried",
        "raised",
        "reoffered",
        "renewed",
        "recounted",
        "assigned",
    }
    | {"reminded", "escalated", "transferred", "delegated", "resolved", "taken_back", "urged", "copied"}
    | {"instance_cancelled", "instance_withdrawn", "informed", "consulted"}
    | {"signers_before", "signers_after", "signers_beside", "signer_removed", "withdrawn"}
    | {"signed", "concluded", "came_back"}
    | {"waiver_asked", "waiver_confirmed", "waiver_declined", "waiver_withdrawn", "waiver_stale"}
)


@dataclass(frozen=True)
class Entry:
    """One line: who did what when. `tone` is good, warn, bad, now or ""."""

    title: str
    tone: str = ""
    by: str | None = None
    department: str | None = None
    at: datetime | None = None
    conclusion: str | None = None
    text: str | None = None
    facts: str = ""
    added_as: str | None = None
    on_behalf_of: str | None = None
    event: str = "done"
    holders: str = ""
    task_id: str | None = None
    whys: tuple[Why, ...] = ()


def timeline(
    dossier: DossierView,
    history: Iterable[HistoryView],
    open_tasks: Iterable[TaskView],
    decided: Iterable[Why] = (),
) -> tuple[Entry, ...]:
    """Return the entries, newest first; what waits now stands on top."""
    waiting = [_waiting(task) for task in open_tasks]
    return (*waiting, *_newest_first((*_given(dossier), *_decided(decided), *_noted(history))))


def opinions(dossier: DossierView) -> tuple[Entry, ...]:
    """Return what was concluded, with the opinions in writing, newest first."""
    given = (entry for entry in _given(dossier) if entry.conclusion)
    return _newest_first(
        (*given, *map(_signed, (each for each in dossier.opinions if not each.submission_id)))
    )


def latest(given: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return of these opinions, the newest first, the last one of everybody at every step.

    Signers who were added speak for themselves, the others for their department.
    """
    found: dict[tuple[str, str | None], Entry] = {}
    for entry in given:
        found.setdefault((entry.title, entry.by if entry.added_as else entry.department), entry)
    return tuple(found.values())


def said_of(task: TaskView, history: Iterable[HistoryView]) -> tuple[Entry, ...]:
    """Return what people have done with a task short of answering it, newest first."""
    return _newest_first(_noted(line for line in history if line.token_id == task.token_id))


def _newest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    # Reversed before sorting: of entries of the same moment the later one comes first too.
    return tuple(sorted(reversed(tuple(entries)), key=_moment, reverse=True))


def _moment(entry: Entry) -> float:
    return entry.at.timestamp() if entry.at else 0.0


def _given(dossier: DossierView) -> list[Entry]:
    opinions = {opinion.submission_id: opinion for opinion in dossier.opinions}
    entries = []
    for section in dossier.sections:
        for submission in section.submissions:
            opinion = opinions.get(submission.id)
            entries.append(
                Entry(
                    title=submission.name or section.title,
                    tone=opinion.tone if opinion else "",
                    by=submission.by,
                    on_behalf_of=submission.on_behalf_of,
                    department=opinion.department if opinion else None,
                    at=submission.at,
                    event="withdrawn" if submission.withdrawn_at else "done",
                    conclusion=opinion.conclusion if opinion else None,
                    text=opinion.opinion if opinion else None,
                )
            )
    return entries


def _signed(opinion: OpinionView) -> Entry:
    return Entry(
        title=opinion.name,
        tone=opinion.tone,
        by=opinion.by,
        department=opinion.department,
        added_as=opinion.added_as,
        on_behalf_of=opinion.on_behalf_of,
        at=opinion.at,
        conclusion=opinion.conclusion,
        text=opinion.opinion,
    )


def _noted(history: Iterable[HistoryView]) -> list[Entry]:
    return [_note(line) for line in history if line.event in NOTED]


def _note(line: HistoryView) -> Entry:
    text, _break, facts = (line.note or "").partition("\n")
    # What an automatic step writes or tells, whoever did the step before it has not said.
    author = None if line.event in ("note", "informed", "consulted") else line.by
    return Entry(title=line.name, by=author, at=line.at, text=text, facts=facts, event=line.event)


def _decided(evaluations: Iterable[Why]) -> list[Entry]:
    """Return one entry for each time tables were asked: a table asked for each of a list is asked once."""
    asked = groupby(evaluations, lambda each: (each.title, each.key, each.at))
    return [Entry(title=title, at=at, event="decided", whys=tuple(whys)) for (title, _, at), whys in asked]


def _waiting(task: TaskView) -> Entry:
    return Entry(
        title=task.name,
        tone="now",
        by=task.assignee,
        at=task.due_at,
        event="waiting",
        holders=holders(task),
        task_id=task.id,
    )
