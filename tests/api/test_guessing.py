"""Whoever guesses is slowed down; whoever knows the password gets in, whatever somebody else guesses."""

from __future__ import annotations

import ipaddress

import pytest

from service.app import create_app
from service.errors import NotSignedIn, Throttled
from service.runtime import identity
from tests.conftest import PASSWORD
from tests.web.proxies import answered_for


@pytest.fixture
def flask_app(app, cast):
    return create_app(app.settings, application=app)


def guess(app, name="linyue", *, times=1, address="203.0.113.9"):
    for _ in range(times):
        with pytest.raises((NotSignedIn, Throttled)):
            identity.authenticate(app, name, "guess", address=address)


def enter(app, name="linyue", address="10.0.0.1"):
    actor = identity.authenticate(app, name, PASSWORD, address=address)
    identity.sign_in(app, actor, address=address)
    return actor.name


def test_an_address_that_knows_the_password_is_not_held_up_by_guesses_on_other_names(app, cast):
    enter(app, address="10.0.0.1")
    for number in range(105):
        guess(app, f"user{number}", address="10.0.0.1")

    assert enter(app, address="10.0.0.1") == "linyue"


def test_an_address_that_knows_the_password_is_held_up_by_guesses_on_the_name_for_seconds_only(
    app, cast, clock
):
    enter(app, address="10.0.0.1")
    guess(app, times=105, address="10.0.0.1")

    with pytest.raises(Throttled) as told:
        identity.authenticate(app, "linyue", PASSWORD, address="10.0.0.1")
    clock.forward(seconds=told.value.detail["retry_after_seconds"])

    assert told.value.detail["retry_after_seconds"] <= 3
    assert enter(app, address="10.0.0.1") == "linyue"


def test_a_name_guessed_from_many_addresses_is_slowed_down_there_and_not_where_it_signs_in(app, cast):
    enter(app, address="10.0.0.1")
    for number in range(60):
        guess(app, address=f"203.0.113.{number}")

    with pytest.raises(Throttled):
        identity.authenticate(app, "linyue", PASSWORD, address="203.0.113.200")
    assert enter(app, address="10.0.0.1") == "linyue"
    assert enter(app, "zhouheng", address="203.0.113.200") == "zhouheng"


def test_a_browser_that_signed_in_before_gets_in_from_an_address_where_others_guess(app, flask_app):
    browser = flask_app.test_client()
    form = {"username": "linyue", "password": PASSWORD}
    assert browser.post("/login", data=form).status_code == 303
    browser.post("/logout")
    stranger = flask_app.test_client()
    for _ in range(105):
        stranger.post("/login", data={"username": "linyue", "password": "guess"})

    assert browser.post("/login", data=form).status_code == 303
    assert stranger.post("/login", data=form).status_code == 429


def test_a_browser_is_known_for_the_name_it_signed_in_and_for_no_other(app, flask_app):
    browser = flask_app.test_client()
    browser.post("/login", data={"username": "linyue", "password": PASSWORD})
    answers = [
        browser.post("/login", data={"username": "zhouheng", "password": "guess"}).status_code
        for _ in range(7)
    ]

    assert answers == [401] * 5 + [429] * 2


def test_a_made_up_mark_of_a_known_browser_helps_nobody(app, flask_app):
    browser = flask_app.test_client()
    browser.set_cookie("countersign_device", "WyJsaW55dWUiLCJhIl0.aaaa.bbbb")
    for _ in range(5):
        browser.post("/login", data={"username": "linyue", "password": "guess"})

    assert browser.post("/login", data={"username": "linyue", "password": PASSWORD}).status_code == 429


def test_a_name_that_does_not_exist_is_held_up_as_one_that_does(app, cast):
    def answers(name):
        found = []
        for _ in range(8):
            try:
                identity.authenticate(app, name, "guess", address="198.51.100.7")
            except (NotSignedIn, Throttled) as error:
                found.append((type(error), error.message, error.detail))
        return found

    assert answers("nobody") == answers("zhouheng")


NETWORKS = tuple(ipaddress.ip_network(each) for each in ("10.0.0.0/8", "::1"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # no proxy of ours: it may say what it likes
        ("10.0.0.7", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what stands before it is the client's own
        ("10.0.0.7", "198.51.100.1, 10.1.1.1", "198.51.100.1"),  # two proxies
        ("10.0.0.7", "198.51.100.1:4711", "198.51.100.1"),
        ("::1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.7", "unknown", "10.0.0.7"),
        ("10.0.0.7", "198.51.100.1, nonsense", "10.0.0.7"),
        ("10.0.0.7", "", "10.0.0.7"),
        ("10.0.0.7", "10.2.2.2", "10.2.2.2"),
        ("10.0.0.7", "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_client_is_whom_the_trusted_proxies_saw(peer, forwarded, client):
    assert answered_for(NETWORKS, peer, forwarded)["REMOTE_ADDR"] == client


def test_scheme_and_host_are_believed_of_trusted_proxies_only():
    said = {"proto": "https", "host": "approval.example.com"}

    trusted = answered_for(NETWORKS, "10.0.0.7", "198.51.100.1", **said)
    other = answered_for(NETWORKS, "203.0.113.9", "198.51.100.1", **said)

    assert (trusted["wsgi.url_scheme"], trusted["HTTP_HOST"]) == ("https", "approval.example.com")
    assert (other["wsgi.url_scheme"], other["HTTP_HOST"]) == ("http", "inside")
    assert not [name for name in other if "FORWARDED" in name]


def test_guesses_behind_a_proxy_count_for_the_client_and_not_for_the_proxy(make_app, sqlite_url, cast):
    app = make_app(sqlite_url, trusted_proxies=NETWORKS)
    http = create_app(app.settings, application=app).test_client()

    def attempt(client, password):
        return http.post(
            "/login",
            data={"username": "linyue", "password": password},
            environ_overrides={"REMOTE_ADDR": "10.0.0.7"},
            headers={"X-Forwarded-For": client},
        ).status_code

    guessed = [attempt("203.0.113.9", "guess") for _ in range(6)]

    assert guessed == [401] * 5 + [429]
    assert attempt("198.51.100.1", PASSWORD) == 303


def test_a_session_has_an_end_however_much_it_is_used(app, flask_app, clock):
    browser = flask_app.test_client()
    browser.post("/login", data={"username": "linyue", "password": PASSWORD})
    seen = []
    for _ in range(15):
        clock.forward(hours=11.9)
        seen.append(browser.get("/api/v1/me").status_code)

    assert seen == [200] * 14 + [401]


def test_a_new_password_ends_the_tokens_too(app, cast):
    token = identity.create_token(app, cast.linyue, "linyue").token

    identity.set_password(app, cast.linyue, "linyue", "another password", current=PASSWORD)

    assert identity.actor_for_token(app, token) is None
