"""`figures.yaml`: what it says is read, and slips of its owners are named."""

from __future__ import annotations

import pytest

from service import resources
from service.engine.check.figures import check_figures
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import read_drawing
from service.engine.figures import read
from tests.engine.diagrams import end, path, process, start

INPUTS = "process_step, activity, current, target, unit, deliverable, owner, due"
SHIPPED = (resources.processes() / "figures.yaml").read_text("utf-8")


def codes(text: str, inputs: str = INPUTS) -> list[tuple[str, str]]:
    found = read(text.encode())
    around = Surroundings(forms={"fill_kpi_sheet": {}, "adjust_today": {}})
    around.decisions |= dict.fromkeys(("deviation_alert", "load_level"))
    drawing = read_drawing("follow.bpmn", process(start(), end(), path("begin", "done"), inputs=inputs))
    around.processes["improvement_follow_up"] = drawing.processes[0]
    return [(each.element, each.code) for each in (*found.findings, *check_figures(found.words, around))]


def test_the_shipped_words_have_nothing_wrong() -> None:
    assert codes(SHIPPED) == []
    assert [*read(SHIPPED.encode()).words.sources] == [
        "wide",
        "rows",
        "ocean_engine",
        "baidu",
        "tencent_ads",
        "ga4",
    ]


@pytest.mark.parametrize(
    ("written", "slip", "finding"),
    [
        ("      impressions: [展示数", "      impresions: [展示数", ("ocean_engine", "unknown-metric")),
        ("      clicks: [点击数, 点击次数]", "      clicks: [展示数]", ("ocean_engine", "ambiguous-name")),
        ("    name: 百度\n", "", ("baidu", "source-incomplete")),
        ("    metric: [指标, metric]\n", "", ("rows", "source-incomplete")),
        ("    day: [日期, 时间, 统计时间]", "    dey: [日期]", ("dey", "unknown-word")),
        ("  sheet: fill_kpi_sheet", "  sheet: fill_kpi_shet", ("sheet", "unknown-name")),
        ("  table: load_level", "  table: load_levle", ("table", "unknown-name")),
        ("  process: improvement_follow_up", "  process: improvement", ("process", "unknown-name")),
        ("  fewest: 5", "  fewest: five", ("fewest", "declaration-shape")),
        ("sources:\n", "sources: []\nother:\n", ("other", "unknown-word")),
    ],
)
def test_a_slip_is_named_where_it_stands(written: str, slip: str, finding: tuple[str, str]) -> None:
    assert written in SHIPPED

    assert finding in codes(SHIPPED.replace(written, slip, 1))


def test_what_follows_up_improvements_is_begun_with_all_that_is_listed_of_them() -> None:
    assert codes(SHIPPED, INPUTS.replace(", due", "")) == [("process", "reads-nothing")]
