"""From which day to which something is asked, both included, in the company's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from service.domain.workdays import ONE_DAY, ZONE, local_day
from service.errors import FieldError, InvalidInput
from service.wording import Text

LONGEST_DAYS = 1100
"""A little over three years: nobody asks for more by a slip of the pen."""


@dataclass(frozen=True)
class Period:
    """Days, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """The moment it begins."""
        return datetime.combine(self.first, time.min, ZONE)

    @property
    def until(self) -> datetime:
        """The moment it is over: the first that does not belong to it."""
        return datetime.combine(self.last + ONE_DAY, time.min, ZONE)


def period(first: date | None, last: date | None, now: datetime, days: int) -> Period:
    """Return the days asked for; what is left out is today, and so many days before.

    InvalidInput where it ends before it begins, or is longer than anybody means.
    """
    until = last or local_day(now)
    since = first or until - timedelta(days=days - 1)
    if since > until:
        raise InvalidInput(errors=[FieldError("from", "this lies after the last day")])
    if (until - since).days > LONGEST_DAYS:
        text = Text("no more than {days} days at once", days=LONGEST_DAYS)
        raise InvalidInput(errors=[FieldError("from", text)])
    return Period(since, until)
