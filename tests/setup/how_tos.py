"""The how-tos as something to carry out: files to write, lines to change, commands to give."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOW_TOS = sorted((ROOT / "docs" / "how-to").glob("*.md"))

_BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<body>.*?)^(?P=indent)```$", re.M | re.S)
_MIGRATION = re.compile(r"(?P<folder>service/migrations/versions/)(?P<number>\d{4})(?P<name>\w+)\.py")
_REVISION = re.compile(r'^down_revision = "\d{4}"$', re.M)
_PATH = re.compile(r"`([\w./-]+/[\w.-]+\.\w+)`")


@dataclass(frozen=True)
class Block:
    """One fenced block, which stands at `place`. `file` is the last one named before it; "" where none is."""

    kind: str
    text: str
    file: str
    place: str

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
        place = f"{document.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}"
        yield Block(found["kind"], textwrap.dedent(found["body"]), file, place)
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


def carry_out(document: Path, tree: Path) -> set[str]:
    """Write the files and change the lines of a how-to in a copy of the tree; return the files it made.

    What stands there to the letter already, because somebody has built the example, is left as it is.
    AssertionError, with the how-to's line, where it does not fit.
    """
    made = set()
    for block in blocks(document):
        if block.is_file:
            numbered = _numbered(block, tree)
            _write(numbered, tree)
            made.add(numbered.file)
        elif block.kind == "diff":
            _change(block, tree)
    return made


def _write(block: Block, tree: Path) -> None:
    target = tree / block.file
    is_free = not target.exists() or target.read_text(encoding="utf-8") == block.text
    assert is_free, f"{block.place}: {block.file} is there already, and says something else"
    target.write_text(block.text, encoding="utf-8")


def _change(block: Block, tree: Path) -> None:
    before, after = _sides(block.text)
    target = tree / block.file
    content = target.read_text(encoding="utf-8")
    if after in content and after not in before:
        return
    times = content.count(before)
    assert times == 1, f"{block.place}: {block.file} has these lines {times} times:\n{before}"
    target.write_text(content.replace(before, after), encoding="utf-8")


def _numbered(block: Block, tree: Path) -> Block:
    """Return a migration under the number after the newest one of the tree; anything else as it is."""
    found = _MIGRATION.fullmatch(block.file)
    if found is None:
        return block
    versions = sorted(path.stem for path in (tree / found["folder"]).glob("[0-9]*.py"))
    others = [each for each in versions if each[4:] != found["name"]]
    newest = int(others[-1][:4])
    text = _REVISION.sub(f'down_revision = "{newest:04}"', block.text)
    text = text.replace(f'\nrevision = "{found["number"]}"', f'\nrevision = "{newest + 1:04}"')
    return replace(block, file=f"{found['folder']}{newest + 1:04}{found['name']}.py", text=text)


def _sides(diff: str) -> tuple[str, str]:
    lines = [line or " " for line in diff.splitlines()]
    before = [line[1:] for line in lines if line[0] in " -"]
    after = [line[1:] for line in lines if line[0] in " +"]
    return "\n".join(before) + "\n", "\n".join(after) + "\n"
