"""What the deployment check says about a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from service.wording import Gettext, Text, record_of, translated

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class PathStep:
    """An element on a way through the drawings; `path` are the activities it is called through: "a/b"."""

    process: str
    element: str
    name: str
    path: str = ""

    def as_json(self) -> dict[str, str]:
        return {"process": self.process, "element": self.element, "name": self.name, "path": self.path}


@dataclass(frozen=True)
class Finding:
    """One thing to mend: where it stands, how bad it is, and what to do about it.

    `line` counts from 1 (0: the file as a whole); `element` is the id in the drawing or table, or "".
    `message` is English; as a Text it has its template and params too, and can be said in Chinese. `path` is
    the way through the drawings that shows it, where one does.
    """

    file: str
    line: int
    element: str
    severity: Severity
    code: str
    message: str
    path: tuple[PathStep, ...] = ()
    # What stands on the element in the drawing, for those who do not know it by its id.
    name: str = field(default="", compare=False)

    @property
    def template(self) -> str:
        """Return the msgid behind the message; the message itself when it has none."""
        return getattr(self.message, "template", self.message)

    @property
    def params(self) -> Mapping[str, Any]:
        """Return what was filled into the template."""
        return getattr(self.message, "params", {})

    def as_json(self) -> dict[str, Any]:
        shown = {
            "file": self.file,
            "line": self.line,
            "element": self.element,
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
        }
        return {**shown, "path": [step.as_json() for step in self.path]} if self.path else shown

    def as_record(self) -> dict[str, Any]:
        """Return the finding as JSON that keeps what its message was made of, for `from_record`."""
        return {**self.as_json(), "wording": record_of(self.message)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Finding:
        """Return the finding that was stored as a record."""
        fields = dict(record)
        wording = fields.pop("wording", None)
        path = tuple(PathStep(**step) for step in fields.pop("path", ()))
        return cls(**fields | ({"message": Text.from_record(wording)} if wording else {}), path=path)

    def line_of_text(self, gettext: Gettext = str) -> str:
        """Return the finding as a line for a terminal, its message in the language of `gettext`."""
        where = f"{self.file}:{self.line} {self.element or '-'}"
        said = translated(self.message, gettext)
        if self.name and self.name not in said:
            said = translated(Text("“{name}”: {message}", name=self.name, message=said), gettext)
        return f"{where} {translated(Text(self.severity), gettext)} {self.code} {said}"

    def __str__(self) -> str:
        return self.line_of_text()
