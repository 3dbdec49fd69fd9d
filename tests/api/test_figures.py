"""Figures of a campaign over HTTP: taken from a table, and asked for by day and channel."""

from __future__ import annotations

import pytest

from tests.runtime.campaigns import planned
from tests.runtime.campaigns.planned import csv_of, xlsx_of

ROWS = [
    ("日期", "渠道", "展示数", "点击数", "消耗"),
    ("2026-02-01", "抖音", "1,000", 20, "¥10.50"),
    ("2026-02-02", "百度", 500, 40, 20),
    ("2026-02-02", "快手", 500, 40, 20),
]


@pytest.fixture
def path(deploy, client_for):
    """Where the figures of a campaign of 林悦 are."""
    deploy(planned.files())
    body = {"answers": planned.answers()}
    made = client_for("linyue").post("/process-definitions/campaign/start", body).json
    return f"/campaigns/{made['business_key']}/metrics"


def test_a_table_is_looked_at_taken_and_added_up(path, client_for):
    linyue = client_for("linyue")
    options = {"field": "file", "source": "ocean_engine"}

    looked_at = linyue.upload(f"{path}/import", {"表.csv": csv_of(ROWS)}, dry_run="true", **options)
    before = linyue.get(path).json
    taken = linyue.upload(f"{path}/import", {"表.xlsx": xlsx_of(ROWS)}, **options)

    assert looked_at.status_code == taken.status_code == 200
    assert (looked_at.json["accepted"], looked_at.json["is_done"], before["rows"]) == (2, False, [])
    assert [(each["row"], each["column"]) for each in taken.json["rejected"]] == [(4, "渠道")]
    found = linyue.get(path, by="channel").json
    assert {row["channel"]: (row["clicks"], row["ctr"]) for row in found["rows"]} == {
        "抖音": (20, 0.02),
        "百度": (40, 0.08),
    }
    assert (found["total"]["cost"], found["total"]["ctr"]) == (30.5, 0.04)
    of_a_day = {"from": "2026-02-01", "to": "2026-02-01"}
    assert [row["day"] for row in linyue.get(path, by="day", **of_a_day).json["rows"]] == ["2026-02-01"]


def test_what_cannot_be_used_is_named(path, client_for):
    linyue = client_for("linyue")

    assert linyue.get(path, by="month").status_code == 422
    assert linyue.post(f"{path}/import", {}).status_code == 415
    refused = linyue.upload(f"{path}/import", {"x.csv": b"a,b\n1,2\n"}, field="file", dry_run="perhaps")
    assert [each["path"] for each in refused.json["errors"]] == ["dry_run"]
    refused = linyue.upload(f"{path}/import", {"x.csv": b"a,b\n1,2\n"}, field="file")
    assert [each["path"] for each in refused.json["errors"]] == ["file"]


def test_the_layouts_are_listed(path, client_for):
    keys = [each["key"] for each in client_for("zhouheng").get("/figure-sources").json["items"]]

    assert keys == ["wide", "rows", "ocean_engine", "baidu", "tencent_ads", "ga4"]


def test_the_meeting_and_the_load_are_told_as_their_page_has_them(path, client_for):
    linyue, stranger, case = client_for("linyue"), client_for("ouwen"), path.removesuffix("/metrics")
    linyue.upload(f"{path}/import", {"表.csv": csv_of(ROWS)}, field="file", source="ocean_engine")
    at = {"qps": 1200, "cpu": 0.4, "p95": 180, "error_rate": 0.001}
    assert linyue.post(f"{case}/load", at).status_code == 201

    meeting = linyue.get(f"{case}/meeting", day="2026-02-02").json
    load = linyue.get(f"{case}/load").json

    assert (meeting["day"], meeting["total"]["cost"]) == ("2026-02-02", 20)
    assert [each["qps"] for each in load["points"]] == [1200]
    assert linyue.get(f"{case}/meeting", day="soon").status_code == 422
    assert [stranger.get(f"{case}/{what}").status_code for what in ("meeting", "load")] == [404, 404]
