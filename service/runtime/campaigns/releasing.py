"""What a campaign holds of its department's allowance is given back when somebody ends it at once."""

from __future__ import annotations

from service.engine.progress import Progress
from service.runtime.campaigns import allowances
from service.runtime.step.step import Step


def decide(step: Step, progress: Progress | None) -> None:
    """Give back what a case holds whose main process has been cancelled: nothing of it will be spent."""
    if progress is None or progress.state != "cancelled" or not step.facts.leads:
        return
    for share in allowances.release(step.session, step.case):
        step.audit(
            "allowance.released", department=share.department, period=share.period, amount=share.amount
        )


def write(step: Step, progress: Progress | None) -> None:
    """The allowances are written where they are released."""
