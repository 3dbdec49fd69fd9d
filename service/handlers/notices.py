"""Telling people, and writing into the record. Texts come from the drawing: they are the owner's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from service import languages
from service.handlers.plan import material_hash
from service.handlers.ports import Ports, Submission
from service.handlers.topic import Topic, further, names
from service.wording import Text, joined, translated

_LINES = "{first}\n{rest}"
MONEY = "元"
"""The unit of money in tables of metrics."""


def alert(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Tell groups and people what deviates, one line per alert; without alerts it is plain news."""
    raised = [_alert_line(row) for row in params.get("alerts") or () if _is_raised(row)]
    subject = params.get("subject") or Text("Alert: {case}", case=ports.case)
    text = str(params["text"])
    if raised:
        text = Text(_LINES, first=text, rest=joined(raised, _LINES))
    ports.notify(
        "alert" if raised else "notice",
        groups=names(params.get("groups")),
        users=names(params.get("users")),
        subject=subject,
        text=text,
    )
    ports.note(on_record(text), day=params.get("day"))
    return {}


def escalate(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Tell those above that something is late, with a copy to whoever holds it."""
    activity = params.get("activity")
    holders = ports.task_holders(str(activity)) if activity else ()
    users = tuple(dict.fromkeys((*names(params.get("users")), *holders)))
    text = str(params["text"])
    ports.notify(
        "escalate",
        groups=names(params.get("groups")),
        users=users,
        subject=Text("Overdue: {case}", case=ports.case),
        text=text,
        activity=str(activity) if activity else None,
    )
    ports.note(text, activity=activity)
    return {"escalated_at": ports.now}


def note(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Write a line into the record; with a department and its forms, whose signature it is that still stands.

    That is the latest of them that agreed to a text of the same content in all that concerns the department.
    Without one the line says that nothing can be carried over.
    """
    facts, text = further(params, NOTE.inputs), str(params["text"])
    department, forms = str(params.get("department") or ""), names(params.get("forms"))
    signed = _standing(forms, department, ports)
    if signed is not None:
        facts |= {"signed_by": signed.by, "signed_at": signed.at, "content_hash": signed.content_hash}
    elif forms:
        text = on_record(
            Text(
                "{department}: no signature that agrees to what stands now can be kept", department=department
            )
        )
    if department:
        facts["department"] = department
    ports.note(text, **facts)
    return {}


def _standing(forms: Sequence[str], department: str, ports: Ports) -> Submission | None:
    present = material_hash(ports, department)
    signed = [entry for form in forms for entry in ports.submissions(form) if entry.tone == "good"]
    same = [entry for entry in signed if material_hash(ports, department, before=entry.seq) == present]
    return max(same, key=lambda entry: (entry.at, entry.seq), default=None)


def _is_raised(row: Mapping[str, Any]) -> bool:
    return row.get("level") not in (None, "none")


def _alert_line(row: Mapping[str, Any]) -> Text:
    said = {"name": str(row.get("name") or row.get("metric"))}
    if row.get("target") is None:
        return Text("{name}: no target for the day", **said)
    said |= {key: _shown(row.get(key), row.get("unit")) for key in ("actual", "target")}
    if row.get("deviation") is None:
        return Text("{name}: {actual}, target {target}", **said)
    deviation = format(row["deviation"], "+.2%")
    return Text("{name}: {actual}, target {target}, deviation {deviation}", deviation=deviation, **said)


def _shown(value: Any, unit: Any) -> str:
    """Return a figure as people say it: ratios (unit %) in percent, money (元) with its cents."""
    if value is None:
        return "—"
    style, before = {"%": (".2%", ""), MONEY: (",.2f", "¥")}.get(unit, (".4g", ""))
    return before + format(Decimal(str(value)), style)


def on_record(text: str) -> str:
    """Return a sentence as the record keeps it: in the company's language, whoever reads it later."""
    return translated(text, languages.catalogue(languages.CHINESE).gettext)


ALERT = Topic(
    "notify.alert",
    alert,
    inputs=("groups", "users", "subject", "text", "alerts", "day"),
    required=("text",),
    kinds={"groups": "groups"},
    tells=True,
)
ESCALATE = Topic(
    "notify.escalate",
    escalate,
    inputs=("activity", "groups", "users", "text"),
    required=("text",),
    outputs=("escalated_at",),
    kinds={"activity": "activity", "groups": "groups", "escalated_at": "moment"},
    tells=True,
)
NOTE = Topic(
    "record.note",
    note,
    inputs=("text", "department", "forms"),
    required=("text",),
    kinds={"department": "groups", "forms": "forms"},
    is_open=True,
)
TOPICS = (ALERT, ESCALATE, NOTE)
