"""Comments over HTTP: said and listed by who sees the case, and the opinions that were asked for."""

from __future__ import annotations

import pytest

from tests.engine import diagrams as d
from tests.runtime.drawings import chain


@pytest.fixture
def case(client_for, deploy):
    """A case of 林悦's whose step asks 财务部 for an opinion until four hours from now."""
    asking = d.user(
        "check", group="法务部", name="核对", properties={"consults": "财务部", "consultUntil": "PT4H"}
    )
    deploy(chain("ask", asking))
    return client_for("linyue").post("/process-definitions/ask/start").json["id"]


def test_who_sees_a_case_says_something_and_all_others_read_it(case, client_for):
    said = client_for("zhouheng").post(
        f"/process-instances/{case}/comments", {"text": "请补充授权书", "mentions": ["xunuo"]}
    )

    assert said.status_code == 201
    [comment] = client_for("linyue").get(f"/process-instances/{case}/comments").json["items"]
    assert comment == said.json
    assert (comment["author"], comment["text"]) == ("zhouheng", "请补充授权书")
    told = client_for("xunuo").get("/notifications").json["items"]
    assert [each["kind"] for each in told] == ["comment", "consult"]


def test_an_opinion_that_is_wanted_is_answered_by_a_comment(case, client_for):
    address, finance = f"/process-instances/{case}/comment-requests", client_for("xunuo")
    [before] = finance.get(address).json["items"]

    finance.post(f"/process-instances/{case}/comments", {"text": "预算够用"})

    [after] = finance.get(address).json["items"]
    assert (before["group"], before["is_mine"], before["answered_by"]) == ("财务部", True, None)
    assert before["due_at"] is not None
    assert (after["is_mine"], after["answered_by"]) == (False, "xunuo")


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": "  "}, {"text": "x" * 2001}, {"text": "请看", "mentions": ["nobody"]}]
)
def test_what_says_nothing_or_names_nobody_is_refused(case, client_for, body):
    assert client_for("linyue").post(f"/process-instances/{case}/comments", body).status_code == 422


def test_who_does_not_see_a_case_finds_no_comments(case, client_for):
    stranger = client_for("ouwen")

    assert stranger.get(f"/process-instances/{case}/comments").status_code == 404
    assert stranger.get(f"/process-instances/{case}/comment-requests").status_code == 404
    assert stranger.post(f"/process-instances/{case}/comments", {"text": "我看看"}).status_code == 404
