"""A department is renamed in its owners' files: it works everywhere, or it is refused with the places."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service import manifest, resources
from service.engine.check import check
from service.engine.check.gone import check_gone
from service.engine.organisation import read
from service.errors import InvalidDeployment
from service.handlers import HANDLERS
from service.runtime.releases import deployments
from service.runtime.scenarios.running import run_file
from service.runtime.step.context import SYSTEM

OLD, NEW = "审计部", "稽核部"


@pytest.fixture
def renamed(tmp_path: Path) -> Path:
    """A copy of the owners' files in which every 审计部 is a 稽核部."""
    for folder in (resources.processes(), resources.forms()):
        shutil.copytree(folder, tmp_path / folder.name)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(OLD.encode(), NEW.encode()))
    return tmp_path


def files_of(place: Path) -> dict[str, bytes]:
    found = {}
    for folder in (place / "processes", place / "forms", place / "forms" / "parts"):
        found |= {path.name: path.read_bytes() for path in manifest.files_in(folder)}
    return found


def test_renamed_in_all_files_it_is_checked_deployed_and_audits_a_campaign(renamed: Path, app) -> None:
    files = files_of(renamed)
    assert files.keys() == resources.manifest_files().keys()
    assert [str(each) for each in check(files, topics=HANDLERS)] == []

    deployments.deploy(app, SYSTEM, resources.manifest_files())
    assert deployments.deploy(app, SYSTEM, files).is_live

    [scenario] = (renamed / "processes" / "scenarios").glob("W12a_*.yaml")
    result = run_file(scenario)
    assert result.failures == ()
    assert "audit_review" in result.visited


def test_renamed_in_the_organisation_alone_it_is_refused_with_every_place(app) -> None:
    files = resources.manifest_files()
    deployments.deploy(app, SYSTEM, files)
    own = files["organisation.yaml"].replace(OLD.encode(), NEW.encode())

    with pytest.raises(InvalidDeployment) as refused:
        deployments.deploy(app, SYSTEM, {"organisation.yaml": own})

    gone = [each for each in refused.value.findings if each.code == "gone-name"]
    told = {(each.file, each.line) for each in gone}
    named = {
        (file, number)
        for file, content in files.items()
        if file != "organisation.yaml"
        for number, line in enumerate(content.decode().splitlines(), start=1)
        if OLD in line
    }
    assert named <= told
    assert {"audit_phase.bpmn", "raci.dmn", "campaign.form"} <= {file for file, _ in named}
    assert all(f"Known are {NEW}." in str(each.message) for each in gone)


def test_a_name_is_found_in_running_text_and_not_in_a_longer_one() -> None:
    before, after = (
        read(f"groups: {{{name}: department, 集团财务部: department, B{name}: role}}".encode()).organisation
        for name in ("财务部", "资金部")
    )
    lines = ["只由财务部办理。", "只由集团财务部办理。", "由B财务部与财务部办理。"]

    found = check_gone(before, after, {"a.form": "\n".join(lines).encode()})

    assert [each.line for each in found if "'财务部'" in each.message] == [1, 3]


@pytest.mark.parametrize(("line", "found"), [("CEO会议", 1), ("to CEO.", 1), ("CEOs", 0), ("VCEO", 0)])
def test_a_name_in_latin_letters_is_a_word_of_its_own(line: str, found: int) -> None:
    before, after = (read(f"groups: {{{name}: role}}".encode()).organisation for name in ("CEO", "CFO"))

    assert len([*check_gone(before, after, {"a.form": line.encode()})]) == found


def test_whoever_is_left_in_a_group_that_is_gone_is_named(app, cast) -> None:
    drawn = {"organisation.yaml": b"groups: {A: role}"}
    deployments.deploy(app, SYSTEM, {"organisation.yaml": "groups: {财务部: department}".encode()})

    found = deployments.check(app, SYSTEM, drawn)

    assert [(each.severity, each.code, each.element) for each in found] == [
        ("warning", "gone-members", "财务部")
    ]
    assert "xunuo" in str(found[0].message)
