"""What a page weighs on its way: built files compressed by the build, pages as they go, secrets never."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.runtime.cases.views import InstanceView
from service.web import assets
from tests.web.company import Company

MOST_BYTES = 250_000
STATIC = Path(assets.__file__).resolve().parents[1] / "static"
BROWSERS = ("gzip, deflate", "gzip, deflate, br, zstd")


def built(name: str) -> str:
    """Return the address of a built file, like base-….js."""
    stem, ending = name.split(".")
    (found,) = (STATIC / "dist" / "assets").glob(f"{stem}-*.{ending}")
    return f"/static/dist/assets/{found.name}"


def size(answer: TestResponse) -> int:
    return len(answer.data)


@pytest.mark.parametrize("encodings", BROWSERS)
def test_a_task_page_with_all_it_names_stays_under_a_quarter_of_a_megabyte(
    company: Company, campaign: InstanceView, encodings: str
) -> None:
    browser = company.browser("linyue")
    headers = {"Accept-Encoding": encodings}
    path = f"/tasks/{company.task(campaign, 'goals').id}"
    page = browser.get(path, headers=headers)
    named = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', gzip.decompress(page.data).decode()))
    imported = {address for script in named for address in imports(script)}

    total = size(page) + sum(size(browser.get(each, headers=headers)) for each in named | imported)

    assert len(named) >= 4
    assert total <= MOST_BYTES


def imports(script: str) -> set[str]:
    """Return what a built script imports as soon as it is loaded, with what that imports."""
    text = (STATIC / script.removeprefix("/static/")).read_text(encoding="utf-8")
    direct = {f"/static/dist/assets/{name}" for name in re.findall(r'from ?"\./([\w.-]+\.js)"', text)}
    return direct.union(*(imports(each) for each in direct))


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None), ("identity", None)],
)
def test_a_built_file_travels_as_the_build_compressed_it(
    company: Company, accepted: str, encoding: str | None
) -> None:
    address = built("base.js")

    answer = company.browser().get(address, headers={"Accept-Encoding": accepted})

    stored = STATIC / (address.removeprefix("/static/") + assets.ENDINGS.get(encoding or "", ""))
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.data == stored.read_bytes()
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_the_forms_of_a_built_file_have_tags_of_their_own(company: Company) -> None:
    browser = company.browser()
    tags = {
        browser.get(built("form.css"), headers={"Accept-Encoding": encoding}).headers["ETag"]
        for encoding in ("br", "gzip", "identity")
    }

    assert len(tags) == 3


def test_a_built_file_not_changed_since_is_not_sent_again(company: Company) -> None:
    browser = company.browser()
    headers = {"Accept-Encoding": "br"}
    tag = browser.get(built("form.css"), headers=headers).headers["ETag"]

    again = browser.get(built("form.css"), headers=headers | {"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["../app.py", "dist/../../settings.py", "nothing.js"])
def test_nothing_but_built_files_is_served(company: Company, path: str) -> None:
    assert company.browser().get(f"/static/{path}").status_code == 404


def test_a_page_is_compressed_for_who_takes_it_so(company: Company) -> None:
    browser = company.browser("linyue")
    plain = browser.get("/tasks")

    small = browser.get("/tasks", headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(small.data) == plain.data
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data) / 2
    assert "Content-Encoding" not in plain.headers
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, small))


def test_json_is_compressed_and_its_tag_says_so(company: Company, campaign: InstanceView) -> None:
    browser = company.browser("yezhen")
    address = "/api/v1/resources/campaign_approval.bpmn"
    plain = browser.get(address)

    small = browser.get(address, headers={"Accept-Encoding": "gzip"})

    assert small.headers["Content-Encoding"] == "gzip"
    assert small.headers["ETag"] == f"W/{plain.headers['ETag']}"
    assert gzip.decompress(small.data) == plain.data


def test_an_answer_that_may_hold_a_secret_is_never_compressed(company: Company) -> None:
    browser = company.browser("linyue")
    headers = {"Accept-Encoding": "gzip"}

    page = browser.post("/account/tokens", data={"title": "电脑", "days": "30"}, headers=headers)

    assert (page.status_code, len(page.data) > 5000) == (200, True)
    assert "Content-Encoding" not in page.headers


@pytest.fixture
def answering(company: Company) -> FlaskClient:
    """A service with views that answer in unusual ways."""
    app = create_app(company.app.settings, application=company.app)
    app.add_url_rule("/short", "short", lambda: "brief")
    app.add_url_rule(
        "/stream", "stream", lambda: Response((b"x" * 900 for _ in range(9)), mimetype="text/plain")
    )
    attached = {"Content-Disposition": "attachment; filename=a.csv"}
    app.add_url_rule(
        "/download", "download", lambda: Response("x" * 9000, mimetype="text/csv", headers=attached)
    )
    app.add_url_rule("/picture", "picture", lambda: Response(b"x" * 9000, mimetype="image/png"))
    return app.test_client()


@pytest.mark.parametrize("path", ["/short", "/stream", "/download", "/picture"])
def test_what_gains_nothing_or_is_kept_as_a_file_goes_as_it_is(answering: FlaskClient, path: str) -> None:
    answer = answering.get(path, headers={"Accept-Encoding": "gzip"})

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_asking_for_the_head_alone_tells_the_same_length(company: Company) -> None:
    browser = company.browser("linyue")
    headers = {"Accept-Encoding": "gzip"}

    head, page = browser.head("/tasks", headers=headers), browser.get("/tasks", headers=headers)

    assert head.data == b""
    assert head.headers["Content-Encoding"] == page.headers["Content-Encoding"] == "gzip"
