"""What entries of the audit record tell of, in the reader's language; codes stand beside it for searching."""

from __future__ import annotations

from flask_babel import gettext as _


def actions() -> dict[str, str]:
    """Return every action that the record may tell of, by its code."""
    return {
        "allowance.granted": _("allowance granted"),
        "allowance.released": _("allowance released"),
        "audit.erased": _("entries erased"),
        "batch.ordered": _("many cases ordered at once"),
        "batch.stopped": _("order on many cases stopped"),
        "calendar.counted": _("workdays counted anew"),
        "comment.added": _("comment written"),
        "consulted": _("opinion asked for"),
        "decisions.evaluated": _("decision tables asked"),
        "department.head": _("head of a department set"),
        "deployment.activated": _("earlier drawings made live"),
        "deployment.created": _("drawings deployed"),
        "due.recounted": _("deadline counted anew"),
        "escalated": _("escalated"),
        "facts.applied": _("facts of a change in force"),
        "facts.proposed": _("facts proposed"),
        "facts.written": _("facts written"),
        "figures.imported": _("figures imported"),
        "figures.recorded": _("figures recorded"),
        "incident.retried": _("incident tried again"),
        "informed": _("copy sent"),
        "instance.cancelled": _("case cancelled"),
        "instance.facts": _("fact corrected"),
        "instance.migrated": _("case moved to other drawings"),
        "instance.modified": _("case moved by hand"),
        "instance.registered": _("case registered"),
        "instance.resumed": _("case resumed"),
        "instance.started": _("case started"),
        "instance.suspended": _("case suspended"),
        "instance.variables": _("variable corrected"),
        "instance.withdrawn": _("case withdrawn by its applicant"),
        "job.retried": _("background work tried again"),
        "message.received": _("message received"),
        "note": _("note of a step"),
        "record.adopted": _("record taken over from an earlier release"),
        "reminded": _("reminded by itself"),
        "substitution.created": _("substitute named"),
        "substitution.ended": _("substitution ended"),
        "task.assigned": _("task assigned"),
        "task.claimed": _("task claimed"),
        "task.completed": _("task completed"),
        "task.concluded": _("added signature ended"),
        "task.copied": _("copy of a task sent"),
        "task.delegated": _("task lent"),
        "task.handed_over": _("task handed over by a leaver"),
        "task.renewed": _("open task brought up to date"),
        "task.reoffered": _("open task offered to others"),
        "task.barred": _("kept from an open task by four eyes"),
        "task.resolved": _("task given back with an opinion"),
        "task.returned": _("task sent back"),
        "task.signed": _("added signature given"),
        "task.signer_removed": _("added signer removed"),
        "task.signers_added": _("signers added"),
        "task.taken_back": _("lent task taken back"),
        "task.transferred": _("task transferred"),
        "task.unclaimed": _("task put back"),
        "task.urged": _("reminded by a colleague"),
        "task.withdrawn": _("answer taken back"),
        "token.created": _("API token made"),
        "token.revoked": _("API token revoked"),
        "user.changed": _("account changed"),
        "user.created": _("account made"),
        "user.password": _("password set"),
        "waiver.asked": _("second admin asked for"),
        "waiver.confirmed": _("promise set aside by two"),
        "waiver.declined": _("request declined"),
        "waiver.stale": _("request void"),
        "waiver.withdrawn": _("request taken back"),
    }


def action_name(code: str) -> str:
    """Return what an action is called; its code where a later release has written it."""
    return actions().get(code, code)
