"""Work beside the request threads: within its time, a few at once, and the others go on."""

from __future__ import annotations

import threading
import time

import pytest

from service.beside import Beside, directly
from service.engine.check import check
from service.errors import Busy, InvalidInput, TakesTooLong, Unavailable
from service.handlers import HANDLERS
from tests import beside_work as work
from tests.runtime.drawings import review


@pytest.fixture(scope="module")
def beside():
    made = Beside(seconds=60)
    yield made
    made.close()


def test_it_answers_what_the_function_answers(beside):
    assert beside(work.double, 21) == directly(work.double, 21) == 42


def test_it_raises_what_the_function_raises_with_all_it_carries(beside):
    with pytest.raises(InvalidInput) as refused:
        beside(work.refuse)

    assert refused.value.message == "no"
    assert [error.path for error in refused.value.errors] == ["here"]


def test_a_check_finds_the_same_there_as_here(beside):
    files = review() | {"broken.bpmn": b"<x/>"}

    there = beside(check, files, topics=dict(HANDLERS))

    assert there == check(files, topics=HANDLERS)
    assert [getattr(each.message, "params", None) for each in there] == [
        getattr(each.message, "params", None) for each in check(files, topics=HANDLERS)
    ]


def test_what_takes_longer_than_its_time_is_ended_and_the_next_one_served():
    beside = Beside(seconds=0.5)
    beside._seconds = 60
    assert beside(work.double, 1) == 2
    beside._seconds = 0.5

    began = time.monotonic()
    with pytest.raises(TakesTooLong):
        beside(work.never)

    assert time.monotonic() - began < 20
    beside._seconds = 60
    assert beside(work.double, 2) == 4
    beside.close()


def test_more_than_may_wait_are_told_to_come_back(beside):
    narrow = Beside(seconds=60, places=2)
    answers = []

    def ask():
        try:
            answers.append(narrow(work.slow, 3))
        except Busy as error:
            answers.append(error.detail["retry_after_seconds"])

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    narrow.close()

    assert sorted(answers, key=str) == [10, 10, 10, "done", "done"]


def test_a_process_that_dies_is_told_and_another_one_begun():
    beside = Beside(seconds=60)

    with pytest.raises(Unavailable):
        beside(work.die)
    assert beside(work.double, 4) == 8
    beside.close()


def test_what_cannot_be_handed_back_is_an_error_and_not_the_end(beside):
    with pytest.raises(RuntimeError, match="cannot be handed back"):
        beside(work.unpicklable)
    assert beside(work.double, 5) == 10
