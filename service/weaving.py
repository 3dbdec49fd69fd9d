"""Weaving form parts into files: what `countersign weave` writes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from service import resources
from service.checking import find_files
from service.engine.forms import weaving
from service.engine.forms.weaving import Woven


def weave(paths: Iterable[Path]) -> list[tuple[Path, Woven]]:
    """Return what is to be written so that these forms, and those of these folders, hold their parts fresh.

    Parts are looked up among the files first, then among the installed ones. Nothing is written.
    InvalidDeployment carries what hinders the weaving.
    """
    files = find_files(paths)
    given = {name: path.read_bytes() for name, path in files.items()}
    found = weaving.weave({**resources.manifest_files(), **given}, only=given)
    return [(files[name], woven) for name, woven in found.items()]
