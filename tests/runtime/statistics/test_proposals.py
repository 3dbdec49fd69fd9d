"""What the record proposes to improve: what stands out, and nothing of what was done too few times."""

from __future__ import annotations

from decimal import Decimal

from service.runtime.statistics.activities import ActivityStatisticsView, HoursView
from service.runtime.statistics.proposals import proposed


def step(name, n=10, p80=5, returned=0, overdue=0):
    hours = HoursView(n, *(Decimal(p80),) * 4)
    return ActivityStatisticsView(
        *("p", name, name, "法务部", n),
        hours,
        hours,
        hours,
        returned,
        overdue,
        conclusions={},
        open=0,
        open_overdue=0,
    )


def told(*steps):
    return [(each.kind, each.activity_id, each.value, each.n) for each in proposed(steps)]


def test_the_slowest_the_most_returned_and_the_most_overdue_step_are_proposed():
    steps = step("legal", p80=30, returned=2), step("finance", n=20, returned=10), step("tech", overdue=3)

    assert told(*steps) == [
        ("slow", "legal", 30, 10),
        ("returned", "finance", Decimal("0.5"), 20),
        ("overdue", "tech", Decimal("0.3"), 10),
    ]


def test_what_was_done_too_few_times_proposes_nothing():
    assert told(step("legal", n=4, p80=300, returned=4), step("tech")) == [("slow", "tech", 5, 10)]
    assert told() == []
