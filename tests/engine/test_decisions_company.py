"""The tables in processes/ have no finding, and say whose rule they carry out. Their cases are YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.engine.decisions import read_dmn

FOLDER = Path(__file__).parents[2] / "processes"
FILES = sorted(FOLDER.glob("*.dmn"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_company_table_has_no_finding(file: Path) -> None:
    assert read_dmn(file.name, file.read_bytes()).findings == ()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_table_cites_the_rule_it_carries_out(file: Path) -> None:
    for decision in read_dmn(file.name, file.read_bytes()).decisions:
        assert decision.documentation, decision.id
        assert all(rule.annotations for rule in decision.rules), decision.id
