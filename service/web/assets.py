"""The built browser assets: which files an island needs, and how long browsers may keep them.

Vite writes `static/dist/manifest.json`: source name → hashed file, its style sheets, the chunks it imports.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, url_for
from markupsafe import Markup

HASHED = "/static/dist/assets/"
ONE_YEAR = "public, max-age=31536000, immutable"

log = logging.getLogger(__name__)


class Assets:
    """The manifest of one build; read again when the file changes, so that a rebuild needs no restart."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "dist" / "manifest.json"
        self._read_at = -1.0
        self._entries: Mapping[str, Any] = {}

    def tags(self, island: str) -> Markup:
        """Return the `<link>` and `<script>` elements of an island (`base`, `form`, `diagram`)."""
        entry = self._manifest().get(f"{island}.js")
        if entry is None:
            return Markup("")
        links = [
            Markup('<link rel="stylesheet" href="{}">').format(self._url(name))
            for name in self._styles(entry)
        ]
        links.append(Markup('<script type="module" src="{}"></script>').format(self._url(entry["file"])))
        return Markup("\n").join(links)

    def _manifest(self) -> Mapping[str, Any]:
        changed_at = self._path.stat().st_mtime if self._path.exists() else 0.0
        if changed_at != self._read_at:
            if not changed_at:
                log.warning("the browser assets are not built (npm run build): pages appear without style")
            self._entries = json.loads(self._path.read_text(encoding="utf-8")) if changed_at else {}
            self._read_at = changed_at
        return self._entries

    def _styles(self, entry: Mapping[str, Any]) -> list[str]:
        """Return the style sheets of an entry and of what it imports, imported ones first, each once."""
        found: dict[str, None] = {}
        for part in (*self._imports(entry), entry):
            found.update(dict.fromkeys(part.get("css", ())))
        return list(found)

    def _imports(self, entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        for name in entry.get("imports", ()):
            yield from self._imports(self._entries[name])
            yield self._entries[name]

    @staticmethod
    def _url(name: str) -> str:
        return url_for("static", filename=f"dist/{name}")


def install(app: Flask) -> None:
    """Give templates `island(name)`, and hashed files a cache time of a year."""
    app.add_template_global(Assets(Path(app.static_folder or "")).tags, "island")
    app.after_request(_cache_hashed_files)


def _cache_hashed_files(response: Response) -> Response:
    if request.path.startswith(HASHED) and response.status_code == 200:
        response.headers["Cache-Control"] = ONE_YEAR
    return response
