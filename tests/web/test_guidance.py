"""What a page tells its reader: what to do here, who concluded what, what happened by itself."""

from __future__ import annotations

from datetime import datetime

import pytest

from service import languages
from service.runtime.cases.views import DossierView, HistoryView, InstanceView
from service.settings import ZONE
from service.web.formatting import without_sources
from service.web.timeline import timeline
from tests.web.company import Company


def test_a_task_says_what_to_do_in_the_words_of_the_drawing(company: Company, campaign: InstanceView) -> None:
    task = company.task(campaign, "goals")

    page = company.browser("linyue").get(f"/tasks/{task.id}").text

    assert '<p class="lead">按 SMART 原则量化目标，写明基线、依据与关联。</p>' in page


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("逐行写单价（P4, R3）。", "逐行写单价。"),
        ("汇总后核对（P1–P5、R3）。", "汇总后核对。"),
        ("绿色通道（突发热点）先行。", "绿色通道（突发热点）先行。"),
    ],
)
def test_the_requirements_a_drawing_cites_are_not_for_staff(written: str, read: str) -> None:
    assert without_sources(written) == read


def test_a_note_of_an_automatic_step_is_nobodys_word() -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
    line = HistoryView(
        seq=1,
        activity_id="note_legal_passed",
        activity_path="note_legal_passed",
        definition="countersign_legal",
        kind="serviceTask",
        event="note",
        at=at,
        name="",
        by="songyu",
        note="法务部：无新内容，沿用原意见",
    )

    [entry] = timeline(DossierView("case", (), ()), [line], [])

    assert entry.by is None
    assert entry.text == "法务部：无新内容，沿用原意见"


@pytest.mark.parametrize(("event", "badge"), [("reminded", "已催办"), ("escalated", "已上报")])
def test_the_timeline_says_who_was_told_that_a_task_waits(event: str, badge: str) -> None:
    line = HistoryView(
        seq=1,
        activity_id="legal_review",
        activity_path="legal_review",
        definition="countersign_legal",
        kind="userTask",
        event=event,
        at=datetime(2026, 3, 2, 9, 0, tzinfo=ZONE),
        name="法务会签",
        by="system",
        note="周衡、孟晓",
    )

    [entry] = timeline(DossierView("case", (), ()), [line], [])

    assert (entry.title, entry.event, entry.text) == ("法务会签", event, "周衡、孟晓")
    assert languages.catalogue("zh_Hans_CN").gettext(event) == badge
