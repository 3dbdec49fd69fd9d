"""Passwords as scrypt hashes."""

from __future__ import annotations

import secrets
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

METHOD = "scrypt"
"""Werkzeug's default cost: 32 MiB and some 50 ms a password."""


def hash_password(password: str) -> str:
    """Return what is kept of a password: method, salt and hash."""
    return generate_password_hash(password, method=METHOD)


def is_password(known: str | None, password: str) -> bool:
    """Say whether this is the password; without a known one it takes as long and is never true."""
    return check_password_hash(known or _decoy(), password) and known is not None


@cache
def _decoy() -> str:
    return hash_password(secrets.token_urlsafe(16))
