"""What the entries of a case vouch for, held against the rows and files that are there."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.feel import codec
from service.runtime.step.audit import SYSTEM_CHAIN
from service.runtime.step.context import Application
from service.runtime.step.submissions import content_hash
from service.store import manifests
from service.store.audit_chain import Problem
from service.store.covering import COVERED, Covered
from service.store.models import (
    Activation,
    AttachmentUse,
    AuditEntry,
    Deployment,
    DeploymentFile,
    ResourceBlob,
)
from service.store.writing import table_of

Row = Mapping[str, Any]
_TOLD = (
    "activity_id",
    "decision",
    "event",
    "form",
    "author",
    "actor",
    "name",
    "state",
    "day",
    "channel",
    "metric",
)


@dataclass(frozen=True)
class _Digest:
    """What an entry says of a row."""

    entry: AuditEntry
    text: str


class Vouched:
    """Everything the entries of one case say, in their order; then compared with what there is."""

    def __init__(self, number: str) -> None:
        self._number = number
        self._chains: list[str] = []
        # Of tables whose rows are only added, by chain and table; of others by table and key, the last word.
        self._listed: dict[tuple[str, str], list[_Digest]] = {}
        self._keyed: dict[str, dict[str, _Digest]] = {}
        self._answered: list[tuple[AuditEntry, str]] = []
        self._files: dict[str, list[str]] = {}
        self._is_covered = False

    def hear(self, chain: str, entries: Iterable[AuditEntry]) -> None:
        """Take in a chain of this case."""
        self._chains.append(chain)
        for entry in entries:
            if entry.covers is not None:
                self._take(chain, entry, json.loads(entry.covers))
            elif entry.payload is not None:
                # The first release covered no rows, but told the hash of the answers.
                told = codec.loads(entry.payload).get("content_hash")
                self._answered += [(entry, told)] if told else []

    def _take(self, chain: str, entry: AuditEntry, covers: Mapping[str, Any]) -> None:
        for table, digests in covers.items():
            self._is_covered = True
            if isinstance(digests, list):
                said = [_Digest(entry, text) for text in digests]
                self._listed.setdefault((chain, table), []).extend(said)
                continue
            for key, text in digests.items():
                self._keyed.setdefault(table, {})[key] = _Digest(entry, text)
            if table == "attachment":
                self._files.setdefault(chain, []).extend(digests)

    def problems(self, app: Application, session: Session) -> Iterator[Problem]:
        """Yield where the rows and files of the case are not what was recorded."""
        submissions = self._rows(session, COVERED["submission"])
        yield from self._answers(submissions)
        if not self._is_covered:
            return
        comparing = _Comparing(app.audit_keys.keys, self._number)
        for covered in COVERED.values():
            rows = self._rows(session, covered)
            if covered.key is None:
                said = [digests for (_, table), digests in self._listed.items() if table == covered.name]
                yield from comparing.listed(covered, said, rows)
            else:
                yield from comparing.keyed(covered, self._keyed.get(covered.name, {}), rows)
        yield from self._bytes(app, session)

    def _rows(self, session: Session, covered: Covered) -> Sequence[Row]:
        """Return the rows of a table that belong to this case, in the order they were written."""
        owner = covered.table.c[covered.owner]
        wanted: ColumnElement[bool]
        if covered.name == "attachment":
            wanted = owner.in_([*self._keyed.get("attachment", {})])
        elif covered.owner == "number":
            wanted = owner == self._number
        else:
            wanted = owner.in_(self._chains)
        order = covered.table.c.seq if covered.key is None else owner
        rows = session.execute(select(covered.table).where(wanted).order_by(order))
        return [dict(row) for row in rows.mappings()]

    def _answers(self, submissions: Sequence[Row]) -> Iterator[Problem]:
        for row in submissions:
            if content_hash(row["answers"]) != row["content_hash"]:
                text = f"{_name(COVERED['submission'], row)}: its answers were changed"
                yield Problem(row["instance_id"], 0, f"case {self._number}: {text}")
        there = Counter((row["instance_id"], row["author"], row["content_hash"]) for row in submissions)
        for entry, told in self._answered:
            there[entry.chain, entry.actor, told] -= 1
            if there[entry.chain, entry.actor, told] < 0:
                text = f"case {self._number}: the answers of {entry.actor} were removed or changed"
                yield Problem(entry.chain, entry.seq, text)

    def _bytes(self, app: Application, session: Session) -> Iterator[Problem]:
        """Yield which files of the case have other bytes, none, or no place in the case any more."""
        table = COVERED["attachment"].table
        for chain, ids in self._files.items():
            wanted = sorted(set(ids))
            used = set(
                session.scalars(
                    select(AttachmentUse.attachment_id).where(
                        AttachmentUse.instance_id == chain, AttachmentUse.attachment_id.in_(wanted)
                    )
                )
            )
            rows = session.execute(select(table).where(table.c.id.in_(wanted))).mappings()
            for row in rows:
                fault = _fault_of(app, row["sha256"])
                if row["id"] not in used:
                    fault = "was taken out of the case"
                if fault is not None:
                    said = self._keyed["attachment"][row["id"]].entry
                    text = f"case {self._number}: the file {row['name']} ({row['id']}) {fault}"
                    yield Problem(chain, said.seq, text)


class _Comparing:
    """Holds digests against rows."""

    def __init__(self, keys: Mapping[str, bytes], number: str) -> None:
        self._keys = keys
        self._number = number

    def listed(
        self, covered: Covered, chains: Iterable[Sequence[_Digest]], rows: Sequence[Row]
    ) -> Iterator[Problem]:
        """Compare rows that are only added: each is there, as it was, after the one before it."""
        left = dict(enumerate(rows))
        places: dict[tuple[str, str], list[int]] = {}
        for key_id in {said.entry.key_id for chain in chains for said in chain}:
            for place, row in left.items():
                digest = covered.digest(self._keys[key_id], row)
                places.setdefault((key_id, digest), []).append(place)
        lost: list[_Digest] = []
        for chain in chains:
            last = -1
            for said in chain:
                found = places.get((said.entry.key_id, said.text), [])
                there = [place for place in found if place in left]
                if not there:
                    lost.append(said)
                    continue
                if there[0] < last:
                    yield self._told(said, f"{_name(covered, left[there[0]])} stands at another place")
                last = max(last, there[0])
                del left[there[0]]
        yield from self._unequal(covered, lost, [left[place] for place in sorted(left)])

    def _unequal(self, covered: Covered, lost: Sequence[_Digest], extra: Sequence[Row]) -> Iterator[Problem]:
        """Tell rows that nobody recorded, and recorded ones that are not there: one of each was changed."""
        for said, row in zip(lost, extra, strict=False):
            yield self._told(said, f"{_name(covered, row)} was changed since")
        for said in lost[len(extra) :]:
            yield self._told(said, f"a row of {covered.name} that it recorded is gone")
        for row in extra[len(lost) :]:
            chain = row.get("instance_id") or self._number
            text = f"case {self._number}: {_name(covered, row)} was added: no entry records it"
            yield Problem(str(chain), 0, text)

    def keyed(self, covered: Covered, known: Mapping[str, _Digest], rows: Sequence[Row]) -> Iterator[Problem]:
        """Compare rows that change: each is as the last entry that speaks of it has left it."""
        assert covered.key is not None, "rows that change have a key"
        there = {row[covered.key]: row for row in rows}
        for key, said in known.items():
            row = there.pop(key, None)
            if row is None:
                yield self._told(said, f"{covered.name} {key} is gone")
            elif covered.digest(self._keys[said.entry.key_id], row) != said.text:
                yield self._told(said, f"{_name(covered, row)} was changed since")
        for row in there.values():
            text = f"case {self._number}: {_name(covered, row)} was added: no entry records it"
            yield Problem(str(row.get("instance_id") or row[covered.key]), 0, text)

    def _told(self, said: _Digest, text: str) -> Problem:
        entry = said.entry
        told = f"case {self._number}: {text}; recorded by {entry.actor}, {entry.action}, {entry.at}"
        return Problem(entry.chain, entry.seq, told)


def _fault_of(app: Application, sha256: str) -> str | None:
    """Return what is wrong with the bytes of a file, None when they are what they were."""
    try:
        with app.blobs.path(sha256).open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except NotFound:
        return "is missing"
    return None if found == sha256 else f"has other bytes: sha256 {sha256} was expected, {found} is there"


def _name(covered: Covered, row: Row) -> str:
    """Return a row as a person finds it."""
    identity = row[covered.key] if covered.key else row["seq"]
    told = (f"{name} {row[name]}" for name in _TOLD if row.get(name))
    return f"{covered.name} {identity} ({', '.join(told)})"


def deployments(session: Session) -> Iterator[Problem]:
    """Yield which deployments, files or activations are not those that the system chain tells of."""
    made: dict[str, tuple[AuditEntry, str]] = {}
    activated: list[tuple[AuditEntry, str]] = []
    query = select(AuditEntry).where(AuditEntry.chain == SYSTEM_CHAIN).order_by(AuditEntry.seq)
    for entry in session.scalars(query.where(AuditEntry.action.like("deployment.%"))):
        if entry.payload is None:
            continue
        facts = codec.loads(entry.payload)
        made.setdefault(facts["deployment"], (entry, facts["manifest"]))
        activated.append((entry, facts["deployment"]))
    yield from _manifests(session, made)
    yield from _activations(session, activated)
    for sha256, content in session.execute(select(ResourceBlob.sha256, ResourceBlob.content)):
        if manifests.digest(content) != sha256:
            yield Problem(SYSTEM_CHAIN, 0, f"the deployed file {sha256} has other contents")


def _manifests(session: Session, made: Mapping[str, tuple[AuditEntry, str]]) -> Iterator[Problem]:
    lines: dict[str, dict[str, str]] = {}
    for row in session.execute(select(table_of(DeploymentFile))):
        lines.setdefault(row.deployment_id, {})[row.name] = row.sha256
    there = {row.id: row for row in session.execute(select(table_of(Deployment)))}
    for deployment, (entry, manifest) in made.items():
        if deployment not in there:
            yield Problem(SYSTEM_CHAIN, entry.seq, f"the deployment {deployment} is gone")
            continue
        row = there.pop(deployment)
        if {row.manifest_hash, manifests.manifest_hash(lines.get(deployment, {}))} != {manifest}:
            yield Problem(SYSTEM_CHAIN, entry.seq, f"the files of the deployment {deployment} were changed")
        elif entry.action == "deployment.created" and row.created_by != entry.actor:
            yield Problem(SYSTEM_CHAIN, entry.seq, f"the deployment {deployment} was {entry.actor}'s")
    for deployment in there:
        yield Problem(SYSTEM_CHAIN, 0, f"the deployment {deployment} was added: no entry records it")


def _activations(session: Session, activated: Sequence[tuple[AuditEntry, str]]) -> Iterator[Problem]:
    there = [
        (row.deployment_id, row.activated_by)
        for row in session.execute(select(table_of(Activation)).order_by(Activation.seq))
    ]
    for place, (entry, deployment) in enumerate(activated):
        if place >= len(there) or there[place] != (deployment, entry.actor):
            yield Problem(SYSTEM_CHAIN, entry.seq, f"that {deployment} was made live is not on record")
            return
    if len(there) > len(activated):
        yield Problem(SYSTEM_CHAIN, 0, f"{there[len(activated)][0]} was made live without an entry")
