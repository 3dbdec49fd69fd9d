"""Sending a file to keep, never to show."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

from service.runtime.step.sheets import plain_cell

CSV = "text/csv; charset=utf-8"
JSON = "application/json; charset=utf-8"


def csv_of(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Return a table for spreadsheets: UTF-8 with its mark, and no cell that is a formula."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(heads)
    sheet.writerows([plain_cell(cell) for cell in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()


def as_download(content: bytes, name: str, kind: str = "application/octet-stream") -> Response:
    """Return `content` as a download under `name`; browsers neither guess its kind nor run it."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, content_type=kind, headers=headers)
