"""Allowances as they are kept by quarter: only for departments there are, in quarters there are."""

from __future__ import annotations

import re
from decimal import Decimal

from service.domain.budget import Allowance
from service.errors import FieldError, InvalidInput, NotFound
from service.runtime.campaigns import allowances
from service.runtime.company import groups
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application

_PERIOD = re.compile(r"20\d\dQ[1-4]")


def grant(
    app: Application,
    by: Actor,
    department: str,
    period: str,
    granted: Decimal,
    *,
    committed: Decimal | None = None,
) -> Allowance:
    """Grant a department what it may spend in a quarter (`2026Q4`). NotFound without such a department."""
    require(by, "allowance.grant")
    if department not in groups.departments(app):
        raise NotFound("There is no such department.", department=department)
    if not _PERIOD.fullmatch(period):
        raise InvalidInput(errors=[FieldError("period", "a quarter such as 2026Q4")])
    return allowances.grant(app, by, department, period, granted, committed=committed)
