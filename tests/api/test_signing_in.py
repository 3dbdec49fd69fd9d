from __future__ import annotations

import pytest

from service.app import create_app
from service.errors import NotSignedIn, Throttled
from service.runtime import identity
from service.runtime.step.context import SYSTEM
from tests.conftest import PASSWORD

COOKIE = "countersign_session"


@pytest.fixture
def browser(app, cast):
    """An HTTP client with cookies and nobody signed in."""
    return create_app(app.settings, application=app).test_client()


def sign_in(browser, name="linyue", password=PASSWORD, **headers):
    return browser.post("/login", data={"username": name, "password": password}, headers=headers)


def who(browser, **headers):
    answer = browser.get("/api/v1/me", headers=headers)
    return answer.json["name"] if answer.status_code == 200 else answer.status_code


def test_signing_in_with_a_form_gives_a_cookie_that_the_api_accepts(browser):
    answer = sign_in(browser)

    assert answer.status_code == 303
    assert who(browser) == "linyue"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(("name", "password"), [("linyue", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(browser, name, password):
    answer = sign_in(browser, name, password)

    assert answer.status_code == 401
    assert COOKIE not in answer.headers.get("Set-Cookie", "")
    assert who(browser) == 401


def test_guessing_is_slowed_down_even_with_the_right_password_at_last(browser, clock):
    for _ in range(5):
        sign_in(browser, password="guess")

    throttled = sign_in(browser)
    clock.forward(seconds=16)
    later = sign_in(browser)

    assert throttled.status_code == 429
    assert later.status_code == 303


def test_guessing_one_name_does_not_lock_another_out(browser):
    for _ in range(6):
        sign_in(browser, password="guess")

    assert sign_in(browser, "zhouheng").status_code == 303


def test_guessing_many_names_from_one_address_is_slowed_down(app, cast, browser):
    for number in range(100):
        with pytest.raises(NotSignedIn):
            identity.authenticate(app, f"user{number}", "guess", address="10.0.0.1")

    with pytest.raises(Throttled):
        identity.authenticate(app, "linyue", PASSWORD, address="10.0.0.1")
    assert identity.authenticate(app, "linyue", PASSWORD, address="10.0.0.2").name == "linyue"


def test_signing_out_ends_the_session_and_not_only_the_cookie(browser):
    sign_in(browser)
    secret = browser.get_cookie(COOKIE).value

    browser.post("/logout")
    browser.set_cookie(COOKIE, secret)

    assert who(browser) == 401


def test_a_session_can_be_ended_from_elsewhere(app, cast, browser):
    sign_in(browser)
    session = identity.sessions(app, cast.linyue)[0]

    identity.revoke_session(app, cast.linyue, session.id)

    assert who(browser) == 401


def test_a_session_ends_by_itself_when_nobody_uses_it(app, browser, clock):
    sign_in(browser)

    clock.forward(seconds=app.settings.session_seconds - 60)
    used = who(browser)
    clock.forward(seconds=app.settings.session_seconds - 60)
    prolonged = who(browser)
    clock.forward(seconds=app.settings.session_seconds + 1)

    assert (used, prolonged, who(browser)) == ("linyue", "linyue", 401)


def test_a_new_password_ends_all_sessions(app, cast, browser):
    sign_in(browser)

    identity.set_password(app, cast.admin, "linyue", "another password")

    assert who(browser) == 401
    assert sign_in(browser).status_code == 401
    assert sign_in(browser, password="another password").status_code == 303


def test_a_deactivated_account_is_out_at_once_with_its_tokens(app, cast, browser):
    sign_in(browser)
    token = identity.create_token(app, SYSTEM, "linyue").token

    identity.update_user(app, cast.admin, "linyue", active=False)

    assert who(browser) == 401
    assert who(browser, Authorization=f"Bearer {token}") == 401
    assert sign_in(browser).status_code == 401


def test_a_token_acts_as_its_owner_until_it_is_over(app, cast, browser, clock):
    token = identity.create_token(app, SYSTEM, "linyue", days=1).token

    before = who(browser, Authorization=f"Bearer {token}")
    clock.forward(days=1, seconds=1)

    assert (before, who(browser, Authorization=f"Bearer {token}")) == ("linyue", 401)


def test_with_a_token_the_cookie_is_ignored(app, cast, browser):
    sign_in(browser)
    token = identity.create_token(app, SYSTEM, "zhouheng").token

    assert who(browser, Authorization=f"Bearer {token}") == "zhouheng"
    assert who(browser, Authorization="Bearer wrong") == 401
    assert who(browser) == "linyue"


def test_tokens_are_listed_without_their_text_and_can_be_revoked(client_for):
    linyue, zhouheng = client_for("linyue"), client_for("zhouheng")
    made = linyue.post("/tokens", {"title": "报表", "days": 30}).json

    listed = linyue.get("/tokens").json["items"]
    foreign = zhouheng.post(f"/tokens/{made['about']['id']}/revoke")
    revoked = linyue.post(f"/tokens/{made['about']['id']}/revoke")

    assert "报表" in [each["title"] for each in listed]
    assert made["token"] not in str(listed)
    assert (foreign.status_code, revoked.status_code) == (404, 204)
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert linyue.http.get("/api/v1/me", headers=headers).status_code == 401


def test_secrets_are_kept_as_hashes_only(app, cast, browser):
    sign_in(browser)
    secret = browser.get_cookie(COOKIE).value
    token = identity.create_token(app, SYSTEM, "linyue").token

    raw = b"".join(path.read_bytes() for path in app.settings.data.glob("countersign.db*"))

    assert raw
    for text in (secret, token, PASSWORD):
        assert text.encode() not in raw
