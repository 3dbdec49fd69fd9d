"""Finding the texts of the code for Babel: what `_` marks, what becomes a Text, and what errors say.

An error class is known by its bases, wherever it stands: its docstring, its title and what it is raised with
are texts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from babel.messages.extract import extract_python

Message = tuple[int, object, object, object]
"""What Babel takes: the line, the function's name, the message or messages, the comments."""

# Which argument is the template: of a function by its name, of a method by what it is called on.
TEMPLATES = {
    "Text": 0,
    "joined": 1,
    "report.error": 2,
    "report.warning": 2,
    "reader.misfit": 1,
    "self.misfit": 1,
}
ERROR, FIELD_ERROR = "ServiceError", "FieldError"
AFTER_ITS_CODE = frozenset({"BpmnError", "EngineFailure"})
PACKAGE = Path(__file__).resolve().parents[1]


def extract(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Message]:
    """Yield the messages of a Python file. ValueError where a template is put together beforehand."""
    yield from extract_python(fileobj, keywords, comment_tags, options)
    fileobj.seek(0)
    tree = ast.parse(fileobj.read())
    yield from _templates(tree, getattr(fileobj, "name", "?"))
    yield from _error_classes(tree)


@lru_cache(maxsize=1)
def error_classes() -> frozenset[str]:
    """Return the names of all classes of errors that the service raises on purpose."""
    nodes = (node for path in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(path.read_bytes())))
    bases = {
        node.name: {ast.unparse(base) for base in node.bases}
        for node in nodes
        if isinstance(node, ast.ClassDef)
    }
    found = {ERROR}
    while more := {name for name in bases if name not in found and not found.isdisjoint(bases[name])}:
        found |= more
    return frozenset(found)


def _templates(tree: ast.Module, file: str) -> Iterator[Message]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        template = template_of(call)
        if isinstance(template, ast.JoinedStr | ast.BinOp):
            raise ValueError(
                f"{file}:{template.lineno}: an f-string cannot be translated, name its parameters"
            )
        if isinstance(template, ast.Constant) and isinstance(template.value, str):
            yield template.lineno, None, template.value, []


def template_of(call: ast.Call) -> ast.expr | None:
    """Return the argument of a call that is a text, None for a call that takes none."""
    name = ast.unparse(call.func)
    place = TEMPLATES.get(name)
    if place is None and (name in error_classes() or name == FIELD_ERROR):
        place = int(name in AFTER_ITS_CODE or name == FIELD_ERROR)
    if place is None or len(call.args) <= place:
        return None
    return call.args[place]


def _error_classes(tree: ast.Module) -> Iterator[Message]:
    """Yield the docstrings of the classes, which are their default messages, and their titles."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or node.name not in error_classes():
            continue
        text = ast.get_docstring(node)
        if text:
            yield node.lineno, None, " ".join(text.split()), []
        yield from _titles(node)


def _titles(node: ast.ClassDef) -> Iterator[Message]:
    for line in node.body:
        if not isinstance(line, ast.Assign | ast.AnnAssign) or not isinstance(line.value, ast.Constant):
            continue
        targets = line.targets if isinstance(line, ast.Assign) else [line.target]
        if any(isinstance(target, ast.Name) and target.id == "title" for target in targets):
            yield line.lineno, None, line.value.value, []
