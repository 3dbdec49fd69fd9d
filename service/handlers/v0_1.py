"""What only cases of the first release (0.1) need: their drawings name no forms, and read other variables."""

from __future__ import annotations

from collections.abc import Mapping

from service.domain.plan import PlanChange, TextFields

REVISION = "revise_plan"
"""The form that was always the revision of a plan."""
KPI_SHEET = "fill_kpi_sheet"
"""The form that was always the KPI sheet."""

CLOSEOUT_REPORT = "closeout_report"
"""The form that was always the closeout report."""

_FLAGS: Mapping[str, str] = {
    "legal_changed": "法务部",
    "finance_changed": "财务部",
    "tech_changed": "技术部",
    "schedule_changed": "schedule",
    "goals_changed": "goals",
}


def flags(change: PlanChange, fields: TextFields) -> Mapping[str, bool]:
    """Return what those drawings read of a change: one variable per department. None for later ones."""
    if not fields.hashes_unanswered:
        return {}
    touched = {*change.material_to, *change.aspects}
    return {flag: name in touched for flag, name in _FLAGS.items()}
