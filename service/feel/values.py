"""Values FEEL knows and Python does not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Months:
    """A years-months duration: a whole number of months, negative when it points back."""

    months: int

    def isoformat(self) -> str:
        """Return the duration as ISO 8601: P1Y2M, -P3M, P0M."""
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{'-' if self.months < 0 else ''}P{text}"
