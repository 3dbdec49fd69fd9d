"""The how-tos are true: what they name exists, and those that write code are carried out to the letter."""

from __future__ import annotations

import argparse
import importlib.util
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap
from service import cli
from tests.setup.how_tos import HOW_TOS, ROOT, blocks, carry_out, commands, made_by

DOCUMENTS = [*HOW_TOS, ROOT / "CONTRIBUTING.md", ROOT / "README.md", ROOT / "README.zh-CN.md"]
TRIED = [document for document in HOW_TOS if any(block.kind == "diff" for block in blocks(document))]
COLUMN = ROOT / "docs" / "how-to" / "add-a-column.md"
COPIED = ("service", "tests", "processes", "forms", "setup.cfg", "babel.cfg")
SCRIPTS = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["scripts"]
EVERYDAY = {"cp", "rm", "git", "sh"}
LONG = {"tests/engine/test_random_processes.py", "tests/runtime/releases/test_frozen_cases.py"}
"""What the suite itself runs for a minute, and what an addition that nothing uses yet cannot break."""


def name(document: Path) -> str:
    return document.stem


def test_every_how_to_is_found_from_the_way_in():
    for start in ("README.md", "README.zh-CN.md"):
        text = (ROOT / start).read_text(encoding="utf-8")

        assert [each.name for each in HOW_TOS if f"(docs/how-to/{each.name})" not in text] == [], start


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_exists(document):
    for command in commands(document):
        words = shlex.split(command)
        while words:
            here, words = _one(words)
            assert _exists(here, made_by(document)), command


def _one(words: list[str]) -> tuple[list[str], list[str]]:
    """Split off the first of commands joined by `&&`."""
    end = words.index("&&") if "&&" in words else len(words)
    return words[:end], words[end + 1 :]


def _exists(words: list[str], made: set[str]) -> bool:
    program, *rest = words
    if program == "python3" and rest[0] == "bootstrap.py":
        return rest[1] in bootstrap.COMMANDS
    if program == ".venv/bin/python":
        return rest[0] == "-m" and _is_module(rest[1]) and _paths_exist(rest[2:], made)
    if program == ".venv/bin/countersign":
        return rest[0] in _countersign_commands() and _paths_exist(rest[1:], made)
    if program == "npm":
        return rest[-1] in SCRIPTS
    if program.startswith(".venv/bin/"):
        return (Path(sys.executable).parent / Path(program).name).exists()
    return program in EVERYDAY


def _is_module(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _paths_exist(words: list[str], made: set[str]) -> bool:
    paths = [word for word in words if "/" in word and not word.startswith("-")]
    return all(path in made or next(ROOT.glob(path), None) is not None for path in paths)


def _countersign_commands() -> set[str]:
    parser = cli._parser()
    actions = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    return {command for action in actions for command in action.choices}


@pytest.fixture
def tree(tmp_path) -> Path:
    """A copy of what a how-to may change, without what is built from it."""
    return _copied(tmp_path)


def _copied(folder: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "static", "assets")
    for each in COPIED:
        copy = shutil.copytree if (ROOT / each).is_dir() else shutil.copy
        copy(ROOT / each, folder / each, **({"ignore": ignored} if copy is shutil.copytree else {}))
    return folder


def test_a_migration_takes_the_number_after_the_newest_one(tree):
    versions = tree / "service" / "migrations" / "versions"
    (versions / "0041_later.py").write_text('revision = "0041"\n', encoding="utf-8")

    made = carry_out(COLUMN, tree)

    [migration] = versions.glob("*_priority.py")
    assert str(migration.relative_to(tree)) in made
    assert migration.name == "0042_priority.py"
    assert 'revision = "0042"\ndown_revision = "0041"\n' in migration.read_text(encoding="utf-8")


def test_an_example_that_somebody_has_built_is_left_as_it_is(tree):
    made = carry_out(COLUMN, tree)
    before = {path: (tree / path).read_text(encoding="utf-8") for path in made}

    assert carry_out(COLUMN, tree) == made
    assert {path: (tree / path).read_text(encoding="utf-8") for path in made} == before


def test_where_a_how_to_does_not_fit_its_line_is_named(tree):
    (tree / "tests/runtime/tasks/test_priority.py").write_text("ours", encoding="utf-8")

    with pytest.raises(
        AssertionError, match=r"docs/how-to/add-a-column\.md:\d+: tests/runtime/tasks/test_pr"
    ):
        carry_out(COLUMN, tree)


@pytest.mark.parametrize("document", TRIED, ids=name)
def test_what_it_writes_fits_and_is_written_as_the_rest(document, tree):
    made = carry_out(document, tree)

    assert _tests(document)
    style = [sys.executable, "-m", "ruff", "format", "--check", "--line-length", "110", *sorted(made)]
    templates = {each for each in style if each.endswith(".html")}
    done = subprocess.run(
        [word for word in style if word not in templates],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_carried_out_to_the_letter_they_work(tmp_path):
    """All in one tree, and their tests in one run: each run begins with a company of its own."""
    tree = _copied(tmp_path)
    asked = [_chosen(command) for document in TRIED for command in _tests(document)]
    for document in TRIED:
        carry_out(document, tree)

    paths = sorted({path for paths, _ in asked for path in paths})
    chosen = " or ".join(sorted({words for _, words in asked}))
    words = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", *paths, "-k", chosen]
    done = subprocess.run(words, cwd=tree, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert [path for path in paths if f"PASSED {path}::" not in done.stdout] == []


def _tests(document: Path) -> list[str]:
    """Return the runs of tests that a how-to asks for, but for those that take a minute."""
    runs = [command for command in commands(document) if command.startswith(".venv/bin/python -m pytest")]
    return [command for command in runs if not LONG.issuperset(shlex.split(command)[3:])]


def _chosen(command: str) -> tuple[list[str], str]:
    """Return the files of a run of tests, and what chooses its tests among those of other runs."""
    paths, _, wanted = command.partition(" -k ")
    files = shlex.split(paths)[3:]
    [of] = shlex.split(wanted) or ["test"]
    return files, " or ".join(f"({Path(file).stem} and ({of}))" for file in files)
