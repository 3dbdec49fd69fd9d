"""What ends with a case: follow-ups that are nothing without it, and what it held if it is cancelled."""

from __future__ import annotations

from sqlalchemy import select

from service.engine.progress import Progress
from service.runtime.campaigns import allowances
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING
from service.store.models import ProcessInstance


def decide(step: Step, progress: Progress | None) -> None:
    """See whether the main process of a case has ended, and end what ends with it."""
    if progress is None or progress.state == "active" or not step.facts.leads:
        return
    follow_ups = step.model.organisation.follow_ups.values()
    bound = {each.process: each.ends_with_case for each in follow_ups if each.ends_with_case}
    query = select(ProcessInstance.id, ProcessInstance.definition).where(
        ProcessInstance.business_key == step.case,
        ProcessInstance.definition.in_(bound),
        ProcessInstance.state.in_(RUNNING),
    )
    for instance, process in step.session.execute(query):
        step.queue("instance.cancel", {"instance": instance, "reason": bound[process]})
    if progress.state == "cancelled":
        _release(step)


def _release(step: Step) -> None:
    """Give back what the campaign held: nothing of it will be spent."""
    for share in allowances.release(step.session, step.case):
        step.audit(
            "allowance.released", department=share.department, period=share.period, amount=share.amount
        )


def write(step: Step, progress: Progress | None) -> None:
    """What is queued and audited is written by the step itself."""
