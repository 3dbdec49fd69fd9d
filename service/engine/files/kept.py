"""What was made of a file's contents, kept within the process so that it is made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import TypeVar

Made = TypeVar("Made")
MOST_FILES = 600


def kept_by_content(make: Callable[[str, bytes], Made]) -> Callable[[str, bytes], Made]:
    """Return a function of (file name, content) that remembers its latest results by name and sha256.

    The result must not be changed by anybody. What was raised is not remembered.
    """
    known: OrderedDict[tuple[str, bytes], Made] = OrderedDict()
    lock = Lock()

    @wraps(make)
    def kept(name: str, content: bytes) -> Made:
        key = (name, sha256(content).digest())
        with lock:
            if key in known:
                known.move_to_end(key)
                return known[key]
        made = make(name, content)
        with lock:
            known[key] = made
            if len(known) > MOST_FILES:
                known.popitem(last=False)
        return made

    return kept
