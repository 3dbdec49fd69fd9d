"""The commands that ask the record what drawings would do, and would have done."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING

from service.wording import Gettext, translated

if TYPE_CHECKING:
    from service.runtime.forecasting.calibrating import CalibrationView
    from service.runtime.forecasting.simulations import SimulationView, Times
    from service.runtime.step.context import Application

Opened = Callable[[], AbstractContextManager["Application"]]
Add = Callable[..., argparse.ArgumentParser]


def add(command: Add, opened: Opened, gettext: Callable[[], Gettext]) -> None:
    """Add the commands to the command line."""

    def simulate(options: argparse.Namespace) -> int:
        """Simulate cases through drawings, with durations, answers, arrivals and people from the record."""
        return _simulate(options, opened, gettext())

    asked = command("simulate", simulate)
    asked.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="drawings in the place of live ones, side by side"
    )
    asked.add_argument("--cases", type=int, default=200, help="how many (200)")
    asked.add_argument("--seed", default="1", help="the same seed brings the same luck (1)")
    asked.add_argument("--arrivals", type=float, metavar="A_WEEK", help="so many a week, not as on record")
    asked.add_argument("--format", choices=("text", "json"), default="text")

    def backtest(options: argparse.Namespace) -> int:
        """Say which finished cases would have gone another way with these drawings in place of live ones."""
        return _backtest(options, opened, gettext())

    asked = command("backtest", backtest)
    asked.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    asked.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="begun from then")
    asked.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="begun until then")
    asked.add_argument("--format", choices=("text", "json"), default="text")

    def calibrate(options: argparse.Namespace) -> int:
        """Say how often forecasts come true: finished cases are forecast as if nobody knew them."""
        from service.runtime.forecasting import calibrating
        from service.runtime.step.views import to_json

        with opened() as app:
            found = calibrating.run(app, cases=options.cases)
        if options.format == "json":
            print(json.dumps(to_json(found), ensure_ascii=False, indent=1))
            return 0
        for line in _calibration(found, gettext()):
            print(line)
        return 0

    asked = command("calibrate", calibrate)
    asked.add_argument("--cases", type=int, default=40, help="so many of the latest (40)")
    asked.add_argument("--format", choices=("text", "json"), default="text")

    def demo_year(options: argparse.Namespace) -> int:
        """Play a year of finished campaigns into the demo company, while nobody serves it."""
        from service.demo import year

        with opened() as app:
            year.walk(
                app, most=options.campaigns, tell=lambda text: print(translated(text, gettext()), flush=True)
            )
        return 0

    asked = command("demo-year", demo_year)
    asked.add_argument("--campaigns", type=int, metavar="N", help="only the first N")


def _calibration(found: CalibrationView, gettext: Gettext) -> Iterator[str]:
    for why in found.because:
        yield translated(why, gettext)
    for each in found.coverage:
        if each.share is not None and each.range is not None:
            low, high = each.range
            of = f"{each.share:.0%} of {each.n} decided by then"
            yield f"P{each.percent}: {of} (between {low:.0%} and {high:.0%})"
    if found.not_told:
        yield f"{found.not_told} of {found.cases} cases: their walks tell nothing"


def _backtest(options: argparse.Namespace, opened: Opened, gettext: Gettext) -> int:
    from service.runtime.forecasting import backtests
    from service.runtime.forecasting.studies import moment
    from service.runtime.scenarios import sources
    from service.runtime.step.views import to_json

    with opened() as app:
        tested = sources.live(app).under(_files(options.paths))
        found = backtests.run(
            app,
            tested.files,
            begun_from=moment(options.first, time.min),
            begun_to=moment(options.last, time.max),
        )
    if options.format == "json":
        print(json.dumps(to_json(found), ensure_ascii=False, indent=1))
        return 0
    print(translated(tested.origin, gettext))
    print(f"{found.cases} finished cases, {found.other_way} another way, {found.not_told} not told")
    for each in found.changed:
        print(f"  {each.case} {each.decision}: {to_json(each.before)} → {to_json(each.after)}")
    return 0


def _simulate(options: argparse.Namespace, opened: Opened, gettext: Gettext) -> int:
    from service.runtime.forecasting import simulations
    from service.runtime.scenarios import sources
    from service.runtime.step.views import to_json

    with opened() as app:
        live = sources.live(app)
        tested = live.under(_files(options.paths))
        found = simulations.run(
            app,
            tested.files,
            cases=options.cases,
            seed=options.seed,
            beside=live.files if options.paths else None,
            a_week=options.arrivals,
        )
    if options.format == "json":
        print(json.dumps(to_json(found), ensure_ascii=False, indent=1))
        return 0
    print(translated(tested.origin, gettext))
    for line in _lines(found):
        print(line)
    if found.beside is not None:
        print(translated(live.origin, gettext))
        for line in _lines(found.beside):
            print(line)
    return 0


def _files(paths: list[Path]) -> Mapping[str, Path]:
    from service.checking import find_files

    return find_files(paths)


def _lines(view: SimulationView) -> Iterator[str]:
    yield (
        f"  {view.counted} of {view.cases} cases counted, seed {view.seed}; "
        f"learnt from {view.samples} tasks of {view.record_cases} cases"
    )
    yield f"  decided    {_of(view.cycle_workdays)}; {view.refused:.1%} not approved"
    yield f"  whole life {_of(view.life_workdays)}; {view.unfinished:.1%} unfinished"
    for each in view.activities:
        few = "" if each.samples >= _enough() else f"  (too little data: {each.samples})"
        yield f"    {each.n:6d} {each.name}: waits {_of(each.waiting)}, takes {_of(each.working)}{few}"
    for group in view.load:
        yield (
            f"    {group.group} ({group.people}): {group.hours} h, {group.share:.0%} of their time, "
            f"{group.queue} waiting on average, {_of(group.waiting)}"
        )
    for what in view.stuck:
        yield f"  ! {what}"


def _enough() -> int:
    from service.runtime.forecasting.habits import ENOUGH

    return ENOUGH


def _of(times: Times) -> str:
    if times.p50 is None:
        return "–"
    return f"P50 {times.p50} P80 {times.p80} P95 {times.p95} {times.unit}"
