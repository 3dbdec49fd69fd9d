"""What is to be run: files and folders sorted by folder, each with its people and drawings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from service.runtime.scenarios import sources
from service.runtime.scenarios.people import Person, read_people
from service.runtime.scenarios.sources import UnderTest

COMPANY = "公司"
"""The file beside the demo's scenarios that says what the company may spend."""
TABLES = "tables"
"""The folder of the table cases, within that of the scenarios."""
Source = Callable[[Path], UnderTest]
"""Says for a folder of scenarios which files they test."""


@dataclass(frozen=True)
class Suite:
    """Scenarios and table cases of one folder: the same people play them on the same files."""

    scenarios: tuple[Path, ...]
    tables: tuple[Path, ...]
    people: tuple[Person, ...]
    tested: UnderTest

    @property
    def names(self) -> tuple[str, ...]:
        """Return the accounts of the people."""
        return tuple(person.name for person in self.people)

    @property
    def is_whole(self) -> bool:
        """Say whether these are all the scenarios of their folder."""
        return all(set(scenarios_in(path.parent)) <= set(self.scenarios) for path in self.scenarios)


def suites(paths: Iterable[Path], source: Source = sources.beside) -> list[Suite]:
    """Return what these files and folders ask for; a folder brings its table cases with it."""
    by_folder: dict[Path, list[Path]] = {}
    for path in paths:
        for each in [*scenarios_in(path), *tables_in(path)] if path.is_dir() else [path]:
            by_folder.setdefault(each.parent, []).append(each)
    return [_suite(folder, files, source(folder)) for folder, files in by_folder.items()]


def scenarios_in(folder: Path) -> list[Path]:
    """Return the files of a folder by name; beside scenarios only the demo's company may stand."""
    return [path for path in sorted(folder.glob("*.yaml")) if path.stem != COMPANY]


def tables_in(folder: Path) -> list[Path]:
    """Return the table cases that belong to a folder of scenarios, by name."""
    return sorted((folder / TABLES).glob("*.yaml"))


def _suite(folder: Path, files: list[Path], tested: UnderTest) -> Suite:
    tables = tuple(path for path in files if sources.is_table(path))
    scenarios = tuple(path for path in files if path not in tables)
    return Suite(scenarios, tables, read_people(folder) if scenarios else (), tested)
