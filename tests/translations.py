"""Keeps the catalogue up with the code: `python -m tests.translations`.

What is new is added at the end with an empty `msgstr`, what is used no more is taken out, every other line
stays as it is.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "service" / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
COMMAND = "python -m tests.translations"

Key = str | tuple[str, ...]


def texts() -> dict[Key, Message]:
    """Return every text of the code by its English, with where it stands."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        command = f"-m babel.messages.frontend -q extract -F babel.cfg -k _ -o {template} service"
        subprocess.run([sys.executable, *command.split()], cwd=ROOT, check=True)
        return _read(template.read_bytes())


def literals() -> set[Key]:
    """Return every string of the code: an error's message is translated where it is shown, unmarked."""
    trees = (ast.parse(path.read_bytes()) for path in (ROOT / "service").rglob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def translations() -> dict[Key, Message]:
    """Return every entry of the catalogue by its English."""
    return _read(CATALOGUE.read_bytes())


def updated(catalogue: str, wanted: Mapping[Key, Message], used: Collection[Key]) -> str:
    """Return a catalogue without texts that are neither wanted nor used, the missing ones at its end."""
    head, *entries = catalogue.strip("\n").split("\n\n")
    by_key = {key: entry for entry in entries for key in _read(entry.encode())}
    kept = [entry for key, entry in by_key.items() if key in wanted or key in used]
    added = [message for key, message in wanted.items() if key not in by_key]
    return "\n\n".join([head, *kept, *_written(added)]) + "\n"


def _written(messages: Iterable[Message]) -> list[str]:
    empty = Catalog()
    for message in messages:
        empty.add(message.id, flags=message.flags)
    written = BytesIO()
    write_po(written, empty, width=0, omit_header=True)
    text = written.getvalue().decode().strip("\n")
    return text.split("\n\n") if text else []


def _read(content: bytes) -> dict[Key, Message]:
    # Without its head a part of a catalogue has the plural forms of English, as the template has.
    found = read_po(BytesIO(content), locale="zh_Hans_CN" if b"Plural-Forms: nplurals=1" in content else "en")
    return {_key(message): message for message in found if message.id}


def _key(message: Message) -> Key:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def main() -> int:
    after = updated(CATALOGUE.read_text(encoding="utf-8"), texts(), literals())
    CATALOGUE.write_text(after, encoding="utf-8")
    empty = [str(key) for key, message in translations().items() if not is_said(message)]
    print("\n".join(["to be put into Chinese:", *empty]) if empty else "every text has its Chinese")
    return 0


def is_said(message: Message) -> bool:
    """Say whether an entry has its Chinese."""
    return bool(message.string if isinstance(message.string, str) else all(message.string))


if __name__ == "__main__":
    sys.exit(main())
