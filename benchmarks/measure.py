"""Timing several things in turns, so that a noisy machine is noisy for all of them alike."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Timing:
    """What one thing cost, in milliseconds of wall time."""

    median: float
    low: float
    p95: float
    count: int

    @classmethod
    def of(cls, seconds: list[float]) -> Timing:
        ordered = sorted(each * 1000 for each in seconds)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        return cls(statistics.median(ordered), ordered[0], p95, len(ordered))


def paired(things: Mapping[str, Callable[[], Any]], *, rounds: int, warm_up: int = 3) -> dict[str, Timing]:
    """Run each thing once per round, in turns; return what each cost."""
    taken: dict[str, list[float]] = {name: [] for name in things}
    for number in range(-warm_up, rounds):
        for name, thing in things.items():
            seconds = timed(thing)
            if number >= 0:
                taken[name].append(seconds)
    return {name: Timing.of(seconds) for name, seconds in taken.items()}


def timed(thing: Callable[[], Any]) -> float:
    """Return the seconds one call takes. A thing may return the seconds itself when part of it is set-up."""
    begun = time.perf_counter()
    result = thing()
    return result if isinstance(result, float) else time.perf_counter() - begun


def table(timings: Mapping[str, Timing], *, floor: str) -> str:
    """Return the timings as text, with the ratio of each median to the floor's."""
    base = timings[floor].median
    width = max(len(name) for name in timings)
    lines = [f"{'':{width}}  {'median':>9} {'min':>8} {'p95':>8}  × {floor}"]
    for name, timing in timings.items():
        lines.append(
            f"{name:{width}}  {timing.median:6.2f} ms {timing.low:8.2f} {timing.p95:8.2f}  "
            f"{timing.median / base:.2f}"
        )
    return "\n".join(lines)


class Report:
    """Prints lines as they come and keeps the figures for a JSON file."""

    def __init__(self, title: str) -> None:
        parser = argparse.ArgumentParser(description=title)
        parser.add_argument("--json", type=Path, help="write the figures here as well")
        parser.add_argument("--quick", action="store_true", help="fewer rounds: to see that it works")
        self.options = parser.parse_args()
        self.figures: dict[str, Any] = {"title": title, "python": platform.python_version()}
        print(title)

    def rounds(self, number: int) -> int:
        return max(3, number // 10) if self.options.quick else number

    def show(self, heading: str, timings: Mapping[str, Timing], *, floor: str) -> None:
        print(f"\n{heading}\n{table(timings, floor=floor)}")
        self.figures[heading] = {name: timing.__dict__ for name, timing in timings.items()}

    def say(self, name: str, value: float | str, unit: str = "") -> None:
        shown = f"{value:.3g}" if isinstance(value, float) else value
        print(f"{name}: {shown} {unit}".rstrip())
        self.figures[name] = value

    def close(self) -> None:
        if self.options.json:
            self.options.json.write_text(json.dumps(self.figures, indent=2, ensure_ascii=False) + "\n")
        sys.stdout.flush()
