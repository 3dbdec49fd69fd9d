"""Certificates (审批证明): what was decided in a case, sealed: whoever has the key can verify the paper.

A certificate is JSON with a seal over its content; a document (PDF) is sealed as a whole, in a last line that
also says what it is of. The seal is keyed like the audit record's, and names the last entry of the case's
chain: who has the database sees whether the record still says what it said then.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from service.languages import CHINESE, catalogue
from service.runtime import identity
from service.runtime.cases import dossier, instances
from service.runtime.cases.views import InstanceView, OpinionView, SubmissionView
from service.runtime.identity.visibility import require_visible
from service.runtime.promises import waivers
from service.runtime.promises.waivers import WaiverView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import to_json
from service.store.audit_chain import AuditKeys
from service.store.models import AuditEntry
from service.wording import translated

FORMAT = "countersign-certificate/1"
WHOLE, CHANGED, FOREIGN, UNREADABLE = "whole", "changed", "foreign", "unreadable"
"""What a verification finds: as it was issued; not so; sealed with a key not known here; no certificate."""
MOST_BYTES = 50 * 1024 * 1024
_MARK = b"%countersign "
_BEGINS_DOCUMENT = b"%PDF-"


@dataclass(frozen=True)
class Verdict:
    """What a verification finds. `about` says of what a certificate speaks; empty where it cannot be told."""

    state: str
    about: Mapping[str, Any]

    @property
    def is_whole(self) -> bool:
        return self.state == WHOLE


def issue(app: Application, actor: Actor, instance_id: str) -> dict[str, Any]:
    """Return the certificate of a case as it stands, as JSON. NotFound unless the actor sees the case.

    `hash` is that of what it says, so it stays the same until something new is decided; `issued` and `seal`
    belong to this copy.
    """
    case = instances.get(app, actor, instance_id)
    record = dossier.dossier(app, actor, instance_id)
    submissions = {each.id: each for section in record.sections for each in section.submissions}
    names = _names(app, case, record.opinions)
    content: dict[str, Any] = {
        "format": FORMAT,
        "case": _case(case, names),
        "signatures": [
            _signature(each, submissions.get(each.submission_id or ""), names) for each in record.opinions
        ],
    }
    # Only where there are any: what was issued before keeps its hash.
    aside = waivers.find(app, actor, instance=instance_id, state=waivers.CONFIRMED)
    if aside:
        content["set_aside"] = [_set_aside(app, each) for each in aside]
    said = hashlib.sha256(_canonical(content)).hexdigest()
    issued = {"at": app.clock(), "by": actor.name, "record": _record(app, actor, instance_id)}
    whole: dict[str, Any] = to_json({**content, "hash": said, "issued": issued})
    return {**whole, "seal": _seal(app.audit_keys, b"certificate", _canonical(whole))}


def sealed(keys: AuditKeys, document: bytes, certificate: Mapping[str, Any]) -> bytes:
    """Return a PDF that says what it is of, and whose every byte is sealed."""
    about = base64.b64encode(_canonical(_about(certificate)))
    marked = document + b"\n" + _MARK + about
    seal = _seal(keys, b"document", marked)
    return marked + f" {seal['key_id']} {seal['mac']}\n".encode()


def verify(keys: AuditKeys, file: bytes) -> Verdict:
    """Say whether a certificate is as it was issued: JSON, or a sealed PDF. Needs no database."""
    if len(file) > MOST_BYTES:
        return Verdict(UNREADABLE, {})
    return _verify_document(keys, file) if file.startswith(_BEGINS_DOCUMENT) else _verify_json(keys, file)


def is_on_record(app: Application, about: Mapping[str, Any]) -> bool:
    """Say whether the audit record still has the entry that a certificate names as its last."""
    named = about.get("record") or {}
    query = select(AuditEntry.mac).where(
        AuditEntry.chain == str(named.get("instance")), AuditEntry.seq == int(named.get("entries") or 0)
    )
    with app.db.read() as session:
        found = session.scalar(query)
    return found is not None and hmac.compare_digest(found, str(named.get("seal")))


def _case(case: InstanceView, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "instance": case.id,
        "number": case.business_key,
        "title": case.name,
        "process": case.definition_name,
        "applicant": _person(case.applicant, names),
        "department": case.department,
        "state": case.state,
        "outcome": case.outcome.label if case.outcome else None,
        "started_at": case.started_at,
        "ended_at": case.ended_at,
        "facts": case.case.facts,
    }


def _signature(
    given: OpinionView, submission: SubmissionView | None, names: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "activity": given.name,
        "activity_id": given.activity_id,
        # An added signer speaks for nobody else: their department may change, what was decided does not.
        "group": None if given.added_as else given.department,
        "added_as": given.added_as,
        "by": _person(given.by, names),
        "on_behalf_of": _person(given.on_behalf_of, names),
        "at": given.at,
        "conclusion": given.conclusion,
        "tone": given.tone,
        "opinion": given.opinion,
        "content_hash": submission.content_hash if submission else None,
    }


def _set_aside(app: Application, waiver: WaiverView) -> dict[str, Any]:
    """Return which promises of the company an act set aside, by whom and why, and who agreed to it."""
    with app.db.read() as session:
        names = identity.display_names(session, filter(None, [waiver.asked_by, waiver.answered_by]))
    return {
        "promises": [
            {"name": each.name, "text": each.text, "approvals": each.approvals} for each in waiver.promises
        ],
        "what": translated(waiver.what, catalogue(CHINESE).gettext),
        "asked_by": _person(waiver.asked_by, names),
        "asked_at": waiver.asked_at,
        "reason": waiver.reason,
        "agreed_by": _person(waiver.answered_by, names),
        "agreed_at": waiver.answered_at,
        "answer": waiver.answer,
    }


def _person(name: str | None, names: Mapping[str, str]) -> dict[str, str] | None:
    return {"name": name, "shown": names.get(name, name)} if name else None


def _names(app: Application, case: InstanceView, opinions: tuple[OpinionView, ...]) -> Mapping[str, str]:
    named = (case.applicant, *(name for each in opinions for name in (each.by, each.on_behalf_of)))
    with app.db.read() as session:
        return identity.display_names(session, dict.fromkeys(filter(None, named)))


def _record(app: Application, actor: Actor, instance_id: str) -> dict[str, Any]:
    """Return the last entry of the case's chain: its seal, not the end kept for the chain."""
    with app.db.read() as session:
        require_visible(app, session, actor, instance_id)
        query = select(AuditEntry).where(AuditEntry.chain == instance_id)
        last = session.scalars(query.order_by(AuditEntry.seq.desc()).limit(1)).first()
    entries, seal = (last.seq, last.mac) if last is not None else (0, "")
    return {"instance": instance_id, "entries": entries, "seal": seal}


def _verify_json(keys: AuditKeys, file: bytes) -> Verdict:
    try:
        certificate = json.loads(file)
    except (ValueError, RecursionError):
        return Verdict(UNREADABLE, {})
    if not isinstance(certificate, dict) or certificate.get("format") != FORMAT:
        return Verdict(UNREADABLE, {})
    seal = certificate.pop("seal", None)
    return Verdict(
        _state(keys, b"certificate", _canonical(certificate), seal if isinstance(seal, dict) else {}),
        _about(certificate),
    )


def _verify_document(keys: AuditKeys, file: bytes) -> Verdict:
    before, mark, line = file.rpartition(b"\n" + _MARK)
    words = line.removesuffix(b"\n").split(b" ")
    if not mark or len(words) != 3 or not line.endswith(b"\n"):
        return Verdict(UNREADABLE, {})
    try:
        about = json.loads(base64.b64decode(words[0], validate=True))
        seal = {"key_id": words[1].decode("ascii"), "mac": words[2].decode("ascii")}
    except (ValueError, binascii.Error, RecursionError):
        return Verdict(CHANGED, {})
    state = _state(keys, b"document", before + mark + words[0], seal)
    return Verdict(state, about if isinstance(about, dict) else {})


def _about(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """Return of what a certificate speaks, in a few words."""
    case, issued = certificate.get("case") or {}, certificate.get("issued") or {}
    return {
        "number": case.get("number"),
        "title": case.get("title"),
        "outcome": case.get("outcome"),
        "set_aside": [
            each["name"] for aside in certificate.get("set_aside") or () for each in aside["promises"]
        ],
        "hash": certificate.get("hash"),
        "issued_at": issued.get("at"),
        "issued_by": issued.get("by"),
        "record": issued.get("record"),
    }


def _seal(keys: AuditKeys, purpose: bytes, content: bytes) -> dict[str, str]:
    return {"key_id": keys.current, "mac": _mac(keys.keys[keys.current], purpose, content)}


def _state(keys: AuditKeys, purpose: bytes, content: bytes, seal: Mapping[str, Any]) -> str:
    key = keys.keys.get(str(seal.get("key_id")))
    if key is None:
        return FOREIGN
    right = _mac(key, purpose, content)
    return WHOLE if hmac.compare_digest(right.encode(), str(seal.get("mac")).encode()) else CHANGED


def _mac(key: bytes, purpose: bytes, content: bytes) -> str:
    """Return a seal; for one purpose, so that none of another kind passes for it."""
    return hmac.digest(key, b"countersign " + purpose + b" " + content, "sha256").hex()


def _canonical(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(to_json(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
