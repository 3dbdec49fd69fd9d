"""Mail, against a server that speaks SMTP: TLS, signing in, what is refused for good, what the mail is."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from service.errors import Undeliverable
from service.runtime.effects.channel import Message
from service.runtime.effects.channels import mail

CERTIFICATE = Path(__file__).parents[2] / "fixtures" / "localhost.pem"


class Post:
    """What the server was handed. `refuses` is what it says to the next recipient."""

    def __init__(self):
        self.mails, self.refuses = [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuses:
            return self.refuses.pop()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@pytest.fixture
def post(app, monkeypatch):
    """A server with TLS on which 周衡's mail is handed in by somebody who signs in."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    def signs_in(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"robot", b"p@ss word"))

    post = Post()
    server = Controller(
        post,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=signs_in,
    )
    server.start()
    post.port = server.port
    app.settings = replace(
        app.settings,
        smtp_url=f"smtp://robot:p%40ss%20word@127.0.0.1:{post.port}",
        mail_from="会签 <approval@a.example>",
        public_url="https://a.example",
    )
    yield post
    server.stop()


@pytest.fixture
def tell(app, clock):
    message = Message(
        *("e-1", "task", "请办理：法务会签\r\nBcc: x@b.example", "奖品 <b>没有</b> 写明"),
        *("林悦“双十一”：请办理：法务会签", "https://a.example/tasks/7"),
        *("i-1", "7", "办理人", None, clock()),
        address="zhouheng@a.example",
    )

    class Person:
        name, display_name = "zhouheng", "周衡\n"

    return lambda: mail.tell(app, Person(), message)


def test_a_mail_is_text_and_page_with_the_line_and_the_way_there(post, tell):
    tell()

    [found] = post.mails
    text = found.get_body(("plain",)).get_content()
    page = found.get_body(("html",)).get_content()
    assert found["Subject"] == "请办理：法务会签 Bcc: x@b.example"
    assert found["To"].addresses[0].display_name == "周衡"
    assert found["Bcc"] is None
    told = ["林悦“双十一”：请办理：法务会签", "奖品 <b>没有</b> 写明", "https://a.example/tasks/7"]
    assert [each for each in text.splitlines() if each] == told
    assert "奖品 &lt;b&gt;没有&lt;/b&gt; 写明" in page
    assert '<a href="https://a.example/tasks/7">' in page


def test_a_mail_sent_again_has_the_same_id_and_is_answered_by_no_machine(post, tell):
    tell()
    tell()

    assert {found["Message-ID"] for found in post.mails} == {"<e-1@a.example>"}
    assert {found["Auto-Submitted"] for found in post.mails} == {"auto-generated"}


def test_a_recipient_refused_for_good_is_given_up_and_one_refused_for_now_is_not(post, tell):
    post.refuses += ["451 try later", "550 no such mailbox"]

    with pytest.raises(Undeliverable):
        tell()
    with pytest.raises(smtplib.SMTPException):
        tell()

    assert post.mails == []


def test_a_password_that_is_wrong_is_the_servers_matter_and_not_told(app, post, tell):
    app.settings = replace(app.settings, smtp_url=f"smtp://robot:hidden@127.0.0.1:{post.port}")

    with pytest.raises(smtplib.SMTPException) as caught:
        tell()

    assert "hidden" not in str(caught.value)
    assert post.mails == []


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_password(post, tell, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(ssl.SSLCertVerificationError):
        tell()

    assert post.mails == []


def test_a_server_that_is_not_there_is_tried_again(app, tell):
    app.settings = replace(app.settings, smtp_url="smtp+plain://127.0.0.1:1", mail_from="approval@a.example")

    with pytest.raises(OSError):
        tell()
