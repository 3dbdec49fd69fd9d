"""Paper: the approval sheet (审批单) of a case, for the screen, the printer and as PDF.

PDF needs the extra `pdf`: typst, a Chinese font and QR codes, none of which the service needs otherwise.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from service.errors import NotInstalled
from service.runtime.cases import dossier
from service.runtime.cases.views import DossierView, SubmissionView
from service.runtime.keeping import certificates
from service.runtime.step.context import Actor, Application
from service.web import case_facts, people
from service.web.formatting import added_as_name, moment
from service.web.labels import localized
from service.web.present import Facts, present
from service.wording import Text

FONT_PACKAGE = "cvttf_NotoSansCJK_Regular"
TEMPLATE = Path(__file__).with_name("paper.typ")
EXTRA = ("typst", "segno", FONT_PACKAGE)


@dataclass(frozen=True)
class Signature:
    """Who concluded what, for whom, when, in which words."""

    activity: str
    who: str
    at: str
    conclusion: str
    tone: str
    opinion: str


@dataclass(frozen=True)
class Change:
    """One field that a later round of a form says otherwise."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Round:
    """What changed in a form when it was handed in again."""

    title: str
    at: str
    who: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Aside:
    """Promises of the company that were set aside, by whom and why."""

    promises: str
    what: str
    asked: str
    agreed: str


@dataclass(frozen=True)
class Sheet:
    """What stands on the paper, in the reader's language. `facts` are (label, value)."""

    title: str
    name: str
    facts: tuple[tuple[str, str], ...]
    signatures: tuple[Signature, ...]
    set_aside: tuple[Aside, ...]
    rounds: tuple[Round, ...]
    hash: str
    link: str
    footer: str
    words: Mapping[str, str]


def sheet_of(
    app: Application, actor: Actor, certificate: Mapping[str, Any], title: str, *, rounds: bool = True
) -> Sheet:
    """Return the sheet of a case by its certificate; `rounds`: with what each round changed."""
    case = certificate["case"]
    record = dossier.dossier(app, actor, case["instance"])
    departments = {each.by: each.department for each in record.opinions if each.added_as}
    return Sheet(
        title=title,
        name=case["title"] or case["process"],
        facts=tuple(_facts(case)),
        signatures=tuple(_signature(each, departments) for each in certificate["signatures"]),
        set_aside=tuple(map(_aside, certificate.get("set_aside", ()))),
        rounds=tuple(_rounds(record)) if rounds else (),
        hash=certificate["hash"],
        link=f"{app.settings.base_url}/cases/{case['instance']}/approval-sheet?hash={certificate['hash']}",
        footer=_footer(moment(certificate["issued"]["at"]), actor.display_name),
        words={
            "signatures": _("Opinions and conclusions"),
            "none": _("Nobody has concluded anything yet."),
            "activity": _("Step"),
            "who": _("Who"),
            "at": _("Time"),
            "conclusion": _("Conclusion"),
            "opinion": _("Opinion"),
            "aside": _("Promises of the company set aside"),
            "asked": _("Asked for by"),
            "agreed": _("Agreed to by"),
            "rounds": _("Changes between the rounds"),
            "field": _("Field"),
            "before": _("Before"),
            "after": _("After"),
            "hash": _("Hash of what was decided (SHA-256)"),
        },
    )


def pdf(app: Application, actor: Actor, instance_id: str, title: str, *, rounds: bool = True) -> bytes:
    """Return a sealed PDF. NotInstalled without the extra `pdf`; NotFound unless the actor sees the case."""
    certificate = certificates.issue(app, actor, instance_id)
    require_extra()
    sheet = sheet_of(app, actor, certificate, title, rounds=rounds)
    document: bytes = app.beside(compiled, asdict(sheet))
    return certificates.sealed(app.audit_keys, document, certificate)


def has_extra() -> bool:
    """Say whether all that makes PDF and QR codes is installed."""
    return all(find_spec(each) is not None for each in EXTRA)


def require_extra() -> None:
    """NotInstalled, with what to install, where a part that makes PDF is missing."""
    if not has_extra():
        raise NotInstalled(
            Text(
                "PDF needs the extra {what}: install it and restart. The page prints without.",
                what="countersign[pdf]",
            )
        )


def compiled(sheet: dict[str, Any]) -> bytes:
    """Return the PDF of a sheet. Whatever people have written stays text: it comes as data."""
    import typst

    spec = find_spec(FONT_PACKAGE)
    if spec is None or spec.origin is None:
        raise NotInstalled
    data = {**sheet, "qr": qr(sheet["link"])}
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=[str(Path(spec.origin).parent)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return made


def qr(link: str) -> str:
    """Return a QR code as SVG."""
    import segno

    file = io.BytesIO()
    segno.make(link, error="m", micro=False).save(file, kind="svg", border=0, xmldecl=False, omitsize=True)
    return file.getvalue().decode()


def _facts(case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    state = {
        "active": _("under way"),
        "suspended": _("suspended"),
        "completed": _("completed"),
        "cancelled": _("cancelled"),
    }
    yield _("Number"), case["number"] or "—"
    yield _("Process"), case["process"]
    applicant = case["applicant"]["shown"] if case["applicant"] else "—"
    yield _("Applicant"), f"{applicant}（{case['department']}）" if case["department"] else applicant
    yield _("State"), case["outcome"] or state.get(case["state"], case["state"])
    yield _("Started"), moment(case["started_at"])
    if case["ended_at"]:
        yield _("Closed"), moment(case["ended_at"])
    for fact in case_facts.of_case(case["instance"]):
        if fact.is_known:
            yield fact.label, fact.text


def _footer(at: str, who: str) -> str:
    """Say how the paper is verified; only what has a code on it can be scanned."""
    if has_extra():
        return _(
            "Issued %(at)s by %(who)s. Scan the code, or verify by the command countersign verify.",
            at=at,
            who=who,
        )
    return _(
        "Issued %(at)s by %(who)s. Verify by the hash of the page, or its PDF by countersign verify.",
        at=at,
        who=who,
    )


def _aside(given: Mapping[str, Any]) -> Aside:
    named = (
        f"{each['name']}（{_('past')} {'、'.join(each['approvals'])}）" if each["approvals"] else each["name"]
        for each in given["promises"]
    )
    return Aside(
        promises="；".join(named),
        what=given["what"],
        asked=f"{given['asked_by']['shown']} {moment(given['asked_at'])} {given['reason']}",
        agreed=f"{given['agreed_by']['shown']} {moment(given['agreed_at'])} {given['answer']}",
    )


def _signature(given: Mapping[str, Any], departments: Mapping[str, str | None]) -> Signature:
    """Return a signature as the paper shows it; `departments` are those of signers who were added."""
    who, group, activity = given["by"]["shown"] if given["by"] else "—", given["group"], given["activity"]
    if given["on_behalf_of"]:
        who = _("%(who)s for %(other)s", who=who, other=given["on_behalf_of"]["shown"])
    if given["added_as"]:
        group = departments.get(given["by"]["name"]) if given["by"] else None
        activity = f"{activity} · {added_as_name(given['added_as'])}"
    return Signature(
        activity=activity,
        who=f"{who}（{group}）" if group else who,
        at=moment(given["at"]),
        conclusion=given["conclusion"] or "",
        tone=given["tone"],
        opinion=given["opinion"] or "",
    )


def _rounds(record: DossierView) -> Iterator[Round]:
    """Yield what each form says otherwise than the time before, as far as it counts for the case."""
    for section in record.sections:
        counted = [each for each in section.submissions if each.in_force and each.element is None]
        for before, after in pairwise(counted):
            changes = tuple(_changes(_said(before), _said(after)))
            if changes:
                yield Round(section.title, moment(after.at), people.shown_name(after.by), changes)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for label in dict.fromkeys((*before, *after)):
        old, new = before.get(label, ""), after.get(label, "")
        if old != new:
            yield Change(label, old or "—", new or "—")


def _said(submission: SubmissionView) -> dict[str, str]:
    """Return what was answered by the words it was asked with; rows of a table by their number."""
    found: dict[str, str] = {}
    for block in present(localized(submission.schema, submission.deployment_id), submission.data):
        if isinstance(block, Facts):
            found |= {f"{block.title} · {each.label}".strip(" ·"): each.text for each in block.facts}
        else:
            for number, row in enumerate(block.rows, start=1):
                found[f"{block.title} {number}"] = " / ".join(each.text for each in row)
    return found
