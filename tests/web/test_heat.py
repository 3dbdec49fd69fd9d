"""Where a process is hot stands on its drawing, and by version."""

from __future__ import annotations

import json
import re

from tests.web.company import Company


def payload(page: str) -> dict:
    return json.loads(
        re.search(r'data-island="diagram".*?<script type="application/json">(.*?)</script>', page)[1]
    )


def test_a_drawing_says_of_its_activities_what_they_did_and_do(company: Company) -> None:
    case = company.campaign()
    company.complete(case, "research", by="linyue")
    admin = company.browser("admin")

    page = admin.get("/processes/diagrams/preparation_phase").text
    root = admin.get("/processes/diagrams/campaign_approval").text
    other = admin.get("/processes/diagrams/campaign_approval?version=7").text

    heat = payload(page)["diagrams"][0]["heat"]
    assert heat["research"]["text"].startswith("1 · ")
    assert "已办 1 次" in heat["research"]["title"]
    assert "待办 1 项" in heat["goals"]["title"]
    assert "哪里耗时" in page
    assert re.search(r"version=1[^>]*>v1</a></td><td[^>]*>1</td>", root)
    assert payload(other)["diagrams"][0]["heat"] == {}


def test_who_may_not_read_statistics_sees_the_drawing_alone(company: Company) -> None:
    company.campaign()

    page = company.browser("suhe").get("/processes/diagrams/campaign_approval")

    assert page.status_code == 403 or payload(page.text)["diagrams"][0]["heat"] == {}
