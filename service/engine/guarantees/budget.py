"""How much may be walked: counted in states, so that verdicts are the same on every machine."""

from __future__ import annotations

from service.wording import Text


class NotExamined(Exception):
    """The drawing goes beyond what is walked; `reason` says how."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Budget:
    """States that may still be walked, out of those of a larger budget."""

    def __init__(self, states: int, within: Budget | None = None) -> None:
        self._states = self._left = states
        self._within = within

    def spend(self) -> None:
        """Take one state. NotExamined when there is none left."""
        self._left -= 1
        if self._left < 0:
            raise NotExamined(Text("there are more than {limit} ways it can stand", limit=self._states))
        if self._within is not None:
            self._within.spend()
