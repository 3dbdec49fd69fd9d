"""The set-up skips what is done, does again what changed or broke, and says what failed."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap(tmp_path):
    """The set-up of an empty checkout in a temporary folder."""
    shutil.copy(ROOT / "bootstrap.py", tmp_path)
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", tmp_path / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def installs(bootstrap, tmp_path):
    """Python whose pip only writes down what it is asked for."""
    for name in ("setup.cfg", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name)
    calls = []
    bootstrap.call = lambda command, advice, env=None: calls.append([str(part) for part in command]) or ""
    return calls


def test_packages_are_installed_once(bootstrap, installs):
    bootstrap.install({"pdf"})
    bootstrap.install({"pdf"})

    assert len(installs) == 1
    assert installs[0][-5:] == ["--no-input", "-c", "constraints.txt", "-e", ".[pdf]"]


def test_without_extras_the_project_alone_is_installed(bootstrap, installs):
    bootstrap.install(set())

    assert installs[0][-2:] == ["-e", "."]


def test_more_extras_are_added_to_those_already_there(bootstrap, installs):
    bootstrap.install({"pdf"})
    bootstrap.install({"test"})
    bootstrap.install({"pdf"})

    assert [command[-1] for command in installs] == [".[pdf]", ".[pdf,test]"]


def test_a_changed_lock_file_installs_again(bootstrap, installs, tmp_path):
    bootstrap.install({"pdf"})
    (tmp_path / "constraints.txt").write_text("flask==3.1.4")
    bootstrap.install({"pdf"})

    assert len(installs) == 2


def test_a_failed_installation_is_not_remembered(bootstrap, installs):
    failing = bootstrap.call

    def fail(command, advice, env=None):
        failing(command, advice)
        raise bootstrap.StageFailed("no network")

    bootstrap.call = fail
    for _ in range(2):
        with pytest.raises(bootstrap.StageFailed):
            bootstrap.install({"pdf"})

    assert len(installs) == 2


@pytest.fixture
def assets(bootstrap, tmp_path):
    """A checkout whose npm makes one file; returns the list of npm commands run."""
    (tmp_path / "service" / "assets").mkdir(parents=True)
    (tmp_path / "service" / "feel").mkdir()
    (tmp_path / "service" / "assets" / "base.js").write_text("1")
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_text("{}")
    commands = []

    def npm(command, advice, env=None):
        commands.append(str(command[1]))
        built = tmp_path / "service" / "static" / "dist"
        built.mkdir(parents=True, exist_ok=True)
        (built / "base-1.js").write_text("built")
        return ""

    bootstrap.call = npm
    bootstrap.node_path = lambda: ""
    return commands


def test_assets_are_built_once(bootstrap, assets):
    bootstrap.build_assets()
    bootstrap.build_assets()

    assert assets == ["ci", "run"]


def test_a_changed_source_is_built_again_without_fetching_libraries(bootstrap, assets, tmp_path):
    bootstrap.build_assets()
    (tmp_path / "service" / "assets" / "base.js").write_text("2")
    bootstrap.build_assets()

    assert assets == ["ci", "run", "run"]


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("cut")])
def test_a_damaged_result_is_built_again(bootstrap, assets, tmp_path, damage):
    bootstrap.build_assets()
    damage(tmp_path / "service" / "static" / "dist" / "base-1.js")
    bootstrap.build_assets()

    assert assets == ["ci", "run", "run"]


def test_a_failing_command_shows_its_last_words_and_what_to_do(bootstrap):
    with pytest.raises(bootstrap.StageFailed) as failed:
        bootstrap.call([sys.executable, "-c", "print('the cause'); raise SystemExit(3)"], "Try this.")

    assert all(part in str(failed.value) for part in ("the cause", "code 3", "Try this.", "bootstrap.log"))


def test_a_missing_command_says_what_to_do(bootstrap):
    with pytest.raises(bootstrap.StageFailed, match="Install it"):
        bootstrap.call(["no-such-command"], "Install it.")


def test_a_broken_virtual_environment_is_noticed(bootstrap, tmp_path):
    assert not bootstrap.venv_works()
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.symlink_to("/nonexistent/python3")
    assert not bootstrap.venv_works()


def test_an_old_python_is_told_what_is_needed(bootstrap):
    bootstrap.PYTHON_MINIMUM = (99, 0)

    with pytest.raises(bootstrap.StageFailed, match=r"99\.0"):
        bootstrap.check_python()


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_in_ci_nothing_may_be_missing(bootstrap, monkeypatch):
    bootstrap.prepare = lambda extras: None
    bootstrap.ensure_browser = lambda: ["chromium"]
    bootstrap.ensure_postgres = bootstrap.ensure_redis = lambda services, env: []
    monkeypatch.setenv("CI", "1")

    assert bootstrap.main(["test"]) == 1


def test_a_database_server_without_pg_dump_is_told_of(bootstrap, monkeypatch):
    bootstrap.postgres_answers = lambda url: True
    bootstrap.apt_install = lambda *packages: False
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)

    with contextlib.ExitStack() as services:
        [missing] = bootstrap.ensure_postgres(services, {})

    assert missing.startswith("pg_dump")


def test_the_database_server_of_the_tests_brings_its_own_pg_dump(bootstrap):
    bootstrap.PYTHON = Path(sys.executable)
    bootstrap.postgres_answers = lambda url: False
    env = {}

    with contextlib.ExitStack() as services:
        missing = bootstrap.ensure_postgres(services, env)
        where = env["PATH"].split(os.pathsep)[0]

    assert missing == []
    assert shutil.which("pg_dump", path=where)


def test_without_a_command_the_commands_are_listed():
    done = subprocess.run(
        [sys.executable, "-I", ROOT / "bootstrap.py"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert all(word in done.stdout for word in ("run", "test", "prepare"))


def test_the_set_up_needs_nothing_but_the_standard_library():
    nodes = list(ast.walk(ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"))))

    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}

    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_all_tests_are_shared_out_to_the_processors_but_no_more_than_they_can_stand(bootstrap, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(64)), raising=False)

    assert bootstrap.spread([]) == ["-n", "8"]
    assert bootstrap.spread(["--durations", "10"]) == ["-n", "8"]


def test_on_one_processor_nothing_is_shared_out(bootstrap, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0}, raising=False)

    assert bootstrap.spread([]) == []


@pytest.mark.parametrize(
    "arguments",
    [["tests/domain"], ["tests/test_a.py::test_b", "-q"], ["-k", "yuan"], ["-n", "3"], ["-n0"], ["--pdb"]],
    ids=" ".join,
)
def test_a_part_of_the_tests_stays_in_one_process(bootstrap, tmp_path, arguments):
    (tmp_path / "tests" / "domain").mkdir(parents=True)
    (tmp_path / "tests" / "test_a.py").touch()

    assert bootstrap.spread(arguments) == []
