"""Gathers the findings of one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from service.engine.files.findings import Finding, Severity
from service.wording import Text


class Placed(Protocol):
    """Something that stands in a file: an element, a flow, a definition, a bare place."""

    @property
    def id(self) -> str: ...

    @property
    def line(self) -> int: ...


@dataclass
class Report:
    """Collects the findings of one file."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def error(self, at: Placed | None, code: str, template: str, /, **params: str | int) -> None:
        """Add an error; `template` and `params` are those of a Text."""
        self._add(at, "error", code, Text(template, **params))

    def warning(self, at: Placed | None, code: str, template: str, /, **params: str | int) -> None:
        """Add a warning; `template` and `params` are those of a Text."""
        self._add(at, "warning", code, Text(template, **params))

    def _add(self, at: Placed | None, severity: Severity, code: str, message: Text) -> None:
        line, element = (at.line, at.id) if at is not None else (0, "")
        self.findings.append(Finding(self.file, line, element, severity, code, message))

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)
