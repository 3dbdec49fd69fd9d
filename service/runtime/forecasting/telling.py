"""What many walks say of a case, in figures and sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from math import ceil, floor, sqrt

from service.domain.workdays import ZONE
from service.runtime.forecasting.habits import ENOUGH, Durations
from service.runtime.forecasting.record import Place
from service.runtime.forecasting.running import Run
from service.runtime.step.views import View
from service.wording import Text, joined

AT_RISK = 0.2
"""From this share of walks on that come too late, the day is at risk."""
FEW_CASES = 10
"""Fewer cases behind it make no forecast."""
_SURE = 1.645
"""Standard deviations within which nine of ten lie."""
_MANY_AGAIN, _SLOWEST = 0.25, 2


@dataclass(frozen=True)
class ForecastView(View):
    """When a case under way is likely to be decided.

    `state`: `forecast`; `decided` already; `over`; `too_little_data`, `stands_still` (nobody and nothing
    moves it) and `not_forecast` have no times. `decided_p50`, `decided_p80`: by then half, and four of five
    walks are decided; each lies within its range nine times of ten. `launch_at_risk`: one in five walks or
    more is not decided well before `needed_by`, null where no day is known; `late_share` is their share, 0–1.
    `walks` through the drawing from `samples` answered tasks of `cases` cases.
    """

    state: str
    decided_p50: datetime | None = None
    decided_p80: datetime | None = None
    p50_range: tuple[datetime, datetime] | None = None
    p80_range: tuple[datetime, datetime] | None = None
    launch_at_risk: bool | None = None
    needed_by: date | None = None
    late_share: float | None = None
    because: tuple[str, ...] = ()
    walks: int = 0
    samples: int = 0
    cases: int = 0
    made_at: datetime | None = None


@dataclass(frozen=True)
class Behind:
    """What a forecast rests on: durations, how many cases, minutes of a workday, names of activities."""

    durations: Durations
    cases: int
    minutes_a_day: int
    name_of: Callable[[Place], str]

    def days(self, minutes: float) -> str:
        return f"{minutes / self.minutes_a_day:.1f}"


@dataclass(frozen=True)
class Open:
    """A task that waits now, and how many minutes at work it has waited."""

    place: Place
    gone: float


def tell(
    runs: Sequence[Run], behind: Behind, waiting: Sequence[Open], needed_by: date | None, now: datetime
) -> ForecastView:
    """Return what the runs say."""
    ended = sorted(run.decided_at for run in runs if run.decided_at is not None)
    made = ForecastView(
        "forecast",
        needed_by=needed_by,
        walks=len(runs),
        samples=behind.durations.total,
        cases=behind.cases,
        made_at=now,
    )
    thin = _thin(runs, behind)
    if behind.cases < FEW_CASES:
        return replace(made, state="too_little_data", because=tuple(_too_little(thin, behind)))
    if len(ended) * 2 < len(runs):
        return replace(made, state="stands_still", because=tuple(_stuck(runs)))
    if _is_mostly(thin, runs):
        return replace(made, state="too_little_data", because=tuple(_too_little(thin, behind)))
    late = _late_share(runs, needed_by)
    effective = min(len(ended), behind.cases)
    return replace(
        made,
        decided_p50=_percentile(ended, 0.5),
        decided_p80=_percentile(ended, 0.8),
        p50_range=_range(ended, 0.5, effective),
        p80_range=_range(ended, 0.8, effective),
        launch_at_risk=None if late is None else late >= AT_RISK,
        late_share=None if late is None else round(late, 2),
        because=tuple(_reasons(runs, behind, waiting, needed_by, late, thin)),
    )


def _percentile(ordered: Sequence[datetime], share: float) -> datetime:
    return ordered[max(ceil(len(ordered) * share), 1) - 1]


def _range(ordered: Sequence[datetime], share: float, effective: int) -> tuple[datetime, datetime]:
    """Return between which of them the percentile lies nine times of ten, with so many cases behind them."""
    spread = _SURE * sqrt(share * (1 - share) / effective)
    last = len(ordered) - 1
    low = max(floor((share - spread) * len(ordered)), 0)
    high = min(ceil((share + spread) * len(ordered)), last)
    return ordered[min(low, last)], ordered[high]


def _late_share(runs: Sequence[Run], needed_by: date | None) -> float | None:
    if needed_by is None:
        return None
    limit = datetime.combine(needed_by, time(0), ZONE)
    in_time = sum(run.approved and run.decided_at is not None and run.decided_at < limit for run in runs)
    return (len(runs) - in_time) / len(runs)


# ---- why ------------------------------------------------------------------------------------------


def _reasons(
    runs: Sequence[Run],
    behind: Behind,
    waiting: Sequence[Open],
    needed_by: date | None,
    late: float | None,
    thin: Sequence[Place],
) -> Iterator[Text]:
    if late and needed_by is not None:
        yield Text(
            "{late} of {walks} walks are not approved before {day}.",
            late=round(late * len(runs)),
            walks=len(runs),
            day=needed_by.isoformat(),
        )
    yield from _overdue(waiting, behind)
    yield from _slowest(runs, behind)
    yield from _again(runs, behind)
    refused = sum(run.decided_at is not None and not run.approved for run in runs)
    if refused:
        yield Text("{refused} of {walks} walks end without approval.", refused=refused, walks=len(runs))
    yield from _stuck(runs)
    if thin:
        yield _few(thin, behind)


def _overdue(waiting: Sequence[Open], behind: Behind) -> Iterator[Text]:
    for each in waiting:
        usual = behind.durations.percentile(each.place, 80)
        if each.gone > usual:
            yield Text(
                "“{activity}” has waited {days} workdays; four of five times it takes at most {usual}.",
                activity=behind.name_of(each.place),
                days=behind.days(each.gone),
                usual=behind.days(usual),
            )


def _slowest(runs: Sequence[Run], behind: Behind) -> Iterator[Text]:
    minutes: dict[Place, float] = defaultdict(float)
    for run in runs:
        for place, taken in run.minutes.items():
            minutes[place] += taken
    for place, taken in sorted(minutes.items(), key=lambda each: -each[1])[:_SLOWEST]:
        yield Text(
            "“{activity}” still takes {days} workdays on average (n = {n}).",
            activity=behind.name_of(place),
            days=behind.days(taken / len(runs)),
            n=behind.durations.n(place),
        )


def _again(runs: Sequence[Run], behind: Behind) -> Iterator[Text]:
    again: Counter[Place] = Counter()
    for run in runs:
        again.update(place for place, times in run.times.items() if times > 1)
    for place, times in again.most_common(1):
        if times >= _MANY_AGAIN * len(runs):
            yield Text(
                "In {times} of {walks} walks “{activity}” comes more than once.",
                times=times,
                walks=len(runs),
                activity=behind.name_of(place),
            )


def _stuck(runs: Sequence[Run]) -> Iterator[Text]:
    stuck = Counter(path for run in runs if run.decided_at is None for path in run.stuck)
    still = sum(run.decided_at is None for run in runs)
    if still:
        yield Text(
            "{still} of {walks} walks come to a stop before they are decided.", still=still, walks=len(runs)
        )
    for path, times in stuck.most_common(1):
        yield Text("{times} of them fail at {activity}.", times=times, activity=path.split("/")[-1])


def _thin(runs: Sequence[Run], behind: Behind) -> list[Place]:
    """Return the activities walked of which too few durations are known, the most frequent first."""
    walked = Counter(place for run in runs for place in run.times)
    return [place for place, _ in walked.most_common() if behind.durations.n(place) < ENOUGH]


def _is_mostly(thin: Sequence[Place], runs: Sequence[Run]) -> bool:
    """Say whether more than half of the time walked is not known from the activities themselves."""
    total = _asked(runs)
    return sum(total[place] for place in thin) * 2 > sum(total.values())


def _asked(runs: Sequence[Run]) -> Mapping[Place, int]:
    found: Counter[Place] = Counter()
    for run in runs:
        found.update(run.times)
    return found


def _too_little(thin: Sequence[Place], behind: Behind) -> Iterator[Text]:
    if behind.cases < FEW_CASES:
        yield Text(
            "Too little data: {cases} cases are known, a forecast needs {needed}.",
            cases=behind.cases,
            needed=FEW_CASES,
        )
    if thin:
        yield _few(thin, behind)


def _few(thin: Sequence[Place], behind: Behind) -> Text:
    names = [
        Text("“{activity}” ({n})", activity=behind.name_of(each), n=behind.durations.n(each)) for each in thin
    ]
    return Text(
        "Too few times done to tell how long they take: {activities}.",
        activities=joined(names, "{first}, {rest}"),
    )
