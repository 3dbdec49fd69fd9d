"""When a timer begins a process: reckoned from the moment its drawing went live, turn after turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.engine.drawing import Process, WrittenTime
from service.engine.nodes.memory import Cycle
from service.engine.nodes.timers import TimerDefinition, following
from service.feel import Feel, strip_equals


@dataclass(frozen=True)
class Turn:
    """One time at which a process is begun, and what is left of its cycle after that."""

    due: datetime
    cycle: Cycle | None = None


def timer_of(process: Process) -> WrittenTime | None:
    """Return the timer that begins a process; None where none does."""
    event = process.begun_by
    return event.times[0] if event is not None and event.kind == "timer" else None


def first_turn(timer: WrittenTime, feel: Feel, now: datetime) -> Turn | None:
    """Return the first turn of a timer that goes live now; None when its time is past.

    FeelError or EngineFailure when the time cannot be reckoned.
    """
    definition = TimerDefinition(timer.kind, timer.text)
    value = (
        feel.evaluate(strip_equals(timer.text), {}, now=now) if definition.is_expression else definition.text
    )
    turn = Turn(*definition.schedule(value, now))
    return turn if turn.due > now else None


def next_turn(turn: Turn, now: datetime) -> Turn | None:
    """Return the turn after one that has come; None when that was the last."""
    found = following(turn.due, turn.cycle, now) if turn.cycle is not None else None
    return Turn(*found) if found is not None else None
