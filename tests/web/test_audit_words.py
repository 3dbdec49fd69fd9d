"""The record tells what happened in the reader's language, whatever the service writes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import service
from service.web.audit_words import actions

RUNTIME = Path(service.__file__).parent / "runtime"
WRITES = ("audit", "append_system")
"""What takes an entry's action as a text; a deed takes it as the parameter `audit`."""


def written():
    """Every action that stands where entries are written, as a text or by the name of a constant."""
    modules = [ast.parse(path.read_text(encoding="utf-8")) for path in RUNTIME.rglob("*.py")]
    named = {}
    for each in (node for module in modules for node in module.body if isinstance(node, ast.Assign)):
        if isinstance(each.value, ast.Constant) and isinstance(each.targets[0], ast.Name):
            named[each.targets[0].id] = each.value.value
    for call in (node for module in modules for node in ast.walk(module) if isinstance(node, ast.Call)):
        writes = getattr(call.func, "attr", getattr(call.func, "id", "")) in WRITES
        given = [*call.args, *(each.value for each in call.keywords)] if writes else []
        given += [each.value for each in call.keywords if each.arg == "audit"]
        for each in given:
            name = getattr(each, "attr", getattr(each, "id", ""))
            text = each.value if isinstance(each, ast.Constant) else named.get(name)
            if isinstance(text, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", text):
                yield text


def test_every_action_of_the_record_has_words(company):
    with company.flask.test_request_context():
        known = actions()

    found = set(written())
    assert {"task.completed", "instance.modified", "user.created", "calendar.counted"} <= found
    assert found <= known.keys()
