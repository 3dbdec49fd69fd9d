"""An expression has a quarter of a second and a little memory; the next one starts afresh."""

from __future__ import annotations

import os
import threading
from time import perf_counter

import pytest

from service.errors import FeelError, FeelTimeout
from service.feel import FEEL, Call, isolate, parse
from tests.feel.engine import NOW, value

ENDLESS = "count(for i in 1..20000 return for j in 1..20000 return i * j)"
EXPENSIVE = [
    ENDLESS,
    "count(for i in 1..100000000 return [i, i, i, i])",
    'matches("' + "a" * 40 + '!", "^(a+)+$")',
]
HUNGRY = '{a: "' + "x" * 10_000 + '", b: replace(a, "x", a), c: replace(b, "x", a)}'


@pytest.mark.parametrize("expression", EXPENSIVE, ids=["loop", "memory", "pattern"])
def test_an_expression_that_takes_too_long_is_cut_off(expression):
    started = perf_counter()

    with pytest.raises(FeelTimeout) as caught:
        value(expression)

    assert perf_counter() - started < 3 * isolate.crowding()
    assert caught.value.expression == expression
    assert value("1 + 1") == 2


def test_an_expression_that_needs_too_much_memory_is_cut_off():
    with pytest.raises(FeelError):
        value(HUNGRY)

    assert value("1 + 1") == 2


def test_one_endless_call_spoils_only_its_own_place_in_a_batch():
    calls = [Call("expression", text, {}) for text in ("1 + 1", ENDLESS, "2 + 2")]

    results = FEEL.batch(calls, now=NOW)

    assert isinstance(results[1], FeelTimeout)
    assert [results[0], results[2]] == [2, 4]


def test_many_endless_calls_are_given_up_together():
    started = perf_counter()

    results = FEEL.batch([Call("expression", f"{n} + {ENDLESS}", {}) for n in range(40)], now=NOW)

    assert all(isinstance(result, FeelTimeout) for result in results)
    assert perf_counter() - started < 8 * isolate.crowding()  # forty quarters of a second would be ten


def test_a_huge_expression_is_refused_rather_than_run():
    with pytest.raises(FeelError, match="too large"):
        value("1" + " + 1" * 10_000)
    assert parse("(" * 30_000).problems[0].code == "too_large"


def test_others_do_not_wait_for_an_endless_expression():
    value("1")
    burning = threading.Thread(target=lambda: FEEL.batch([Call("expression", ENDLESS, {})], now=NOW))
    burning.start()

    results = [value("2 + 2") for _ in range(20)]

    still_burning = burning.is_alive()
    burning.join()
    assert results == [4] * 20
    assert still_burning


def test_threads_share_the_pool_and_all_get_their_own_answer():
    results: dict[int, list[int]] = {}

    def work(number: int) -> None:
        results[number] = [value("n * 1000 + i", n=number, i=i) for i in range(30)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == {number: [number * 1000 + i for i in range(30)] for number in range(8)}


def test_a_thread_that_never_rests_does_not_starve_the_others():
    stop = threading.Event()

    def never_rest() -> None:
        while not stop.is_set():
            value("1")

    greedy = [threading.Thread(target=never_rest) for _ in range(4)]
    for thread in greedy:
        thread.start()
    started = perf_counter()
    answers = [value("1 + 1") for _ in range(10)]
    took = perf_counter() - started
    stop.set()
    for thread in greedy:
        thread.join()

    assert answers == [2] * 10
    assert took < 5


@pytest.mark.parametrize(("load", "cores", "times"), [(0.3, 2, 1.0), (6.0, 2, 3.0), (900.0, 2, 8.0)])
def test_a_crowded_machine_stretches_the_limits_but_not_for_ever(monkeypatch, load, cores, times):
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr(os, "cpu_count", lambda: cores)

    assert isolate.crowding() == times
