"""The how-tos as something to carry out: files to write, lines to change, commands to give."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOW_TOS = sorted((ROOT / "docs" / "how-to").glob("*.md"))

_BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<body>.*?)^(?P=indent)```$", re.M | re.S)
_PATH = re.compile(r"`([\w./-]+/[\w.-]+\.\w+)`")


@dataclass(frozen=True)
class Block:
    """One fenced block. `file` is the last file named before it; "" where none is."""

    kind: str
    text: str
    file: str

    @property
    def is_file(self) -> bool:
        """A whole module begins with its docstring, a template with what it extends."""
        return bool(self.file) and self.text.startswith(('"""', "{% extends"))


def blocks(document: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a document in their order."""
    text, end, file = document.read_text(encoding="utf-8"), 0, ""
    for found in _BLOCK.finditer(text):
        named = _PATH.findall(text[end : found.start()])
        # Two changes of one file may follow each other without naming it again.
        file = named[-1] if named else file if found["kind"] == "diff" else ""
        yield Block(found["kind"], textwrap.dedent(found["body"]), file)
        end = found.end()


def made_by(document: Path) -> set[str]:
    """Return the files and folders that a how-to has its reader write or copy."""
    copies = (shlex.split(command)[-1] for command in commands(document) if command.startswith("cp "))
    return {block.file for block in blocks(document) if block.is_file}.union(copies)


def commands(document: Path) -> list[str]:
    """Return the commands a document gives, without what is said about them."""
    lines = [
        line for block in blocks(document) if block.kind in ("", "sh") for line in block.text.splitlines()
    ]
    return [line.split("  #")[0].strip() for line in lines if line.strip()]


def carry_out(document: Path, tree: Path) -> None:
    """Write the files and change the lines of a how-to in a copy of the tree.

    AssertionError where they do not fit.
    """
    for block in blocks(document):
        target = tree / block.file
        if block.is_file:
            assert not target.exists(), f"{block.file} is there already"
            target.write_text(block.text, encoding="utf-8")
        elif block.kind == "diff":
            before, after = _sides(block.text)
            content = target.read_text(encoding="utf-8")
            assert content.count(before) == 1, (
                f"{block.file} has these lines {content.count(before)} times:\n{before}"
            )
            target.write_text(content.replace(before, after), encoding="utf-8")


def _sides(diff: str) -> tuple[str, str]:
    lines = [line or " " for line in diff.splitlines()]
    before = [line[1:] for line in lines if line[0] in " -"]
    after = [line[1:] for line in lines if line[0] in " +"]
    return "\n".join(before) + "\n", "\n".join(after) + "\n"
