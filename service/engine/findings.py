"""What the deployment check says about a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing to mend: where it stands, how bad it is, and what to do about it.

    `line` counts from 1 (0: the file as a whole); `element` is the id in the drawing or table, or "".
    """

    file: str
    line: int
    element: str
    severity: Severity
    code: str
    message: str

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "element": self.element,
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
        }

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.element or '-'} {self.severity} {self.code} {self.message}"
