"""The ends of all chains, kept where nobody who can write to the database can: an anchor.

Who restores an older copy of the whole database leaves every chain whole. Only what was written down
elsewhere tells that there was more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import and_, select

from service.errors import InvalidInput
from service.runtime.keeping.verifying import VerifyReport, verify
from service.runtime.step.context import Application
from service.store.audit_chain import Problem
from service.store.models import AuditChain, AuditEntry, ProcessInstance
from service.wording import Text

_FORMAT = 1

Ends = Mapping[str, Sequence[Any]]
"""By chain: how many entries it had, and the seal of the last one."""


def ends(app: Application) -> dict[str, tuple[int, str]]:
    """Return length and last seal of every chain."""
    found: dict[str, tuple[int, str]] = {}
    with app.db.read() as session:
        for name, kept in ((ProcessInstance.id, ProcessInstance), (AuditChain.chain, AuditChain)):
            last = and_(AuditEntry.chain == name, AuditEntry.seq == kept.audit_count)
            query = select(name, AuditEntry.seq, AuditEntry.mac).join(AuditEntry, last)
            found.update((chain, (count, seal)) for chain, count, seal in session.execute(query))
    return found


def missing(app: Application, anchor: Ends) -> tuple[Problem, ...]:
    """Return where the record no longer holds what `ends` told of it earlier."""
    found = []
    with app.db.read() as session:
        for chain, (count, seal) in anchor.items():
            entry = session.get(AuditEntry, (chain, count)) if count else None
            if count and (entry is None or entry.mac != seal):
                text = f"the anchor knows an entry {count} that is not there: the record was cut or replaced"
                found.append(Problem(chain, count, text))
    return tuple(found)


def verify_with(app: Application, path: Path) -> VerifyReport:
    """Verify everything, and against the anchor in this file; then move the anchor on.

    Without a file yet it is written. With any problem it stays as it is.
    """
    known = _read(path) if path.exists() else {}
    # Taken first: what is recorded meanwhile is anchored the next time.
    now = ends(app)
    report = verify(app)
    problems = (*report.problems, *missing(app, known))
    if not problems:
        _write(path, {"format": _FORMAT, "at": app.clock().isoformat(), "chains": now})
    return VerifyReport(report.chains, report.entries, problems)


def _read(path: Path) -> Ends:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        chains: Ends = content["chains"]
        if content["format"] != _FORMAT or not all(_is_end(each) for each in chains.values()):
            raise ValueError("not an anchor of this format")
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as exc:
        raise InvalidInput(
            Text("{path} is no anchor of this service: {reason}", path=str(path), reason=str(exc))
        ) from exc
    return chains


def _is_end(value: Any) -> bool:
    return isinstance(value, list) and [type(each) for each in value] == [int, str]


def _write(path: Path, content: Mapping[str, Any]) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as exc:
        draft.unlink(missing_ok=True)
        raise InvalidInput(
            Text(
                "The anchor cannot be written to {path}: {reason}.",
                path=str(path),
                reason=str(exc.strerror),
            )
        ) from exc
