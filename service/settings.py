"""Settings, read from the environment once, at start-up.

A bad value stops the start and names its variable.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from service.errors import InvalidSetting
from service.wording import Text

PREFIX = "COUNTERSIGN_"
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
ZONE = ZoneInfo("Asia/Shanghai")
DATABASE_SCHEMES = ("sqlite", "postgresql", "postgresql+psycopg")
SMTP_SCHEMES = ("smtp", "smtps", "smtp+plain")
QUEUE_SCHEMES = ("sqlite", "postgresql", "postgresql+psycopg", "redis", "rediss", "unix", "memory")

LOOPBACK = ("127.0.0.0/8", "::1")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations.

    Sizes are bytes, times seconds. `public_url` is set behind a proxy and has no trailing slash.
    """

    data: Path
    database_url: str = field(repr=False)
    queue_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
    session_seconds: int = 12 * 3600
    session_most_seconds: int = 7 * 86400
    # Proxies whose X-Forwarded-For is believed.
    trusted_proxies: tuple[Network, ...] = ()
    upload_bytes: int = 20 * 1024 * 1024
    # Where people are told outside: secrets stand in these addresses, so nothing shows them.
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    dingtalk_url: str = field(default="", repr=False)
    dingtalk_secret: str = field(default="", repr=False)
    feishu_url: str = field(default="", repr=False)
    feishu_secret: str = field(default="", repr=False)
    wecom_url: str = field(default="", repr=False)
    webhook_url: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    # Hosts, with their port, that are posted to within the company's own network.
    channel_hosts: tuple[str, ...] = field(default=(), repr=False)
    # Keys this installation had before: the audit record sealed with them stays verifiable.
    previous_secret_keys: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Return the settings of this environment; InvalidSetting names the variable that is wrong.

        Creates the data folder, and keeps a generated secret key in it when none is given.
        """
        env = os.environ if environ is None else environ
        data = _data_folder(env)
        return cls(
            data=data,
            database_url=_url(env, "DATABASE_URL", f"sqlite:///{data / 'countersign.db'}", DATABASE_SCHEMES),
            queue_url=_url(env, "QUEUE_URL", f"sqlite:///{data / 'queue.db'}", QUEUE_SCHEMES),
            secret_key=_secret(env, data),
            host=_text(env, "HOST", "127.0.0.1"),
            port=_number(env, "PORT", 8000, 0, 65535),
            public_url=_public_url(env),
            session_seconds=_number(env, "SESSION_SECONDS", 12 * 3600, 60, 90 * 86400),
            session_most_seconds=_number(env, "SESSION_MOST_SECONDS", 7 * 86400, 60, 366 * 86400),
            trusted_proxies=_networks(env, "TRUSTED_PROXIES", LOOPBACK if _public_url(env) else ()),
            upload_bytes=_number(env, "UPLOAD_BYTES", 20 * 1024 * 1024, 1024, 1024**3),
            previous_secret_keys=_list(env, "PREVIOUS_SECRET_KEYS", ()),
            smtp_url=_url(env, "SMTP_URL", "", SMTP_SCHEMES),
            mail_from=_text(env, "MAIL_FROM", ""),
            dingtalk_url=_hook(env, "DINGTALK_URL", ("oapi.dingtalk.com",)),
            dingtalk_secret=_text(env, "DINGTALK_SECRET", ""),
            feishu_url=_hook(env, "FEISHU_URL", ("open.feishu.cn", "open.larksuite.com")),
            feishu_secret=_text(env, "FEISHU_SECRET", ""),
            wecom_url=_hook(env, "WECOM_URL", ("qyapi.weixin.qq.com",)),
            webhook_url=_hook(env, "WEBHOOK_URL", ()),
            webhook_secret=_webhook_secret(env),
            channel_hosts=_list(env, "CHANNEL_HOSTS", ()),
        )

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the service, as far as it knows."""
        if self.public_url:
            return False
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def attachments(self) -> Path:
        """The folder of uploaded files."""
        return self.data / "attachments"

    @property
    def base_url(self) -> str:
        """How people reach the service, without a trailing slash: for links in messages."""
        host = "127.0.0.1" if self.host in EVERY_ADDRESS else self.host
        return self.public_url or f"http://{host}:{self.port}"


def _bad(name: str, value: str, wanted: Text) -> InvalidSetting:
    return InvalidSetting(
        Text(
            "{prefix}{name}={value!r} cannot be used: {wanted}.",
            prefix=PREFIX,
            name=name,
            value=value,
            wanted=wanted,
        ),
        variable=PREFIX + name,
    )


def _text(env: Mapping[str, str], name: str, default: str) -> str:
    return env.get(PREFIX + name, "").strip() or default


def _convert(env: Mapping[str, str], name: str, default: T, convert: Callable[[str], T], wanted: Text) -> T:
    text = env.get(PREFIX + name, "").strip()
    if not text:
        return default
    try:
        return convert(text)
    except ValueError as exc:
        raise _bad(name, text, wanted) from exc


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    def convert(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError(text)
        return number

    return _convert(
        env,
        name,
        default,
        convert,
        Text("a whole number from {least} to {most} is expected", least=least, most=most),
    )


def _list(env: Mapping[str, str], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    text = env.get(PREFIX + name)
    return default if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def _networks(env: Mapping[str, str], name: str, default: tuple[str, ...]) -> tuple[Network, ...]:
    texts = _list(env, name, default)
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
    except ValueError as exc:
        wanted = Text(
            "addresses or networks are expected, such as 10.0.0.7 or 10.0.0.0/24, with commas between"
        )
        raise _bad(name, ",".join(texts), wanted) from exc


def _url(env: Mapping[str, str], name: str, default: str, schemes: tuple[str, ...]) -> str:
    text = _text(env, name, default)
    if text and urlsplit(text).scheme not in schemes:
        # The value may hold a password: only its scheme is repeated.
        raise _bad(
            name,
            f"{urlsplit(text).scheme}:…",
            Text("a URL is expected that begins with {schemes}", schemes=", ".join(schemes)),
        )
    # One driver for PostgreSQL, however the URL was written.
    return f"postgresql+psycopg{text[len('postgresql') :]}" if text.startswith("postgresql:") else text


def _public_url(env: Mapping[str, str]) -> str | None:
    text = _text(env, "PUBLIC_URL", "")
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise _bad("PUBLIC_URL", text, Text("an address such as https://approval.example.com is expected"))
    return text.rstrip("/") or None


def _hook(env: Mapping[str, str], name: str, hosts: tuple[str, ...]) -> str:
    """Return an address to post to: over TLS and, where `hosts` are given, at one of them.

    CHANNEL_HOSTS names others that are allowed as well, with their port, and may be reached without TLS:
    a relay within the company.
    """
    text = _text(env, name, "")
    if not text:
        return ""
    parts = _parts(text)
    is_named = parts.netloc in _list(env, "CHANNEL_HOSTS", ())
    is_known = parts.scheme == "https" and (parts.netloc in hosts if hosts else bool(parts.hostname))
    if parts.username or not (is_known or (is_named and parts.scheme in ("http", "https"))):
        # The address itself is a secret: only its host is repeated.
        wanted = Text(
            "an https address is expected; name other hosts in {prefix}CHANNEL_HOSTS", prefix=PREFIX
        )
        if hosts:
            wanted = Text(
                "an https address at {hosts} is expected; name other hosts in {prefix}CHANNEL_HOSTS",
                hosts=", ".join(hosts),
                prefix=PREFIX,
            )
        raise _bad(name, f"{parts.scheme}://{parts.hostname or ''}/…", wanted)
    return text


def _parts(text: str) -> SplitResult:
    """Return the parts of an address; none of them where it is no address that can be posted to."""
    try:
        parts = urlsplit(text)
        is_right = parts.port is None or parts.port > 0
    except ValueError:
        is_right = False
    return parts if is_right and text.isascii() and text.isprintable() and " " not in text else urlsplit("")


def _webhook_secret(env: Mapping[str, str]) -> str:
    given = _text(env, "WEBHOOK_SECRET", "")
    if _text(env, "WEBHOOK_URL", "") and len(given) < 16:
        raise InvalidSetting(
            Text("{prefix}WEBHOOK_SECRET is too short: use at least 16 characters.", prefix=PREFIX),
            variable=PREFIX + "WEBHOOK_SECRET",
        )
    return given


def _data_folder(env: Mapping[str, str]) -> Path:
    path = Path(_text(env, "DATA", "./var")).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
        # Answers, files and the key lie here: nobody else on this machine reads them.
        with contextlib.suppress(PermissionError):
            path.chmod(0o700)
    except OSError as exc:
        raise _bad(
            "DATA", str(path), Text("the folder cannot be created ({reason})", reason=str(exc.strerror))
        ) from exc
    if not os.access(path, os.W_OK | os.X_OK):
        raise _bad("DATA", str(path), Text("the folder is not writable"))
    return path


def _secret(env: Mapping[str, str], data: Path) -> str:
    given = _text(env, "SECRET_KEY", "")
    if given:
        if len(given) < 16:
            raise InvalidSetting(
                Text("{prefix}SECRET_KEY is too short: use at least 16 characters.", prefix=PREFIX),
                variable=PREFIX + "SECRET_KEY",
            )
        return given
    return _kept_secret(data / "secret_key")


def _kept_secret(path: Path) -> str:
    """Return the key kept in the data folder, made on first use and readable by its owner only."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        # Linked, not renamed: of two processes starting at once the first one's key must stand.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def write_secret(path: Path, text: str) -> None:
    """Write a secret into a file of its own that only its owner can read."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
