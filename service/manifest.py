"""What a manifest holds, by name: the one list of the kinds of files, and where a folder keeps them.

Names in a manifest are plain: a form part stands in `forms/parts`, and is called like any form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

from service.errors import InvalidInput
from service.wording import Text

ORGANISATION, CASE, GUARANTEES = "organisation.yaml", "case.yaml", "guarantees.yaml"
FIGURES = "figures.yaml"
ENGLISH = "labels.en.json"
_BY_NAME = {ORGANISATION: "yaml", CASE: "yaml", GUARANTEES: "yaml", FIGURES: "yaml", ENGLISH: "json"}
KINDS = {".bpmn": "bpmn", ".dmn": "dmn", ".form": "form", **_BY_NAME}
"""What the name of a file of a manifest ends with, and what kind of file it is then."""
_ENDINGS = {".bpmn20.xml": ".bpmn", ".bpmn": ".bpmn", ".dmn": ".dmn", ".form": ".form"}
PARTS = "parts"
"""The folder of the form parts, within that of the forms."""
# Good enough to see which process or decision a file declares; the check itself parses it properly.
_DECLARED = re.compile(rb"<(?:[\w.-]+:)?(process|decision)\b[^>]*?\bid\s*=\s*[\"']([^\"']+)[\"']")


def plain_name(file_name: str) -> str:
    """Return a file's name in a manifest: some tools write `x.bpmn20.xml` or `X.BPMN`."""
    for written, ending in _ENDINGS.items():
        if file_name.lower().endswith(written):
            return file_name[: -len(written)] + ending
    return file_name


def kind_of(name: str) -> str | None:
    """Return bpmn, dmn, form, yaml or json; None for a file that no manifest holds."""
    return KINDS.get(PurePath(name).suffix) or KINDS.get(name)


def files_in(folder: Path) -> list[Path]:
    """Return the files of a folder that belong into a manifest, form parts included, in a fixed order.

    A YAML file always is one: a name that is none is for the check to tell, not to be passed over.
    """
    places = [folder, folder / PARTS]
    inside = [path for place in places if place.is_dir() for path in sorted(place.iterdir())]
    return [each for each in inside if each.is_file() and _belongs(plain_name(each.name))]


def _belongs(name: str) -> bool:
    return kind_of(name) is not None or name.endswith(".yaml")


def by_name(paths: Iterable[Path]) -> dict[str, Path]:
    """Return files by their name in a manifest; InvalidInput when two have the same."""
    found: dict[str, Path] = {}
    for path in paths:
        other = found.setdefault(plain_name(path.name), path)
        if other.resolve() != path.resolve():
            raise InvalidInput(
                Text(
                    "{one} and {other} have the same name: rename one of them.",
                    one=str(other),
                    other=str(path),
                )
            )
    return found


def laid_over(base: Mapping[str, bytes], given: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return `given` with what else `base` holds: not the files of that name, nor what declares the same."""
    taken = {name for content in given.values() for name in _declared(content)}
    kept = {
        name: content
        for name, content in base.items()
        if name not in given and taken.isdisjoint(_declared(content))
    }
    return {**kept, **given}


def _declared(content: bytes) -> set[tuple[bytes, bytes]]:
    return {(kind, name) for kind, name in _DECLARED.findall(content)}
