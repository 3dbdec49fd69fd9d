"""Which drawings, tables and forms scenarios test: those beside them, those that are named, or those live."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from service import manifest, resources
from service.runtime.step.context import Application
from service.store import manifests
from service.wording import Text, joined

_MODELS = (".bpmn", ".dmn")
_SCENARIO = re.compile(r"^(?:场景|决策表)\s*:", re.MULTILINE)
_TABLE = re.compile(r"^决策表\s*:", re.MULTILINE)
# From the folder of a scenario upwards: processes/scenarios/tables is the deepest that we keep.
_LEVELS = 3


@dataclass(frozen=True)
class UnderTest:
    """Files by name, and where they come from, to be told."""

    files: Mapping[str, bytes]
    origin: str
    # Those that somebody named, whatever stands beside them; none: all of them are meant.
    named: frozenset[str] = frozenset()

    def under(self, paths: Mapping[str, Path]) -> UnderTest:
        """Return these files by name, and with them what of mine they do not replace."""
        if not paths:
            return self
        files = manifest.laid_over(self.files, {name: path.read_bytes() for name, path in paths.items()})
        named = joined([Text(str(path)) for path in paths.values()], "{first}, {rest}")
        rest = Text("{named}; the rest: {rest}", named=named, rest=self.origin)
        return UnderTest(files, rest if len(files) > len(paths) else named, frozenset(paths))


def beside(folder: Path) -> UnderTest:
    """Return what stands beside a folder of scenarios: the drawings around it, and their forms.

    Where no drawing stands beside them it is what this installation brings, and `origin` says so.
    """
    for place in [folder.resolve(), *folder.resolve().parents][:_LEVELS]:
        for drawings in (place, place / "processes"):
            if any(path.suffix in _MODELS for path in manifest.files_in(drawings)):
                return _in(drawings, *_forms_of(drawings))
    found = installed()
    return UnderTest(
        found.files,
        Text("{installed} (no drawing stands beside {folder})", installed=found.origin, folder=str(folder)),
    )


def around(paths: Iterable[Path]) -> UnderTest:
    """Return what files belong to: the set beside them, known by its organisation, else the installed one.

    A set without forms of its own is asked about with the installed ones.
    """
    folders = dict.fromkeys(path if path.is_dir() else path.parent for path in map(Path.resolve, paths))
    for folder in folders:
        for place in (folder, folder / "processes", folder.parent, folder.parent / "processes"):
            if (place / manifest.ORGANISATION).is_file():
                has_forms = _forms_of(place) or any(place.glob("*.form"))
                return _in(place, *(_forms_of(place) if has_forms else [resources.forms()]))
    return installed()


def installed() -> UnderTest:
    """Return what this installation brings."""
    return _in(resources.processes(), resources.forms())


def live(app: Application) -> UnderTest:
    """Return what is deployed. NotFound while nothing is."""
    with app.db.read() as session:
        deployment = app.live(session=session).deployment_id
        files = manifests.files_of(session, deployment)
    return UnderTest(
        files, Text("deployment {id}, which is live ({count} files)", id=deployment, count=len(files))
    )


def is_scenario(path: Path) -> bool:
    """Say whether a file holds a scenario or table cases, or a folder such files."""
    if path.is_dir():
        return any(map(is_scenario, path.glob("*.yaml")))
    return path.suffix == ".yaml" and bool(_SCENARIO.search(_text(path)))


def is_table(path: Path) -> bool:
    """Say whether a file holds table cases."""
    return bool(_TABLE.search(_text(path)))


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.is_file() else ""


def _forms_of(drawings: Path) -> list[Path]:
    return [each for each in (drawings / "forms", drawings.parent / "forms") if each.is_dir()][:1]


def _in(*folders: Path) -> UnderTest:
    found = {folder: manifest.files_in(folder) for folder in folders}
    paths = manifest.by_name([path for inside in found.values() for path in inside])
    told = [
        Text("{folder} ({count} files)", folder=str(folder), count=len(inside))
        for folder, inside in found.items()
    ]
    files = {name: path.read_bytes() for name, path in paths.items() if not is_scenario(path)}
    return UnderTest(files, joined(told, "{first}, {rest}"))
