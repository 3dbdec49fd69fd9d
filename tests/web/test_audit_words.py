"""The record tells what happened in the reader's language, whatever the service writes."""

from __future__ import annotations

import ast
from pathlib import Path

import service
from service.web.audit_words import actions

RUNTIME = Path(service.__file__).parent / "runtime"
WRITES = ("audit", "append_system")
"""What takes an entry's action as a text; a deed takes it as the parameter `audit`."""


def written():
    """Every action that stands as a text where entries are written."""
    for path in RUNTIME.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                given = [*call.args, *(each.value for each in call.keywords)] if name in WRITES else []
                given += [each.value for each in call.keywords if each.arg == "audit"]
                for each in given:
                    if isinstance(each, ast.Constant) and isinstance(each.value, str) and "." in each.value:
                        yield each.value


def test_every_action_of_the_record_has_words(company):
    with company.flask.test_request_context():
        known = actions()

    found = set(written())
    assert {"task.completed", "instance.modified", "user.created"} <= found
    assert found <= known.keys()
