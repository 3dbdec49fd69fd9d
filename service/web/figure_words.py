"""What figures are called on pages, and how their values read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from service.domain.metrics import AMOUNTS
from service.web.asking import application
from service.web.formatting import number, percent, yuan
from service.web.i18n import language_tag

_TWO = Decimal("0.01")


def measured(name: str) -> str:
    """Return what the owners call a metric; in English, and for what else a table holds, our word."""
    metric = application().live().model.organisation.metrics.get(name)
    if metric is not None and language_tag() != "en":
        return metric.name
    words = {
        "impressions": _("impressions"),
        "clicks": _("clicks"),
        "visits": _("visits"),
        "registrations": _("registrations"),
        "orders": _("orders"),
        "payers": _("payers"),
        "gmv": _("GMV"),
        "revenue": _("revenue"),
        "refund": _("refunds"),
        "cost": _("cost"),
        "invalid_clicks": _("invalid clicks"),
        "top_source_clicks": _("clicks of the largest source"),
        "night_clicks": _("clicks at night"),
        "bounces": _("bounces"),
        "ctr": _("CTR"),
        "cvr": _("conversion"),
        "aov": _("order value"),
        "roas": _("ROAS"),
        "cpa": _("CPA"),
        "day": _("Day"),
        "channel": _("Channel"),
        "metric": _("Metric"),
        "value": _("Amount or count"),
        "source": _("Source"),
        "reason": _("Why figures are corrected"),
    }
    return words.get(name, name)


def as_metric(value: Decimal | int | None, name: str) -> str:
    """Return the value of a metric as people read it; "—" for none."""
    if value is None:
        return "—"
    shown: dict[str, Callable[[Any], str]] = {"ctr": percent, "cvr": percent, "aov": yuan, "cpa": yuan}
    shown |= dict.fromkeys(AMOUNTS, yuan)
    if name == "roas":
        return number(Decimal(value).quantize(_TWO))
    return shown.get(name, number)(value)
