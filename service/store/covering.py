"""Which rows the audit record vouches for, and their digests: what is changed, added or taken away shows.

A digest is keyed, so it tells nothing of a row whose content was erased, and nobody without the key can make
the one of another row. An empty column counts as absent: a column added later changes no digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa

from service.feel import codec
from service.store.audit_chain import AuditKeys, Covers
from service.store.base import Instant, Values
from service.store.models import (
    TASKS,
    ActivityHistory,
    Attachment,
    Case,
    CaseApplication,
    CaseFact,
    DecisionEvaluation,
    Figure,
    ProcessInstance,
    Submission,
    Waiver,
)
from service.store.writing import table_of


@dataclass(frozen=True)
class Covered:
    """A table whose rows are vouched for: these columns of it.

    `key`: rows change, the last digest under their key counts. Without one they are only ever added, and
    their order counts. `owner` is the column that says to whose record a row belongs.
    """

    table: sa.Table
    columns: tuple[str, ...]
    owner: str
    key: str | None = None
    # What stands for a value that is long: its hash.
    condensed: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.table.name

    @cached_property
    def _texts(self) -> tuple[tuple[str, Callable[[Any], str] | None], ...]:
        """Return each column with what makes text of its values; None where they are text."""
        types = self.table.c
        return tuple((name, self.condensed.get(name) or _text_of(types[name].type)) for name in self.columns)

    def digest(self, key: bytes, row: Mapping[str, Any]) -> str:
        """Return the digest of a row, as it is about to be written or as it was read."""
        found = [self.table.name]
        for column, text_of in self._texts:
            value = row.get(column)
            if value is not None:
                found += (column, value if text_of is None else text_of(value))
        # Each text with its length: no two rows are written alike.
        text = "".join([f"{len(each)}:{each}" for each in found])
        return hashlib.blake2b(text.encode(), key=key, digest_size=_BYTES, person=b"rows").hexdigest()


def _text_of(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], str] | None:
    if isinstance(kind, Values):
        return codec.dumps
    if isinstance(kind, Instant):
        return _moment
    return None if isinstance(kind, sa.String) else str


# Most rows of a step have the same moment.
@lru_cache(maxsize=256)
def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


_BYTES = 8


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _but(model: Any, *without: str) -> tuple[str, ...]:
    return tuple(column.name for column in table_of(model).columns if column.name not in without)


_ALL = (
    Covered(table_of(ActivityHistory), _but(ActivityHistory, "seq"), "instance_id"),
    # The answers are held by their hash, which is in the row.
    Covered(
        table_of(Submission), _but(Submission, "seq", "answers", "erased_at", "withdrawn_at"), "instance_id"
    ),
    Covered(table_of(DecisionEvaluation), _but(DecisionEvaluation, "seq"), "instance_id"),
    Covered(table_of(CaseFact), _but(CaseFact, "seq"), "number"),
    Covered(table_of(CaseApplication), _but(CaseApplication, "seq"), "number"),
    Covered(table_of(Figure), _but(Figure, "seq"), "number"),
    Covered(
        TASKS,
        (
            *("id", "instance_id", "token_id", "kind", "definition", "activity_id", "activity_path", "name"),
            *("form", "opened_at", "state", "completed_at", "completed_by", "on_behalf_of", "conclusion"),
            *("opinion", "parent_task_id", "added_as"),
        ),
        "instance_id",
        "id",
    ),
    Covered(table_of(Waiver), _but(Waiver), "instance_id", "id"),
    Covered(table_of(Attachment), _but(Attachment, "erased_at"), "id", "id"),
    Covered(
        table_of(ProcessInstance),
        (
            *("id", "business_key", "definition", "definition_version", "deployment_id", "title"),
            *("applicant", "department", "started_by", "started_by_instance", "started_at"),
            *("state", "ended_at", "snapshot"),
        ),
        "id",
        "id",
        {"snapshot": _hash},
    ),
    Covered(
        table_of(Case),
        ("number", "title", "applicant", "department", "main_instance", "opened_at"),
        "number",
        "number",
    ),
)
COVERED: Mapping[str, Covered] = {each.name: each for each in _ALL}
"""By table. Whoever writes a row of one of these hands it to the step's `cover` as well."""


class AsRow(Mapping[str, Any]):
    """An object of a mapped class, looked at as its row."""

    def __init__(self, mapped: Any) -> None:
        self._mapped = mapped

    def __getitem__(self, name: str) -> Any:
        return getattr(self._mapped, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._mapped.__table__.columns.keys())

    def __len__(self) -> int:
        return len(self._mapped.__table__.columns)


class Cover:
    """What one entry is going to vouch for, gathered while its rows are made."""

    def __init__(self, keys: AuditKeys) -> None:
        self._key = keys.keys[keys.current]
        self._listed: dict[str, list[str]] = {}
        self._keyed: dict[str, dict[str, str]] = {}

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Vouch for a row of this table."""
        covered = COVERED[table]
        digest = covered.digest(self._key, row)
        if covered.key is None:
            self._listed.setdefault(table, []).append(digest)
        else:
            self._keyed.setdefault(table, {})[row[covered.key]] = digest

    def taken(self) -> Covers:
        """Return what was gathered, for the entry that vouches for it."""
        return {**self._listed, **self._keyed}
