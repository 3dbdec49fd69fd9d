"""What the demo company may spend, as `processes/demo/公司.yaml` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from service import resources
from service.domain.budget import quarter
from service.runtime.campaigns import allowances
from service.runtime.scenarios.suites import COMPANY
from service.runtime.scenarios.yaml_lines import load
from service.runtime.step.context import SYSTEM, Application
from service.settings import ZONE

_NEIGHBOURS = (timedelta(days=-91), timedelta(0), timedelta(days=91))


@dataclass(frozen=True)
class Company:
    """The company's name, and by department what it may spend a quarter and has committed in this one."""

    name: str
    allowances: Mapping[str, tuple[Decimal, Decimal]]

    def grant(self, app: Application, present: datetime) -> None:
        """Give departments their allowance for the last, this and the next quarter."""
        today = present.astimezone(ZONE).date()
        for department, (granted, _) in self.allowances.items():
            for period in {quarter(today + days) for days in _NEIGHBOURS}:
                allowances.grant(app, SYSTEM, department, period, granted)

    def settle(self, app: Application, present: datetime) -> None:
        """Make this quarter's commitments what they are with campaigns that are not shown."""
        period = quarter(present.astimezone(ZONE).date())
        for department, (granted, committed) in self.allowances.items():
            allowances.grant(app, SYSTEM, department, period, granted, committed=committed)


def read_company() -> Company:
    """Return the demo company of this installation."""
    content = load(resources.demo() / f"{COMPANY}.yaml")
    return Company(
        str(content["公司"]),
        {
            str(department): (Decimal(str(entry["每季"])), Decimal(str(entry["本季已占用"])))
            for department, entry in content["额度"].items()
        },
    )
