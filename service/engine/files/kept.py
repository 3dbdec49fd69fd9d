"""What was made of a file's contents, kept within the process so that it is made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import Generic, TypeVar

Made = TypeVar("Made")
MOST_FILES = 600


class Kept(Generic[Made]):
    """What was made, by key: the latest, up to a number. Shared by threads; nothing in it is changed."""

    def __init__(self, most: int = MOST_FILES) -> None:
        self._known: OrderedDict[Hashable, Made] = OrderedDict()
        self._lock, self._most = Lock(), most

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what is known under a key, made now if it is not. What was raised is not remembered."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made = make()
        with self._lock:
            self._known[key] = made
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return made


def kept_by_content(make: Callable[[str, bytes], Made]) -> Callable[[str, bytes], Made]:
    """Return a function of (file name, content) that remembers its latest results by name and sha256."""
    known: Kept[Made] = Kept()

    @wraps(make)
    def kept(name: str, content: bytes) -> Made:
        return known.get((name, sha256(content).digest()), lambda: make(name, content))

    return kept
