"""A file of declarations: sections of names, read by their shape, each with the line it stands in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.wording import Text
from service.yaml_lines import Lines, UnreadableYaml, parse


@dataclass
class Declarations:
    """One file, read section by section: what does not have its shape is noted in `findings` and left out."""

    file: str
    data: Lines
    findings: list[Finding] = field(default_factory=list)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def parse(cls, file: str, content: bytes, sections: Collection[str]) -> Declarations:
        """Return the declarations of a file; one that is no YAML has none, and a finding that says so."""
        try:
            found = cls(file, parse(content))
        except UnreadableYaml as error:
            reason = Text("The file cannot be read: {reason}.", reason=error.reason)
            unreadable = Finding(file, error.line, "", "error", "not-yaml", reason)
            return cls(file, Lines(), [unreadable])
        for name in found.data:
            found.lines[str(name), ""] = found.data.line_of(name)
            found.word(found.data, str(name), str(name), sections)
        return found

    def section(self, name: str) -> Lines:
        """Return a section's entries, none when it is left out, and remember their lines."""
        found = self.entries(self.data, name)
        self.lines |= {(name, key): line for key, line in found.lines.items()}
        return found

    def entries(self, holder: Lines, name: str) -> Lines:
        """Return the entries under a name, none when it is left out."""
        found = holder.get(name)
        if found is None:
            return Lines()
        if not isinstance(found, Lines):
            self.shape(holder.line_of(name), name, Text("names, each with what it means"))
            return Lines()
        entries = Lines({str(key): value for key, value in found.items()})
        entries.line = found.line
        entries.lines = {str(key): line for key, line in found.lines.items()}
        return entries

    def names(self, holder: Lines, key: str) -> tuple[str, ...]:
        """Return the texts listed under a key, none when it is left out."""
        found = holder.get(key)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            self.shape(holder.line_of(key), key, Text("a list of names in brackets"))
            return ()
        return tuple(found)

    def text(self, holder: Lines, key: str) -> str:
        """Return the text under a key, "" when it is left out."""
        found = holder.get(key)
        if found is None or isinstance(found, (str, int, float)):
            return "" if found is None else str(found)
        self.shape(holder.line_of(key), key, Text("a text"))
        return ""

    def truth(self, holder: Lines, key: str) -> bool:
        """Return whether a key says true; False when it is left out."""
        found = holder.get(key, False)
        if not isinstance(found, bool):
            self.shape(holder.line_of(key), key, Text("true or false"))
        return found is True

    def word(self, holder: Lines, name: str, word: Any, known: Collection[str]) -> str:
        """Return a word of a closed vocabulary; an unknown one is noted with the nearest known one."""
        if word not in known:
            hint = suggestion(str(word), known)
            message = Text("{word!r} is not known here.{hint}", word=str(word), hint=hint)
            self.error(holder.line_of(name), "unknown-word", message, name)
        return str(word)

    def shape(self, line: int, name: str, wanted: Text) -> None:
        """Note that something is not written as it should be."""
        text = Text("{name!r} is not written as expected: {wanted}.", name=name, wanted=wanted)
        self.error(line, "declaration-shape", text, name)

    def error(self, line: int, code: str, message: Text, element: str = "") -> None:
        self.findings.append(Finding(self.file, line, element, "error", code, message))
