"""Where the drawings, the forms and the built browser assets are.

In a checkout and in an editable install `processes/` and `forms/` stand beside `service/`;
in a wheel they are installed inside it. Nobody else needs to know which of the two it is.
"""

from __future__ import annotations

from pathlib import Path

from service import manifest
from service.errors import ServiceError
from service.wording import Text

PACKAGE = Path(__file__).resolve().parent


class MissingResources(ServiceError):
    """The installation is incomplete: a folder that belongs to it is missing. Install it again."""


def folder(name: str) -> Path:
    """Return the folder `processes` or `forms` of this installation; MissingResources when there is none."""
    for candidate in (PACKAGE / name, PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise MissingResources(
        Text(
            "No folder {name!r} in {package} nor beside it. Install Countersign again.",
            name=name,
            package=str(PACKAGE),
        )
    )


def processes() -> Path:
    """Return the folder of the drawings and decision tables."""
    return folder("processes")


def forms() -> Path:
    """Return the folder of the forms."""
    return folder("forms")


def scenarios() -> Path:
    """Return the folder of the scenario tests, which may be absent."""
    return processes() / "scenarios"


def demo() -> Path:
    """Return the folder of the demo company: scenarios that are played into a new database."""
    return processes() / "demo"


def manifest_files() -> dict[str, bytes]:
    """Return everything this installation brings to deploy: file name → content.

    Drawings, decision tables, forms and their parts, and what they are checked against.
    """
    paths = manifest.by_name([*manifest.files_in(processes()), *manifest.files_in(forms())])
    return {name: path.read_bytes() for name, path in paths.items()}
