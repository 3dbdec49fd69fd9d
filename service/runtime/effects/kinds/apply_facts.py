"""What a follow-up has proposed becomes fact for the whole case, and its answers the text in force.

Where the drawing names a message, both happen in one transaction: the facts change if and only if something
waits for the message, and whoever gets it reads the new ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.handlers.case import FACTS_CHANGED
from service.runtime import v0_1
from service.runtime.effects import delivering, rows
from service.runtime.effects.kind import Kind
from service.runtime.step import case_facts
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.tasks import reoffering
from service.store.models import Outbox, ProcessInstance
from service.wording import Text


class Overtaken(Exception):
    """The proposals rest on facts that somebody else has changed meanwhile; `labels` names them."""

    def __init__(self, labels: list[str]) -> None:
        super().__init__(", ".join(labels))
        self.labels = labels


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Apply the proposals of the instance that asks for it, or tell it by an error why not."""
    try:
        done = _with_message(app, row, wanted) if wanted.get("name") else _alone(app, row)
    except Overtaken as overtaken:
        text = Text("Changed meanwhile by somebody else: {facts}.", facts="、".join(overtaken.labels))
        rows.refuse(app, row, "facts_refused", FACTS_CHANGED, text)
        return
    if done:
        rows.finish(app, row)
        return
    text = Text("{case} has ended: nothing can take effect any more.", case=wanted["case"])
    rows.refuse(app, row, "facts_refused", wanted["error_code"], text)


def _with_message(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> bool:
    def before(step: Step) -> Mapping[str, Any]:
        _apply(step, row, _asking(step, row))
        return v0_1.payload(step)

    return delivering.deliver(app, row, wanted, before)


def _alone(app: Application, row: Outbox) -> bool:
    with on_instance(app, row.instance_id or "", SYSTEM, states=(*RUNNING, *rows.ENDED)) as step:
        if step.facts.case.closed_at is not None:
            step.drop()
            return False
        _apply(step, row, step.instance)
        rows.take(step.session, row.id, done_at=step.now)
        rows.add_outcome(step, row, {"applied_at": step.now})
        return True


def _asking(step: Step, row: Outbox) -> ProcessInstance:
    return step.session.get_one(ProcessInstance, row.instance_id)


def _apply(step: Step, row: Outbox, follow_up: ProcessInstance) -> None:
    changed = step.facts.overtaken(follow_up)
    if changed:
        declared = step.model.case.facts
        raise Overtaken([declared[name].label if name in declared else name for name in changed])
    asked = row.payload
    who = {"by": asked["by"], "on_behalf_of": asked["on_behalf_of"], "at": step.now}
    changes, application = step.facts.apply(follow_up, rows.place_of(row), **who)
    step.cover("case_application", application)
    for fact in changes:
        step.cover("case_fact", fact)
    reoffering.ask_for_all(step)
    step.audit("facts.applied", source=follow_up.id, facts=[case_facts.audited(each) for each in changes])


KIND = Kind("case.apply", carry_out)
