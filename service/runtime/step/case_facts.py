"""The facts of a case as a step reads and writes them: `case.…` in FEEL, and what the step adds to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from service.engine.case_facts import CaseSchema
from service.engine.progress import NewFact
from service.store import cases
from service.store.models import APPLIED, PROPOSED, Case, ProcessInstance

if TYPE_CHECKING:
    from service.runtime.step.transaction import Step


class CaseFacts:
    """Reads the facts at most once a step, under the lock of the case, and says what becomes of new ones.

    What the instance that leads the case writes is a fact at once, and so is what another's own elements
    write. What a phase called by such a follow-up writes is a proposal, until the follow-up applies it.
    """

    def __init__(self, session: Session, instance: ProcessInstance, schema: CaseSchema) -> None:
        self._session = session
        self._instance = instance
        self._schema = schema

    @cached_property
    def case(self) -> Case:
        """The row of the case, locked until the commit."""
        return cases.lock(self._session, self._instance.business_key)

    @property
    def leads(self) -> bool:
        """Say whether this is the instance that leads the case."""
        return self.case.main_instance == self._instance.id

    def visible(self) -> Mapping[str, Any]:
        """Return every fact by name as this instance sees it, and what the case has beside them."""
        given = {
            "number": self.case.number,
            "title": self.case.title,
            "applicant": self.case.applicant,
            "department": self.case.department,
        }
        return self._schema.complete(given, self._known)

    def row(self, fact: NewFact, **written: Any) -> dict[str, Any]:
        """Return the row of a new fact; `written` says by whom, for whom and when."""
        is_applied = self.leads or not fact.is_in_call
        known = self._in_force if is_applied else self._known
        before = known.get(fact.name, self._schema.facts[fact.name].initial)
        if is_applied:
            self._in_force[fact.name] = fact.value
            self._proposed.pop(fact.name, None)
        else:
            self._proposed[fact.name] = fact.value
        return {
            "number": self.case.number,
            "name": fact.name,
            "state": APPLIED if is_applied else PROPOSED,
            "before": before,
            "value": fact.value,
            "instance_id": self._instance.id,
            "definition": fact.definition,
            "activity_id": fact.activity_id,
            "activity_path": fact.activity_path,
            **written,
        }

    @cached_property
    def _in_force(self) -> dict[str, Any]:
        # After the lock: what is read before it may have changed when it is ours.
        return cases.in_force(self._session, self.case.number)

    @cached_property
    def _proposed(self) -> dict[str, Any]:
        return {} if self.leads else cases.proposals(self._session, self._instance.id)

    @property
    def _known(self) -> dict[str, Any]:
        return {**self._in_force, **self._proposed}


def new_rows(step: Step, written: Sequence[NewFact]) -> list[dict[str, Any]]:
    """Return the rows of what a step has written, and put it into the audit."""
    who = {"on_behalf_of": step.on_behalf_of, "at": step.now}
    by = {fact.token_id: step.doers.get(fact.token_id, step.actor.name) for fact in written}
    rows = [step.facts.row(fact, by=by[fact.token_id], **who) for fact in written]
    for state in (APPLIED, PROPOSED):
        changes = [
            {"name": row["name"], "before": row["before"], "value": row["value"]}
            for row in rows
            if row["state"] == state
        ]
        if changes:
            step.audit(f"facts.{state}", facts=changes, activity=rows[-1]["activity_path"])
    return rows
