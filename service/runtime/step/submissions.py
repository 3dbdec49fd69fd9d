"""The answers of a case as a step reads and writes them: `dossier.<form>` in FEEL, and new submissions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.feel import codec, form_keys
from service.store import cases
from service.store.models import ProcessInstance, Submission
from service.store.prepared import Prepared

# Built once: a step may read many forms.
_LATEST = Prepared(
    select(Submission.answers)
    .where(
        Submission.business_key == bindparam("number"),
        Submission.form == bindparam("form"),
        cases.counts_for(bindparam("instance"), bindparam("number")),
    )
    .order_by(Submission.seq.desc())
    .limit(1)
)


class Submissions:
    """Reads the latest answers per form, each at most once a step, those of this very step first."""

    def __init__(self, session: Session, instance: ProcessInstance, model: Model) -> None:
        self._session = session
        self._instance = instance
        self._model = model
        self._latest: dict[str, Mapping[str, Any] | None] = {}
        self.added: list[dict[str, Any]] = []

    def answers(self, form: str) -> Mapping[str, Any] | None:
        """Return the latest answers of a form in this case.

        Every key of the form is there, null where nothing was answered. None for an unknown form
        that nobody answered either.
        """
        if form not in self._latest:
            self._latest[form] = self._complete(form, self._read(form))
        return self._latest[form]

    def add(self, row: dict[str, Any]) -> None:
        """Hand in answers: stored with the step, read by it from now on."""
        self.added.append(row)
        self._latest[row["form"]] = self._complete(row["form"], row["answers"])

    def _read(self, form: str) -> Mapping[str, Any] | None:
        case = {"number": self._instance.business_key, "instance": self._instance.id, "form": form}
        found = _LATEST.rows(self._session, case)
        return found[0].answers if found else None

    def _complete(self, form: str, answers: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        schema = self._model.forms.get(form)
        if schema is None:
            return answers
        return {**dict.fromkeys(form_keys(schema)), **(answers or {})}


def of_case(instance: ProcessInstance) -> ColumnElement[bool]:
    """Return a condition on Submission: handed in in this case, by whichever of its instances."""
    return Submission.business_key == instance.business_key


def latest(session: Session, number: str, instance_id: str | None, form: str) -> Submission | None:
    """Return the latest submission of a form in a case, as one of its instances sees it.

    That of an instance beside the main one counts for the others once it has applied what it decided.
    """
    query = select(Submission).where(
        Submission.business_key == number, Submission.form == form, cases.counts_for(instance_id, number)
    )
    return session.scalars(query.order_by(Submission.seq.desc()).limit(1)).one_or_none()


def content_hash(value: Any) -> str:
    """Return the sha256 of a value's exact text, as 64 hex digits."""
    return hashlib.sha256(codec.dumps(value).encode()).hexdigest()
