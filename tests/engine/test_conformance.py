"""The published table of what runs is true."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from service.engine.check import check
from tests.engine.conformance import REFUSED, SUPPORTED, markdown

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "conformance.md"


@pytest.mark.parametrize("row", SUPPORTED, ids=lambda row: row.what)
def test_what_is_called_supported_has_its_test(row):
    module, name = row.test.split("::")
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.what)
def test_what_is_called_refused_is_refused_with_its_code(row):
    findings = check({"x.bpmn": row.drawing}, topics={})

    assert row.code in {finding.code for finding in findings if finding.severity == "error"}


def test_the_document_is_up_to_date():
    assert DOCUMENT.read_text(encoding="utf-8") == markdown()
