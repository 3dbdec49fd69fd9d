"""What every request passes: origin, size, language of refusals, headers; and how errors are answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, redirect, request
from flask.testing import FlaskClient
from werkzeug.exceptions import TooManyRequests

from service.app import create_app
from service.errors import FieldError, InvalidInput, Throttled, Unavailable
from service.web import errors, security
from tests.web.company import Company


@pytest.fixture(scope="module")
def raising(company: Company) -> Flask:
    """A service whose addresses below /raise end in an error each, and /echo in what was sent."""
    app = create_app(company.app.settings, application=company.app)
    causes = {
        "away": lambda: Unavailable(retry_after_seconds=7),
        "throttled": lambda: Throttled(retry_after_seconds=3),
        "fields": lambda: InvalidInput(errors=[FieldError("lines[0].amount", "required")]),
        "http": lambda: TooManyRequests("slowly", retry_after=9),
        "bug": lambda: KeyError("a secret"),
    }

    def fail(cause: str) -> None:
        raise causes[cause]()

    for prefix in ("", "/api"):
        app.add_url_rule(f"{prefix}/raise/<cause>", f"raise{prefix}", fail)
    app.add_url_rule("/echo", "echo", lambda: str(len(request.get_data())), methods=["POST", "PUT", "DELETE"])
    app.add_url_rule("/moved", "moved", lambda: redirect("/tasks", 308))
    app.add_url_rule(
        "/own", "own", lambda: ("", {"X-Frame-Options": "SAMEORIGIN", "Cache-Control": "max-age=5"})
    )
    return app


@pytest.fixture
def client(raising: Flask) -> FlaskClient:
    return raising.test_client()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_no_method_that_changes_something_is_open_to_other_sites(client: FlaskClient, method: str) -> None:
    assert client.open("/echo", method=method, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.open("/echo", method=method, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_open_to_links_from_anywhere(client: FlaskClient, method: str) -> None:
    assert client.open("/healthz", method=method, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_bearer_token_cannot_be_abused_by_a_page_but_another_scheme_could(client: FlaskClient) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}

    assert client.post("/echo", headers=foreign | {"Authorization": "Bearer x"}).status_code == 200
    assert client.post("/echo", headers=foreign | {"Authorization": "Basic eDp5"}).status_code == 403


def test_an_old_browser_is_judged_by_its_origin_a_new_one_never(client: FlaskClient) -> None:
    own = {"Origin": "http://localhost"}

    assert client.post("/echo", headers=own).status_code == 200
    assert client.post("/echo", headers=own | {"Sec-Fetch-Site": "same-site"}).status_code == 403
    assert client.post("/echo", headers={"Origin": "http://localhost:81"}).status_code == 403


def test_only_uploads_may_be_large(client: FlaskClient) -> None:
    limit = security._BODY_BYTES

    assert client.post("/echo", data=b"x" * limit, content_type="text/plain").text == str(limit)
    assert client.post("/echo", data=b"x" * (limit + 1), content_type="text/plain").status_code == 413
    upload = client.post("/echo", data=b"x" * (limit + 1), content_type="multipart/form-data; boundary=b")
    assert upload.text == str(limit + 1)


def test_a_form_has_a_thousand_parts_at_the_most(company: Company) -> None:
    assert company.flask.config["MAX_FORM_PARTS"] == 1000
    assert (
        company.flask.config["MAX_CONTENT_LENGTH"] == company.app.settings.upload_bytes + security._BODY_BYTES
    )
    assert company.flask.config["SESSION_COOKIE_HTTPONLY"] is True
    assert company.flask.config["SESSION_COOKIE_SECURE"] is False


@pytest.mark.parametrize("address", ["/own?a=%00", "/ow%00n", "/own?a=1&a=%00", "/own?%00=1"])
def test_a_nul_is_refused_wherever_it_stands(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 400
    assert client.get(address.replace("%00", "x")).status_code != 400


def test_what_a_view_says_itself_stands(client: FlaskClient) -> None:
    headers = client.get("/own").headers

    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Cache-Control"] == "max-age=5"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_without_https_nobody_is_told_to_insist_on_it(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/healthz").headers


def test_built_files_are_not_private(client: FlaskClient) -> None:
    assert "private" not in client.get("/static/dist/manifest.json").headers["Cache-Control"]


@pytest.mark.parametrize(
    ("cause", "status", "seconds"), [("away", 503, "7"), ("throttled", 429, "3"), ("http", 429, "9")]
)
def test_when_to_come_back_is_told(client: FlaskClient, cause: str, status: int, seconds: str) -> None:
    answer = client.get(f"/raise/{cause}")

    assert (answer.status_code, answer.headers["Retry-After"]) == (status, seconds)
    assert answer.mimetype == "text/html"


def test_a_problem_lists_its_fields_and_has_none_where_there_are_none(client: FlaskClient) -> None:
    fields, away = client.get("/api/raise/fields"), client.get("/api/raise/away")

    assert fields.json["errors"] == [{"path": "lines[0].amount", "message": "required"}]
    assert set(away.json) == {"type", "title", "status", "detail"}
    assert (fields.content_type, away.json["status"]) == (errors.PROBLEM, 503)


def test_a_redirect_passes_through(client: FlaskClient) -> None:
    answer = client.get("/moved")

    assert (answer.status_code, answer.location) == (308, "/tasks")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/json;q=0.9", "text/html"),
        ("application/json", errors.PROBLEM),
        ("application/problem+json, text/html;q=0.5", errors.PROBLEM),
        ("image/png", "text/html"),
    ],
)
def test_who_gets_a_page_and_who_a_problem(client: FlaskClient, accept: str | None, kind: str) -> None:
    headers = {"Accept": accept} if accept else {}

    assert client.get("/nothing", headers=headers).mimetype == kind


def test_htmx_is_led_to_the_sign_in_by_a_header(client: FlaskClient) -> None:
    answer = client.get("/tasks", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login")


def test_after_signing_in_a_reader_is_back_and_a_sender_at_the_start(client: FlaskClient) -> None:
    assert client.get("/tasks?q=抽奖").location == "/login?next=/tasks%3Fq%3D%E6%8A%BD%E5%A5%96"
    assert client.get("/tasks").location == "/login?next=/tasks"
    assert client.post("/tasks/x/claim").location == "/login?next=/"


@pytest.mark.parametrize("path", ["/raise/bug", "/raise/away"])
def test_what_is_our_fault_is_in_the_log_by_its_number(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    answer = client.get(path)

    assert answer.headers["X-Request-ID"] in caplog.text
    assert "a secret" not in answer.text


def test_what_is_the_readers_fault_is_not_in_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/api/raise/fields")

    assert caplog.text == ""


def test_every_answer_has_a_number_of_its_own(client: FlaskClient) -> None:
    numbers = {client.get(path).headers["X-Request-ID"] for path in ("/healthz", "/nothing", "/healthz")}

    assert len(numbers) == 3
    assert all(numbers)


@pytest.fixture
def as_if_at(make_app: Callable, sqlite_url: str) -> Callable[[str], FlaskClient]:
    """Opens the service behind a public address."""

    def open_at(public_url: str) -> FlaskClient:
        app = make_app(sqlite_url, public_url=public_url)
        return create_app(app.settings, application=app).test_client()

    return open_at


def test_the_public_address_decides_what_is_secure_and_whose_origin_is_ours(as_if_at: Callable) -> None:
    secure, plain = as_if_at("https://approval.example"), as_if_at("http://approval.example")
    origin = {"Origin": "https://approval.example"}

    assert "Strict-Transport-Security" in secure.get("/healthz").headers
    assert "Strict-Transport-Security" not in plain.get("/healthz").headers
    assert secure.application.config["SESSION_COOKIE_SECURE"] is True
    assert secure.post("/logout", headers=origin).status_code != 403
    assert secure.post("/logout", headers={"Origin": "https://other.example"}).status_code == 403
