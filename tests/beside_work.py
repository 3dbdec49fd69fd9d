"""What the tests have done beside: functions of a module, as everything that is done there."""

from __future__ import annotations

import os
import time

from service.errors import FieldError, InvalidInput


def double(number):
    return 2 * number


def refuse():
    raise InvalidInput("no", errors=[FieldError("here", "wrong")])


def never():
    while True:
        pass


def slow(seconds):
    time.sleep(seconds)
    return "done"


def die():
    os._exit(3)


def unpicklable():
    return lambda: None
