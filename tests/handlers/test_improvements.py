"""Following up an improvement: whose it is, and whether the step takes less time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from service.errors import HandlerFailed
from service.handlers import HANDLERS
from service.runtime.statistics.comparisons import ComparisonView, PaceView
from tests.handlers.fake_ports import NOON, FakePorts

ADOPTED = NOON - timedelta(days=30)


@pytest.mark.parametrize(
    ("written", "users", "groups"), [(" 周衡 ", ["zhouheng"], []), ("设计部", [], ["设计部"])]
)
def test_a_name_leads_to_a_person_or_to_a_group(written, users, groups):
    ports = FakePorts(named={"周衡": (("zhouheng",), ()), "设计部": ((), ("设计部",))})

    assert HANDLERS["people.find"]({"name": written}, ports) == {"users": users, "groups": groups}
    assert ports.notes == []


def test_a_name_that_nobody_has_is_noted():
    ports = FakePorts()

    assert HANDLERS["people.find"]({"name": "新来的"}, ports) == {"users": [], "groups": []}
    assert ports.notes == [("“新来的”不是公司里的人，也不是部门或岗位", {})]


def test_a_step_is_compared_with_the_time_before():
    before, since = PaceView(9, Decimal("1.2"), Decimal("1.9")), PaceView(3, None, None)
    ports = FakePorts(paces={("legal/review", ADOPTED): ComparisonView(before, since, 5)})

    found = HANDLERS["activity.compare"]({"activity": "legal/review", "moment": ADOPTED}, ports)

    assert found == {
        "before": {"n": 9, "p50": Decimal("1.2"), "p80": Decimal("1.9")},
        "since": {"n": 3, "p50": None, "p80": None},
        "fewest": 5,
    }


def test_of_words_that_name_no_step_nothing_is_compared():
    found = HANDLERS["activity.compare"]({"activity": None, "moment": ADOPTED}, FakePorts())

    assert found == {"before": None, "since": None, "fewest": None}


def test_a_moment_that_is_none_is_refused():
    with pytest.raises(HandlerFailed):
        HANDLERS["activity.compare"]({"moment": "yesterday"}, FakePorts())
