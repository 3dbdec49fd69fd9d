"""What a manifest holds, by name: the one list of the kinds of files, and where a folder keeps them.

Names in a manifest are plain: a form part stands in `forms/parts`, and is called like any form.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath

from service.errors import InvalidInput
from service.wording import Text

KINDS = {".bpmn": "bpmn", ".dmn": "dmn", ".form": "form", ".yaml": "yaml"}
SUFFIXES = tuple(KINDS)
ORGANISATION = "organisation.yaml"
PARTS = "parts"
"""The folder of the form parts, within that of the forms."""


def kind_of(name: str) -> str | None:
    """Return bpmn, dmn, form or yaml; None for a file that no manifest holds."""
    return KINDS.get(PurePath(name).suffix)


def files_in(folder: Path) -> list[Path]:
    """Return the files of a folder that belong into a manifest, form parts included, in a fixed order."""
    places = [folder, folder / PARTS]
    inside = [path for place in places if place.is_dir() for path in sorted(place.iterdir())]
    return [path for path in inside if path.is_file() and kind_of(path.name)]


def by_name(paths: Iterable[Path]) -> dict[str, Path]:
    """Return files by their name in a manifest; InvalidInput when two have the same."""
    found: dict[str, Path] = {}
    for path in paths:
        other = found.setdefault(path.name, path)
        if other.resolve() != path.resolve():
            raise InvalidInput(
                Text(
                    "{one} and {other} have the same name: rename one of them.",
                    one=str(other),
                    other=str(path),
                )
            )
    return found
