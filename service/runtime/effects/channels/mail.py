"""Mail (邮件): plain text and HTML, through the company's server.

The link leads to whoever signs in and does nothing by itself: a mail may be answered and handed on.
"""

from __future__ import annotations

import smtplib
import ssl
import unicodedata
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape
from urllib.parse import unquote, urlsplit

from service.errors import Undeliverable
from service.runtime.effects.channel import Channel, Message
from service.runtime.step.context import Actor, Application
from service.settings import Settings
from service.wording import Text

SECONDS = 10.0
_MARKS = str.maketrans(dict.fromkeys('"\\,;:<>()[]@', " "))
"""What separates addresses or sets something apart within one; a name can do without."""
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


def tell(app: Application, person: Actor, message: Message) -> None:
    """Hand one mail to the server."""
    mail = composed(app.settings, person, message)
    try:
        with _connected(app.settings.smtp_url) as server:
            # To whom is said here: read from the head, a name could add somebody.
            server.send_message(mail, to_addrs=[message.address])
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(*error.recipients[message.address]) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from None


def composed(settings: Settings, person: Actor, message: Message) -> EmailMessage:
    """Return the mail: the same for every attempt, its Message-ID included."""
    host = urlsplit(settings.base_url).hostname or "countersign"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = formataddr((_plain(person.display_name.translate(_MARKS)), message.address))
    mail["Subject"] = _plain(message.subject)
    mail["Date"] = format_datetime(message.told_at)
    mail["Message-ID"] = f"<{message.id}@{host}>"
    # Nobody's out-of-office note shall answer.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(f"{message.line}\n\n{message.text}\n\n{message.link}\n")
    mail.add_alternative(_page(message), subtype="html")
    return mail


def _plain(written: str) -> str:
    """Return what people have written as one line of the head, which says nothing but itself.

    The email package (3.11) decodes encoded words (`=?utf-8?q?…?=`) in what it is given, line breaks in
    them too, and writes them out as lines of their own: a subject could add a recipient.
    """
    shown = "".join(" " if unicodedata.category(each) in ("Cc", "Cf") else each for each in written)
    return " ".join(shown.replace("=?", "= ?").split())


def _page(message: Message) -> str:
    words = escape(message.text).replace("\n", "<br>")
    link = escape(message.link)
    return f'<p><strong>{escape(message.line)}</strong></p><p>{words}</p><p><a href="{link}">{link}</a></p>'


def _connected(url: str) -> smtplib.SMTP:
    """Return a connection that is signed in. Without TLS only where the address says so in words."""
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS)
    try:
        if parts.scheme == "smtp":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _refused(code: int, _reason: bytes | str) -> Exception:
    """Return the error for an answer of the server: 5xx is for good, 4xx passes."""
    if 500 <= code < 600 and code not in (530, 534, 535):
        return Undeliverable(Text("The mail server refuses the mail ({code}).", code=code))
    return smtplib.SMTPException(f"the mail server answers {code}")


CHANNEL = Channel(
    "mail",
    tell,
    is_set_up=lambda settings: bool(settings.smtp_url and settings.mail_from),
    address=r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+\.[^\s@<>,;:\"()]+",
    default="digest",
)
