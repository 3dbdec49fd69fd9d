"""Every company table answers its cases in processes/scenarios/tables, which between them hit every rule.

Thresholds and routes stand there, beside the tables: changing one touches no Python.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from service import cli, resources
from service.runtime.scenarios import ScenarioError
from service.runtime.scenarios.suites import tables_in
from service.runtime.scenarios.tables import decisions, run_tables
from tests.engine.decision_tables import definitions, table

FILES = tables_in(resources.scenarios())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_table_answers_its_cases_and_every_rule_is_hit(file: Path) -> None:
    for result in run_tables(file, resources.manifest_files()):
        assert result.failures == ()
        assert result.cases, result.decision
        assert result.unused == (), result.decision


def test_every_decision_has_cases_in_the_file_of_its_name() -> None:
    files = resources.manifest_files()

    found = {result.decision: file.stem for file in FILES for result in run_tables(file, files)}
    drawn = {
        key: name.removesuffix(".dmn")
        for name, content in files.items()
        if name.endswith(".dmn")
        for key in decisions({name: content})
    }

    assert found == drawn


def test_a_threshold_is_changed_in_the_table_and_its_cases_alone(tmp_path: Path) -> None:
    shutil.copytree(resources.processes(), tmp_path / "processes")
    shutil.copytree(resources.forms(), tmp_path / "forms")
    tiers = tmp_path / "processes" / "approval_tier.dmn"
    cases = tmp_path / "processes" / "scenarios" / "tables" / "approval_tier.yaml"
    limit = int(re.findall(r"&lt; (\d+)", tiers.read_text(encoding="utf-8"))[0])

    _replace(tiers, {f"{limit}": f"{limit + 1}"})
    assert cli.main(["test", str(cases)]) == 1
    _replace(cases, {f"{limit}": f"{limit + 1}", f"{limit - 1}.99": f"{limit}.99"})

    assert cli.main(["test", str(cases)]) == 0


# ---- the runner, on a table of its own --------------------------------------------------------------


@pytest.fixture
def size(tmp_path: Path) -> dict[str, bytes]:
    """A table that calls amounts from 10 on large."""
    return {"size.dmn": definitions(table([("< 10", '"small"'), (">= 10", '"large"')], id_="size"))}


def played(folder: Path, files: dict[str, bytes], cases: str) -> list[str]:
    file = folder / "size.yaml"
    file.write_text(f"决策表:\n  size:\n{cases}", encoding="utf-8")
    (result,) = run_tables(file, files)
    return [failure.removeprefix(f"{file}:") for failure in result.failures]


def test_a_wrong_answer_is_told_with_its_line(tmp_path: Path, size: dict[str, bytes]) -> None:
    cases = "    - {x: 9.99, 得: small}\n    - {x: 10, 得: small}\n    - {x: 1, 拒收: ''}\n"

    assert played(tmp_path, size, cases) == [
        '4: size {"x": 10}: it gives large, expected small.',
        '5: size {"x": 1}: it should give nothing, but gives small.',
    ]


def test_an_answer_may_be_refused_with_a_reason_in_either_language(
    tmp_path: Path, size: dict[str, bytes]
) -> None:
    refused = "".join(f"    - {{x: ten, 拒收: {text}}}\n" for text in ("must be", "不能是", "日期"))
    cases = refused + "    - {x: ten, 得: large}\n"

    first, second = played(tmp_path, size, cases)

    assert first.startswith("5: It is refused, but not because of 日期")
    assert second.startswith('6: size {"x": "ten"}: it gives nothing')


def test_rules_that_no_case_hits_are_told(tmp_path: Path, size: dict[str, bytes]) -> None:
    file = tmp_path / "size.yaml"
    file.write_text("决策表:\n  size:\n    - {x: 1, 得: small}\n", encoding="utf-8")

    (result,) = run_tables(file, size)

    assert (result.rules, result.unused) == (2, (2,))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("决策表:\n  sise: []\n", ":2: There is no decision 'sise'. Did you mean 'size'?"),
        ("决策表: []\n", ":1: 决策表 holds keys and values."),
        ("决策表:\n  size:\n    - {x: 1}\n", ":3: A case of a table is written as"),
    ],
)
def test_a_file_of_cases_that_is_written_wrongly_is_told_with_its_line(
    tmp_path: Path, size: dict[str, bytes], content: str, reason: str
) -> None:
    file = tmp_path / "size.yaml"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(ScenarioError) as told:
        run_tables(file, size)

    assert str(told.value).startswith(f"{file}{reason}")


def _replace(path: Path, words: dict[str, str]) -> None:
    """Put numbers of a file in others' place, all at once."""
    pattern = rf"(?<![\d.])(?:{'|'.join(map(re.escape, words))})(?!\d|\.\d)"
    text, count = re.subn(pattern, lambda found: words[found[0]], path.read_text(encoding="utf-8"))
    assert count
    path.write_text(text, encoding="utf-8")
