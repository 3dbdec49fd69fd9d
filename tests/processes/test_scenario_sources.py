"""Which files a scenario tests: what stands beside it, what is named, what is live; always said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service import cli, resources
from service.runtime.scenarios import is_scenario, sources
from tests.processes.test_scenario_runner import DRAWING, ORGANISATION, PEOPLE

SCENARIO = """场景: 申请
时间: 2026-09-28 09:00
发起人: 林悦
答复:
  decide: {granted: true}
步骤:
  - 启动: request
  - 办到: 结束
  - 期望: {结束: granted}
"""
REFUSING = DRAWING.replace("=granted</bpmn:conditionExpression>", "=not(granted)</bpmn:conditionExpression>")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder as an owner keeps it: drawings, and the scenarios below them."""
    folder = tmp_path / "processes"
    (folder / "scenarios" / "answers").mkdir(parents=True)
    (folder / "request.bpmn").write_text(DRAWING, encoding="utf-8")
    (folder / "organisation.yaml").write_text(ORGANISATION, encoding="utf-8")
    (folder / "scenarios" / "answers" / "人员.yaml").write_text(PEOPLE, encoding="utf-8")
    (folder / "scenarios" / "request.yaml").write_text(SCENARIO, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def test_what_stands_beside_the_scenario_is_tested(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["test", str(copy / "scenarios")]) == 0
    assert f"Tested: {copy} (2 files)" in capsys.readouterr().out

    (copy / "request.bpmn").write_text(REFUSING, encoding="utf-8")

    assert cli.main(["test", str(copy / "scenarios" / "request.yaml")]) == 1
    assert "结束: granted was not reached" in capsys.readouterr().out


def test_forms_are_found_beside_the_drawings(tmp_path: Path) -> None:
    shutil.copytree(resources.processes(), tmp_path / "processes")
    shutil.copytree(resources.forms(), tmp_path / "forms")

    tested = sources.beside(tmp_path / "processes" / "scenarios")

    assert tested.files == resources.manifest_files()
    assert str(tmp_path / "forms") in tested.origin


def test_a_named_file_replaces_what_stands_beside(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "another name.bpmn"
    other.write_text(REFUSING, encoding="utf-8")

    # The scenario stands at the end of the list that --files begins.
    assert cli.main(["test", "--files", str(other), str(copy / "scenarios" / "request.yaml")]) == 1

    told = capsys.readouterr().out
    assert f"Tested: {other}; the rest: {copy} (2 files)" in told
    assert "结束: granted was not reached" in told


def test_the_files_may_be_a_whole_folder(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(copy, changed)
    (changed / "request.bpmn").write_text(REFUSING, encoding="utf-8")

    assert cli.main(["test", str(copy / "scenarios"), "--files", str(changed)]) == 1
    assert "the rest" not in capsys.readouterr().out


def test_what_is_deployed_can_be_tested(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COUNTERSIGN_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("COUNTERSIGN_DATABASE_URL", raising=False)
    (copy / "request.bpmn").write_text(REFUSING, encoding="utf-8")
    assert cli.main(["deploy", str(copy)]) == 0
    (copy / "request.bpmn").write_text(DRAWING, encoding="utf-8")
    capsys.readouterr()

    assert cli.main(["test", "--live", str(copy / "scenarios")]) == 1

    told = capsys.readouterr().out
    assert "which is live (2 files)" in told
    assert "结束: granted was not reached" in told


def test_while_nothing_is_deployed_live_says_so(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COUNTERSIGN_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("COUNTERSIGN_DATABASE_URL", raising=False)
    assert cli.main(["migrate-database"]) == 0

    assert cli.main(["test", "--live", str(copy / "scenarios")]) == 1
    assert "Nothing has been deployed yet." in capsys.readouterr().err


def test_drawings_that_do_not_pass_the_check_are_not_tested(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "request.bpmn").write_text(DRAWING.replace("财务部", "会计部"), encoding="utf-8")

    assert cli.main(["test", str(copy / "scenarios")]) == 1
    assert "会计部" in capsys.readouterr().out


def test_where_no_drawing_stands_beside_the_installed_ones_are_tested_and_named(tmp_path: Path) -> None:
    tested = sources.beside(tmp_path)

    assert tested.files == resources.manifest_files()
    assert f"no drawing stands beside {tmp_path}" in tested.origin
    assert str(resources.processes()) in tested.origin


def test_a_scenario_is_known_by_its_first_key(copy: Path) -> None:
    assert is_scenario(copy / "scenarios")
    assert is_scenario(copy / "scenarios" / "request.yaml")
    assert not is_scenario(copy)
    assert not is_scenario(copy / "organisation.yaml")
    assert not is_scenario(copy / "request.bpmn")


def test_the_check_looks_up_the_rest_in_the_set_a_file_belongs_to(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "organisation.yaml").write_text("groups: {市场部: department}\n", encoding="utf-8")

    assert cli.main(["check", str(copy / "request.bpmn")]) == 1

    told = capsys.readouterr()
    assert "财务部" in told.out, "the group is in the installed organisation, not in this one"
    assert f"looked up in {copy} (2 files)" in told.err


def test_a_file_that_belongs_to_no_set_is_checked_with_the_installed_ones_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "request.bpmn").write_text(DRAWING, encoding="utf-8")
    (tmp_path / "other.bpmn").write_text(DRAWING, encoding="utf-8")

    assert cli.main(["check", str(tmp_path / "request.bpmn")]) == 0

    told = capsys.readouterr()
    assert f"looked up in {resources.processes()} (" in told.err
    assert "looked up" not in told.out


def test_of_a_whole_set_nothing_is_looked_up_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(resources.processes(), tmp_path / "processes")
    shutil.copytree(resources.forms(), tmp_path / "forms")

    cli.main(["check", str(tmp_path / "processes"), str(tmp_path / "forms")])

    assert "looked up" not in capsys.readouterr().err


def test_the_coverage_is_of_the_files_that_were_named(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = tmp_path / "request.bpmn"
    named.write_text(DRAWING, encoding="utf-8")
    other = DRAWING.replace('id="request"', 'id="other"')
    (copy / "other.bpmn").write_text(other, encoding="utf-8")

    assert cli.main(["test", "--files", str(named), str(copy / "scenarios")]) == 0
    of_named = capsys.readouterr().out
    assert cli.main(["test", str(copy / "scenarios")]) == 0
    of_all = capsys.readouterr().out

    def covered(text: str) -> list[str]:
        return [
            line.split()[0]
            for line in text.splitlines()
            if line.endswith(("3/6         1/2", "/6         0/2"))
        ]

    assert covered(of_named) == ["request"]
    assert covered(of_all) == ["other", "request"]


def test_one_scenario_tells_no_coverage_of_drawings_it_did_not_enter(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "other.bpmn").write_text(DRAWING.replace('id="request"', 'id="other"'), encoding="utf-8")
    second = copy / "scenarios" / "second.yaml"
    second.write_text(SCENARIO, encoding="utf-8")

    assert cli.main(["test", "-v", str(second)]) == 0

    told = capsys.readouterr().out.splitlines()
    assert any(line.startswith("request ") for line in told)
    assert not any(line.startswith("other ") for line in told)
