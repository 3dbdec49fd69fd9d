"""The facts of a case as a step reads and writes them: `case.…` in FEEL, and what the step adds to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from service.engine.case.schema import CaseSchema
from service.engine.progress import NewFact
from service.store import cases
from service.store.models import APPLIED, PROPOSED, Case, ProcessInstance


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

    def overtaken(self, follow_up: ProcessInstance) -> list[str]:
        """Return which facts a follow-up has proposed that others have changed since it knew them."""
        known = max(follow_up.facts_seen, cases.applied_up_to(self._session, follow_up.id))
        return cases.changed_since(
            self._session,
            self.case.number,
            cases.proposals(self._session, follow_up.id),
            known,
            by_others_than=follow_up.id,
        )

    def apply(
        self, follow_up: ProcessInstance, place: Mapping[str, str], **written: Any
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Make what a follow-up has proposed, and what was answered in it, hold for all.

        Returns the rows of the facts, and that of the application.

        Written at once, so that the step itself reads it. `place` is the activity that applies it, `written`
        says by whom, for whom and when.
        """
        where = {"instance_id": follow_up.id, **place}
        rows = []
        for name, value in cases.proposals(self._session, follow_up.id).items():
            before = self._in_force.get(name)
            if name not in self._in_force or before != value:
                row = self._new(name, APPLIED, before, value)
                rows.append({**row, **where, "definition": follow_up.definition, **written})
            self._in_force[name] = value
        self._proposed.clear()
        cases.write(self._session, rows)
        application = cases.add_application(
            self._session, number=self.case.number, by=written["by"], at=written["at"], **where
        )
        return rows, application

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
            **self._new(fact.name, APPLIED if is_applied else PROPOSED, before, fact.value),
            "instance_id": self._instance.id,
            "definition": fact.definition,
            "activity_id": fact.activity_id,
            "activity_path": fact.activity_path,
            **written,
        }

    def _new(self, name: str, state: str, before: Any, value: Any) -> dict[str, Any]:
        return {
            "number": self.case.number,
            "name": name,
            "state": state,
            "before": before,
            "value": value,
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


def audited(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit holds of a fact's row."""
    shown = {name: row[name] for name in ("name", "before", "value")}
    return {**shown, "instance": row["instance_id"], "activity": row["activity_path"]}
