"""The built browser assets: which files an island needs, in which form they travel, how long they are kept.

Vite writes `static/dist/manifest.json`: source name → hashed file, its style sheets, the chunks it imports.
"""

from __future__ import annotations

import json
import logging
import mimetypes
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory, url_for
from markupsafe import Markup
from werkzeug.security import safe_join

HASHED = "/static/dist/assets/"
ONE_YEAR = "public, max-age=31536000, immutable"
ENDINGS = {"br": ".br", "gzip": ".gz"}
"""What the build puts beside a file: encoding → ending, the smaller one first."""

log = logging.getLogger(__name__)


class Assets:
    """The manifest of one build; read again when the file changes, so that a rebuild needs no restart."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "dist" / "manifest.json"
        self._read_at = -1.0
        self._entries: Mapping[str, Any] = {}

    def tags(self, island: str) -> Markup:
        """Return the `<link>` and `<script>` elements of an island (`base`, `form`, `diagram`, `chart`)."""
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


class BuiltFiles:
    """The view of the built files: each in the smallest form the browser takes and the build has made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, filename: str) -> Response:
        encoding = next((each for each in ENDINGS if self._has(filename, each)), None)
        if encoding is None:
            response = send_from_directory(self._folder, filename)
        else:
            kind, _ = mimetypes.guess_type(filename)
            response = send_from_directory(self._folder, filename + ENDINGS[encoding], mimetype=kind)
            response.content_encoding = encoding
        response.vary.add("Accept-Encoding")
        if request.path.startswith(HASHED):
            response.headers["Cache-Control"] = ONE_YEAR
        return response

    def _has(self, filename: str, encoding: str) -> bool:
        path = safe_join(str(self._folder), filename + ENDINGS[encoding])
        return request.accept_encodings.quality(encoding) > 0 and path is not None and Path(path).is_file()


def install(app: Flask) -> None:
    """Give templates `island(name)`, and serve the built files."""
    folder = Path(app.static_folder or "")
    app.add_template_global(Assets(folder).tags, "island")
    app.view_functions["static"] = BuiltFiles(folder)
