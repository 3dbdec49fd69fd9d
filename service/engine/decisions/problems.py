"""What is wrong inside one decision, gathered while its file is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from service.engine.files.findings import Finding
from service.engine.files.xml import Tag
from service.wording import Text


@dataclass
class Problems:
    """The problems of one decision of a file, each at its line; never raised."""

    file: str
    decision: str
    found: list[Finding] = field(default_factory=list)

    def add(self, at: Tag, code: str, message: Text) -> None:
        self.found.append(Finding(self.file, at.line, at.id or self.decision, "error", code, message))

    def unsupported(self, at: Tag, what: str) -> None:
        message = Text("A {what} is not supported; use a table or a literal expression.", what=what)
        self.add(at, "decision-unsupported", message)

    def only_feel(self, at: Tag) -> None:
        language = at.get("expressionLanguage", "feel")
        if not re.search(r"feel", language, re.IGNORECASE):
            message = Text("The language {language!r} is not supported; write FEEL.", language=language)
            self.add(at, "decision-language", message)

    def expression(self, at: Tag, what: Text) -> str:
        """Return the expression written there; an empty one is a problem."""
        text = written(at).removeprefix("=").strip()
        if not text:
            message = Text("{what} is empty; write a FEEL expression.", what=what)
            self.add(at, "decision-input", message)
        return text


def written(at: Tag | None) -> str:
    """Return the text of an element, or of the `text` element inside it; "" for None."""
    if at is None:
        return ""
    inner = at.first("text")
    return (at if inner is None else inner).text
