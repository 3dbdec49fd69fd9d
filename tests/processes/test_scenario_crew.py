"""Many scenarios at once: in several processes, told in the order of the files, and never left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.runtime.scenarios import crew, run_paths
from tests.processes.test_scenario_runner import HEAD, drawn, folder

__all__ = ["folder"]


def written(folder: Path, count: int) -> list[str]:
    """Write scenarios of one request each, every third of which expects too much; return their names."""
    names = [f"S{number:02}" for number in range(count)]
    for number, name in enumerate(names):
        end = "refused" if number % 3 == 2 else "granted"
        steps = f"  - 办到: 结束\n  - 期望: {{结束: {end}}}\n"
        (folder / f"{name}.yaml").write_text(HEAD.replace("申请", name) + steps, encoding="utf-8")
    return names


def test_several_processes_tell_the_same_as_one_in_the_same_order(folder: Path) -> None:
    names = written(folder, 5)
    alone: list[str] = []
    together: list[str] = []

    assert not run_paths([folder], source=drawn, tell=alone.append, processes=1)
    assert not run_paths([folder], source=drawn, tell=together.append, processes=2)

    told = [line.split()[:2] for line in together if line.startswith(("passed", "FAILED"))]
    assert told == [["FAILED" if number % 3 == 2 else "passed", name] for number, name in enumerate(names)]
    assert _without_times(alone) == _without_times(together)


def test_a_few_scenarios_start_no_other_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_args: object, **_options: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(crew, "ProcessPoolExecutor", forbidden)
    written(folder, 2)

    assert run_paths([folder], source=drawn, tell=lambda line: None)


def test_a_process_that_dies_is_told_and_the_others_end(folder: Path) -> None:
    written(folder, 3)

    with pytest.raises(crew.CrewLost):
        _played_until_one_dies(folder)

    assert multiprocessing.active_children() == []


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal here")
def test_an_interrupt_ends_every_process_without_a_traceback(tmp_path: Path) -> None:
    told, complaints, code = _interrupted(tmp_path)

    assert code == 130
    assert "Traceback" not in complaints
    assert "Tested" in told


def _interrupted(tmp_path: Path) -> tuple[str, str, int]:
    """Run the company's scenarios as in a terminal, interrupt them when the first is told."""
    env = {**os.environ, "LC_ALL": "en_US.UTF-8", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", "import sys; from service.cli import main; sys.exit(main(['test']))"]
    running = subprocess.Popen(
        command,
        env=env,
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert running.stdout is not None
    told = running.stdout.readline()
    time.sleep(0.5)
    os.killpg(running.pid, signal.SIGINT)
    rest, complaints = running.communicate(timeout=120)
    assert list(tmp_path.iterdir()) == []
    return told + rest, complaints, running.returncode


def _played_until_one_dies(folder: Path) -> None:
    with crew.crew(3, processes=2) as players:
        assert players._executor is not None
        players._executor.submit(os._exit, 9)
        list(players.play(folder, (), sorted(folder.glob("*.yaml"))))


def _without_times(lines: list[str]) -> list[str]:
    return [
        " ".join(word for word in line.split(" ") if not word.replace(".", "").isdigit()) for line in lines
    ]
