"""What a step adds to the facts of its case, as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.engine.progress import NewFact
from service.runtime.step import case_facts
from service.runtime.step.case_facts import CaseFacts
from service.runtime.step.step import Step
from service.store import cases
from service.store.models import APPLIED, PROPOSED


def new_rows(step: Step, written: Sequence[NewFact]) -> list[dict[str, Any]]:
    """Return the rows of the facts a step has changed, and put them into the audit."""
    return _rows(step, step.facts, written) if written else []


def write(step: Step, facts: CaseFacts, written: Sequence[NewFact]) -> None:
    """Write facts at once, so that what the step does next reads them."""
    cases.write(step.session, _rows(step, facts, written))


def save(step: Step, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the facts a step has changed, and close the case when its leading instance has ended."""
    cases.write(step.session, rows)
    if step.instance.ended_at is not None:
        cases.close(step.session, step.instance.business_key, step.instance.id, step.now)


def _rows(step: Step, facts: CaseFacts, written: Sequence[NewFact]) -> list[dict[str, Any]]:
    who = {"on_behalf_of": step.on_behalf_of, "at": step.now}
    by = {fact.token_id: step.doers.get(fact.token_id, step.actor.name) for fact in written}
    rows = [facts.row(fact, by=by[fact.token_id], **who) for fact in written]
    for row in rows:
        step.cover("case_fact", row)
    for state, action in ((APPLIED, "facts.written"), (PROPOSED, "facts.proposed")):
        changes = [case_facts.audited(row) for row in rows if row["state"] == state]
        if changes:
            step.audit(action, facts=changes)
    return rows
