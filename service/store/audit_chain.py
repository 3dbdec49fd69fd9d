"""The chain behind the audit record: every entry's seal covers the entry before it.

Sealed are a salted hash of the payload, not the payload: erasing payload and salt leaves the chain whole.
Sealed with it is what the entry `covers`: digests of the rows written along with it (`covering`).
Whoever changes, removes or adds entries without the key breaks it. The end kept beside the chain is sealed
too, so that nobody can cut entries off and move the end back: earlier ends are kept nowhere.
Entries of the first release cover nothing, and their end is their own seal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from service.feel import codec
from service.store.models import AuditEntry

ERASED = "audit.erased"
"""Action of the entry that names erased entries: an emptied payload it does not name was tampered with."""


Covers = Mapping[str, Sequence[str] | Mapping[str, str]]
"""What an entry covers: by table the digests of rows in their order, or by the rows' keys."""
NOTHING: Covers = {}


class End(Protocol):
    """What keeps the length and the last seal of a chain: a process instance, or an AuditChain row."""

    audit_count: int
    audit_head: str


@dataclass
class Entry:
    """A link of a chain, as its row in the table `audit_entry` holds it."""

    chain: str
    seq: int
    at: str
    actor: str
    action: str
    payload: str | None
    salt: str | None
    payload_hash: str
    key_id: str
    mac: str = ""
    covers: str | None = None


@dataclass(frozen=True)
class AuditKeys:
    """Keys by id: the current one seals, all of them verify."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def derive(cls, secret: str, previous: Iterable[str] = ()) -> AuditKeys:
        """Return the keys that follow from the installation's secret and the secrets it had before."""
        derived = [hmac.digest(text.encode(), b"countersign audit", "sha256") for text in (secret, *previous)]
        ids = [hashlib.sha256(key).hexdigest()[:8] for key in derived]
        return cls(ids[0], dict(zip(ids, derived, strict=True)))

    def seal(self, entry: Entry | AuditEntry, previous: str) -> str | None:
        """Return the seal this entry should carry, None when its key is unknown."""
        key = self.keys.get(entry.key_id)
        if key is None:
            return None
        facts = [previous, entry.chain, entry.seq, entry.at, entry.actor, entry.action]
        covered = [] if entry.covers is None else [entry.covers]
        text = json.dumps([*facts, entry.payload_hash, entry.key_id, *covered], ensure_ascii=False)
        return hmac.digest(key, text.encode(), "sha256").hex()

    def end(self, entry: Entry | AuditEntry) -> str:
        """Return what is kept as the end of a chain whose last entry this is; its key is known."""
        if entry.covers is None:
            return entry.mac
        return hmac.digest(self.keys[entry.key_id], f"end {entry.mac}".encode(), "sha256").hex()


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a chain, at an entry (0: with the chain as a whole)."""

    chain: str
    seq: int
    message: str


def link(
    keys: AuditKeys,
    end: End,
    chain: str,
    *,
    at: datetime,
    actor: str,
    action: str,
    facts: Mapping[str, Any],
    covers: Covers = NOTHING,
) -> Entry:
    """Return the next entry of the chain and move its end on. The caller holds the lock of `end`."""
    payload, salt = codec.dumps(facts), secrets.token_hex(16)
    entry = Entry(
        chain=chain,
        seq=(end.audit_count or 0) + 1,
        at=at.isoformat(),
        actor=actor,
        action=action,
        payload=payload,
        salt=salt,
        payload_hash=_payload_hash(salt, payload),
        key_id=keys.current,
        covers=json.dumps(covers, separators=(",", ":")),
    )
    entry.mac = keys.seal(entry, end.audit_head or "") or ""
    end.audit_count, end.audit_head = entry.seq, keys.end(entry)
    return entry


def problems(
    keys: AuditKeys, chain: str, entries: Iterable[Entry | AuditEntry], count: int, head: str
) -> Iterator[Problem]:
    """Yield what is wrong with a chain, given all its entries in order and the end kept for it."""
    previous, seen, emptied, erased = "", 0, set(), set()
    for entry in entries:
        seen += 1
        if entry.seq != seen:
            yield Problem(chain, seen, "an entry is missing")
            return
        if not hmac.compare_digest(keys.seal(entry, previous) or "", entry.mac):
            is_known = entry.key_id in keys.keys
            yield Problem(chain, seen, "the entry was changed" if is_known else "its key is unknown")
            return
        previous = keys.end(entry)
        if entry.payload is None:
            emptied.add(seen)
        elif _payload_hash(entry.salt or "", entry.payload) != entry.payload_hash:
            yield Problem(chain, seen, "the payload was changed")
        elif entry.action == ERASED:
            erased.update(codec.loads(entry.payload)["entries"])
    yield from (Problem(chain, seq, "the payload was removed") for seq in sorted(emptied - erased))
    if seen != count:
        yield Problem(chain, seen, f"the chain ends after {seen} entries, {count} are on record")
    elif previous != head:
        yield Problem(chain, seen, "the end on record is not that of the chain: it was cut or replaced")


def _payload_hash(salt: str, payload: str) -> str:
    return hashlib.sha256(f"{salt}{payload}".encode()).hexdigest()
