"""FEEL that keeps its answers: for walking many cases through the same drawings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from service.domain.workdays import local_day
from service.errors import FeelError
from service.feel.engine import Feel

MOST_ANSWERS = 50_000
_BY_DAY = re.compile(r"workdays_after\(\s*now\(\)")
"""What counts workdays from now on is the same all day."""

_Key = tuple[str, datetime | date | None, str]
"""The request, when it was asked where that matters, and the company's days where it counts them."""


class RememberingFeel(Feel):
    """The same engine, which asks the isolate once only for the same expression over the same values.

    What goes by the clock is asked anew at each instant, what goes by the day on each day. Answers are
    shared: whoever gets one leaves it as it is.
    """

    def __init__(self, feel: Feel) -> None:
        vars(self).update(vars(feel))
        self._kept: dict[_Key, Any] = {}

    def _answers(self, requests: Sequence[str], now: datetime) -> list[Any]:
        keys = [(*_key(each, now), self._company(each)) for each in requests]
        missing = list(dict.fromkeys(key for key in keys if key not in self._kept))
        found = {key: self._kept[key] for key in keys if key in self._kept}
        if missing:
            asked = super()._answers([text for text, _, _ in missing], now)
            found |= dict(zip(missing, asked, strict=True))
        if len(self._kept) > MOST_ANSWERS:
            self._kept.clear()
        self._kept.update((key, answer) for key, answer in found.items() if not isinstance(answer, FeelError))
        return [found[key] for key in keys]


def _key(request: str, now: datetime) -> tuple[str, datetime | date | None]:
    if "now(" not in request and "today(" not in request and "workday" not in request:
        return request, None
    if "now(" in _BY_DAY.sub("", request):
        return request, now
    return request, local_day(now)
