"""Isolates begin with the first expression, do not cross a fork, and never keep a process from ending."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.domain.workdays import official_calendar
from service.feel import Feel
from service.feel.isolate import Pool
from tests.feel.engine import NOW

HEAD = """
import os, sys, threading, time
from datetime import UTC, datetime
from service.feel import FEEL, parse
now = datetime(2026, 1, 1, tzinfo=UTC)
ENDLESS = "count(for i in 1..20000 return for j in 1..20000 return i * j)"
def value(text):
    return FEEL.evaluate(text, {}, now=now)
def burn():
    try:
        value(ENDLESS)
    except Exception:
        pass
"""
PLAIN = "print(value('1 + 1'))"
FORKED = """
value('1')
children = []
for number in range(2):
    pid = os.fork()
    if pid == 0:
        right = value('2 + 2') == 4 and parse('in_child > 1').names == {'in_child'}
        sys.exit(0 if right else 3)
    children.append(pid)
codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
print(value('1 + 1') if codes == [0, 0] else codes)
"""
BUSY_DAEMON = """
def loop():
    while True:
        value('count(for i in 1..500 return i)')
for _ in range(3):
    threading.Thread(target=loop, daemon=True).start()
time.sleep(0.2)
print(value('1 + 1'))
sys.stdout.flush()
sys.stderr = open(os.devnull, 'w')
"""
BURNING_DAEMON = """
value('1')
threading.Thread(target=burn, daemon=True).start()
time.sleep(0.05)
print(value('1 + 1'))
"""
POOL_OF_PROCESSES = """
value('1')
import multiprocessing
with multiprocessing.get_context('fork').Pool(2) as pool:
    print(2 if pool.map(value, ['1 + 1'] * 6) == [2] * 6 else 'wrong')
"""
AFTER_A_TIMEOUT = "burn()\nprint(value('1 + 1'))"
SCRIPTS = {
    "plain": PLAIN,
    "forked": FORKED,
    "busy daemon threads": BUSY_DAEMON,
    "burning daemon thread": BURNING_DAEMON,
    "pool of processes": POOL_OF_PROCESSES,
    "after a time-out": AFTER_A_TIMEOUT,
}


def start(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Return (exit code, output, complaints) of a process that must end by itself."""
    try:
        output, complaints = process.communicate(timeout=40)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail("the process hangs at its exit")
    return process.returncode, output, complaints


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_process_answers_and_ends(name):
    assert ended(start(SCRIPTS[name])) == (0, "2\n", "")


def test_processes_side_by_side_all_end():
    processes = [start(PLAIN) for _ in range(6)]

    assert [ended(process) for process in processes] == [(0, "2\n", "")] * 6


def test_importing_the_package_starts_no_isolate():
    script = (
        "import service.feel.isolate as isolate; print(len(isolate.SHARED._made), threading.active_count())"
    )

    assert ended(start(script)) == (0, "0 1\n", "")


def test_a_closed_engine_starts_again_when_it_is_needed():
    feel = Feel()
    assert feel.evaluate("1 + 1", {}, now=NOW) == 2

    feel.close()

    assert feel.evaluate("2 + 2", {}, now=NOW) == 4


def test_isolates_are_made_as_needed_and_kept():
    pool = Pool(size=2)

    with pool.isolate() as first, pool.isolate() as second:
        pass
    with pool.isolate() as again:
        pass

    pool.close()
    assert first is not second
    assert again in (first, second)


def test_an_isolate_that_failed_is_replaced():
    pool = Pool(size=1)

    with pytest.raises(KeyError), pool.isolate() as failed:
        raise KeyError
    with pool.isolate() as fresh:
        answer = fresh.ask('{"request":"parse","sources":[["1",false]]}', seconds=5)

    pool.close()
    assert fresh is not failed
    assert '"problems":[]' in answer


def test_an_isolate_closed_while_it_was_lent_is_not_lent_again():
    pool = Pool(size=1)

    with pool.isolate() as lent:
        pool.close()
    with pool.isolate() as fresh:
        pass

    pool.close()
    assert fresh is not lent


def test_an_engine_begun_inside_an_event_loop_works_there_and_outside():
    feel = Feel(calendar=official_calendar())

    async def inside() -> int:
        return feel.evaluate("1 + 1", {}, now=NOW)

    # In a thread of its own: this one may have a running loop already, left by a browser test.
    with ThreadPoolExecutor(1) as beside:
        results = [beside.submit(asyncio.run, inside()).result(), feel.evaluate("2 + 2", {}, now=NOW)]

    feel.close()
    assert results == [2, 4]
