"""Where a component of a form stands in its file: forms are JSON, which keeps no lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from service.engine.files.findings import Finding


def place(findings: Iterable[Finding], files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield the findings, those of a form's component with the line in which it stands."""
    for finding in findings:
        is_unplaced = finding.line == 0 and finding.element and finding.file.endswith(".form")
        yield replace(finding, line=_line(files[finding.file], finding.element)) if is_unplaced else finding


def _line(content: bytes, element: str) -> int:
    """Return the line in which an id, or else a key, is written; 0 when neither is found."""
    for name in ("id", "key", "path"):
        for gap in (": ", ":"):
            at = content.find(f'"{name}"{gap}{json.dumps(element, ensure_ascii=False)}'.encode())
            if at >= 0:
                return content.count(b"\n", 0, at) + 1
    return 0
