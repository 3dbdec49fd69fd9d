"""What a test needs and the machine lacks: skipped on a developer's machine, in CI nothing may be missing."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def give_up(reason: str) -> NoReturn:
    """Skip the test, or fail it in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def need_pg_dump() -> None:
    """Give up where PostgreSQL's client programs are not there."""
    if shutil.which("pg_dump") is None:
        give_up("pg_dump is not installed")
