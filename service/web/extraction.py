"""Finding the texts of the code for Babel: what `_` marks, what becomes a Text, and the error classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePath
from typing import IO, Any

from babel.messages.extract import extract_python

Message = tuple[int, object, object, object]
"""What Babel takes: the line, the function's name, the message or messages, the comments."""

# Which argument is the template: of a function by its name, of a method by what it is called on.
TEMPLATES = {"Text": 0, "joined": 1, "EngineFailure": 1, "report.error": 2, "report.warning": 2}
ERRORS = "errors.py"


def extract(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Message]:
    """Yield the messages of a Python file. ValueError for an f-string where a template is expected."""
    yield from extract_python(fileobj, keywords, comment_tags, options)
    fileobj.seek(0)
    tree = ast.parse(fileobj.read())
    yield from _templates(tree)
    if PurePath(fileobj.name).parts[-2:] == ("service", ERRORS):
        yield from _error_classes(tree)


def _templates(tree: ast.Module) -> Iterator[Message]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        place = TEMPLATES.get(ast.unparse(call.func))
        if place is None or len(call.args) <= place:
            continue
        template = call.args[place]
        if isinstance(template, ast.JoinedStr):
            raise ValueError(f"line {template.lineno}: an f-string cannot be translated, name its parameters")
        if isinstance(template, ast.Constant):
            yield template.lineno, None, template.value, []


def _error_classes(tree: ast.Module) -> Iterator[Message]:
    """Yield the docstrings of the classes, which are their default messages, and their titles."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
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
