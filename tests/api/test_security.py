from __future__ import annotations

import re

import pytest

from service.app import create_app
from service.web.api.document import sections
from tests.api.test_signing_in import sign_in

OPERATIONS = [operation for section in sections() for operation in section.operations]
HOST = "http://localhost"


@pytest.fixture
def browser(app, cast):
    browser = create_app(app.settings, application=app).test_client()
    sign_in(browser)
    return browser


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": HOST},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_a_page_of_another_site_cannot_use_the_cookie_to_change_anything(browser, headers):
    refused = browser.post("/api/v1/tokens", json={}, headers=headers)

    assert refused.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": HOST},
        {},
    ],
)
def test_our_own_pages_and_programs_can(browser, headers):
    assert browser.post("/api/v1/tokens", json={}, headers=headers).status_code == 201


def test_another_site_cannot_sign_somebody_in_as_somebody_else(browser):
    refused = sign_in(browser, "zhouheng", **{"Sec-Fetch-Site": "cross-site"})

    assert refused.status_code == 403


def test_behind_a_proxy_the_public_address_is_our_own(make_app, sqlite_url, cast):
    app = make_app(sqlite_url, public_url="https://approval.example.com")
    browser = create_app(app.settings, application=app).test_client()

    answer = sign_in(browser, Origin="https://approval.example.com")

    assert answer.status_code == 303
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", ["/api/v1/me", "/login", "/nothing", "/healthz"])
def test_every_answer_carries_the_strict_headers(browser, path):
    headers = browser.get(path).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_nobody_gets_anything_without_signing_in(client_for, operation):
    path = re.sub(r"<\w+>", "x", operation.rule)

    answer = getattr(client_for(), operation.method.lower())(path)

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_unsigned_reader_of_a_page_is_sent_to_sign_in_and_back(browser):
    browser.post("/logout")

    answer = browser.get("/tasks?group=市场部")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login?next=/tasks%3Fgroup%3D")


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b'{"title": NaN}', "application/json", 400),
        (b'{"days": 1e999}', "application/json", 400),
        (b'{"title": "\\u0000"}', "application/json", 400),
        (b'{"title": "\\ud800"}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"title": ' + b"[" * 100_000, "application/json", 400),
        (b"title=x", "text/plain", 415),
        (b" " * (5 << 20), "application/json", 413),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_bodies_nobody_can_use_are_refused_by_name(client_for, data, content_type, status):
    linyue = client_for("linyue")

    answer = linyue.http.post("/api/v1/tokens", data=data, content_type=content_type, headers=linyue.headers)

    assert answer.status_code == status
    assert answer.json["status"] == status


@pytest.mark.parametrize(
    "path",
    [
        "/tasks?limit=0",
        "/tasks?limit=x",
        "/tasks?cursor=x",
        "/tasks?state=x",
        "/tasks?nonsense=1",
        "/process-instances?cursor=%F0%9F%98%80",
        "/process-instances?state=x",
        "/incidents?cursor=1",
        "/resources?cursor=x",
        "/compare",
    ],
)
def test_parameters_nobody_understands_are_refused_by_name(client_for, path):
    answer = client_for("admin").get(path)

    assert answer.status_code == 422
    assert answer.json["errors"]


@pytest.mark.parametrize("path", ["/tasks/%00", "/tasks?q=%00", "/resources/%00"])
def test_a_nul_character_in_an_address_is_refused(client_for, path):
    assert client_for("admin").get(path).status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/nothing"])
def test_an_unknown_address_below_the_api_is_a_problem(client_for, path):
    answer = client_for("admin").http.get(path)

    assert answer.status_code == 404
    assert answer.json["title"] == "Not Found"


def test_a_method_that_is_not_served_says_which_are(client_for):
    answer = client_for("admin").http.delete("/api/v1/tasks")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_what_nobody_foresaw_is_told_by_its_number_and_keeps_its_secrets(app, cast, caplog):
    flask_app = create_app(app.settings, application=app)
    flask_app.add_url_rule("/api/v1/broken", view_func=lambda: {}["a secret"])

    answer = flask_app.test_client().get("/api/v1/broken")

    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.json["detail"]
    assert "a secret" not in answer.text
    assert "a secret" in caplog.text


def test_people_get_a_page_where_programs_get_a_problem(browser):
    page = browser.get("/nothing", headers={"Accept": "text/html"})
    problem = browser.get("/nothing", headers={"Accept": "application/json"})

    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert (problem.status_code, problem.mimetype) == (404, "application/problem+json")
