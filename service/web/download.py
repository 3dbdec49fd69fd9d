"""Sending a file to keep, never to show."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response


def as_download(content: bytes, name: str) -> Response:
    """Return `content` as a download under `name`; browsers neither guess its type nor run it."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, mimetype="application/octet-stream", headers=headers)
