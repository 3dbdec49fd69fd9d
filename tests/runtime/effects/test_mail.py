"""Mail, against a server that speaks SMTP: TLS, signing in, what is refused for good, what the mail is."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from ipaddress import ip_address
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from service.errors import Undeliverable
from service.runtime.effects.channel import Message
from service.runtime.effects.channels import mail


def vouched_for_by_itself(now):
    """Return a key and a certificate of 127.0.0.1 that whoever trusts it believes, for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).add_extension(names, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + made.sign(key, SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    path = tmp_path_factory.mktemp("certificate") / "localhost.pem"
    path.write_bytes(vouched_for_by_itself(datetime.now(UTC)))
    return path


class Post:
    """What the server was handed. `refuses` is what it says to the next recipient."""

    def __init__(self):
        self.mails, self.recipients, self.refuses = [], [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuses:
            return self.refuses.pop()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.recipients.append(envelope.rcpt_tos)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@pytest.fixture
def post(app, certificate, monkeypatch):
    """A server with TLS on which 周衡's mail is handed in by somebody who signs in."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

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

    def tell(shown="周衡\n", **changes):
        person = SimpleNamespace(name="zhouheng", display_name=shown)
        mail.tell(app, person, replace(message, **changes))

    return tell


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


ADDING_SOMEBODY = (
    "x\r\nBcc: evil@b.example",
    "=?utf-8?q?x=0D=0ABcc:_evil@b.example?=",
    "=?utf-8?b?eA0KQmNjOiBldmlsQGIuZXhhbXBsZQ==?=",
    "周衡 =?utf-8?q?=2C_evil@b.example=2C_?=",
    '周衡" <evil@b.example>, "',
    "周衡, evil@b.example",
    "周衡 (evil@b.example)",
    "周" * 60 + ", evil@b.example, " + "衡" * 60,
)


@pytest.mark.parametrize("written", ADDING_SOMEBODY)
def test_what_people_have_written_adds_nobody_and_no_line_to_the_head(post, tell, written):
    tell(shown=written, subject=written)

    [found], [recipients] = post.mails, post.recipients
    assert recipients == ["zhouheng@a.example"]
    assert [each.addr_spec for each in found["To"].addresses] == ["zhouheng@a.example"]
    assert found.get_all("Subject") is not None
    assert found["Bcc"] is None


@pytest.mark.parametrize("name", ["周衡", "Zhou Heng", "O’Neil", "阿依古丽·买买提"])
def test_a_name_without_tricks_stays_as_it_is(post, tell, name):
    tell(shown=name)

    assert post.mails[0]["To"].addresses[0].display_name == name


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
