"""Timing several things in turns, so that a noisy machine is noisy for all of them alike."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Timing:
    """What one thing cost, in milliseconds of wall time.

    `p10` is what it costs when nothing else wanted the machine: on a busy one its ratio is the steadier.
    """

    median: float
    p10: float
    p95: float
    count: int

    @classmethod
    def of(cls, seconds: list[float]) -> Timing:
        ordered = sorted(each * 1000 for each in seconds)
        p10, p95 = (ordered[int((len(ordered) - 1) * share)] for share in (0.10, 0.95))
        return cls(statistics.median(ordered), p10, p95, len(ordered))


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
    """Return the timings as text, with the ratios of median and fastest tenth to the floor's."""
    base = timings[floor]
    width = max(len(name) for name in timings)
    lines = [f"{'ms':{width}}  {'median':>8} {'p10':>8} {'p95':>8}   × {floor} (median, p10)"]
    for name, timing in timings.items():
        lines.append(
            f"{name:{width}}  {timing.median:8.2f} {timing.p10:8.2f} {timing.p95:8.2f}   "
            f"{timing.median / base.median:5.2f} {timing.p10 / base.p10:5.2f}"
        )
    return "\n".join(lines)


class Report:
    """Prints lines as they come and keeps the figures for a JSON file."""

    def __init__(self, title: str, flags: Mapping[str, str] | None = None) -> None:
        parser = argparse.ArgumentParser(description=title)
        parser.add_argument("--json", type=Path, help="write the figures here as well")
        parser.add_argument("--quick", action="store_true", help="fewer rounds: to see that it works")
        parser.add_argument(
            "--only", action="append", metavar="PART", help="this part alone; may be repeated"
        )
        for name, text in (flags or {}).items():
            parser.add_argument(name, action="store_true", help=text)
        self.options = parser.parse_args()
        self.figures: dict[str, Any] = {"title": title, "python": platform.python_version()}
        print(title)

    def rounds(self, number: int) -> int:
        return max(3, number // 10) if self.options.quick else number

    def parts(self, known: Mapping[str, T]) -> Iterator[T]:
        """Yield the parts asked for, all of them unless `--only` names some."""
        unknown = set(self.options.only or ()) - known.keys()
        if unknown:
            raise SystemExit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        for name in self.options.only or known:
            yield known[name]

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
