"""The how-to about the organisation, done literally as it is written, in both languages."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest

from service import resources
from service.engine.check import check
from service.engine.organisation import Hours, Organisation, read
from service.handlers import HANDLERS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "docs/how-to/change-the-organisation.md", ROOT / "docs/how-to/zh/修改组织.md"]
EXAMPLE = re.compile(r"^```yaml\n(.+?)^```$", re.MULTILINE | re.DOTALL)


def written_into(text: str, example: str) -> str:
    """Return the file with an example's entries changed, or added at the head of their section."""
    section, *entries = example.rstrip().splitlines()
    for entry in entries:
        key = entry.split(":")[0]
        there = re.compile(rf"^{re.escape(key)}:.*\n", re.MULTILINE)
        start = re.search(rf"^{re.escape(section)}.*\n", text, re.MULTILINE)
        assert start is not None, section
        before, after = text[: start.end()], text[start.end() :]
        after = there.sub(entry + "\n", after, count=1) if there.search(after) else f"{entry}\n{after}"
        text = before + after
    return text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_changing_the_organisation_works_as_written(document: Path) -> None:
    files = resources.manifest_files()
    own = files["organisation.yaml"].decode()
    examples = EXAMPLE.findall(document.read_text("utf-8"))
    for example in examples:
        own = written_into(own, example)

    company: Organisation = read(own.encode()).organisation

    assert len(examples) == 8
    found = check(files | {"organisation.yaml": own.encode()}, topics=HANDLERS)
    assert [str(each) for each in found] == []
    assert "case.see_all" in company.rights_of({"客服部"})
    assert company.above(["销售部"]) == ("分管副总裁",)
    assert company.notices["launched"].tell == ("客服部",)
    assert company.tone_of("附条件同意") == "warn"
    assert "新客" in company.metrics["registrations"].names
    assert not company.calendar.is_workday(date(2026, 10, 9))
    assert company.hours == Hours(digest_at=time(8, 30), quiet=(time(21), time(9)))


def test_both_languages_give_the_same_examples() -> None:
    english, chinese = (EXAMPLE.findall(path.read_text("utf-8")) for path in DOCUMENTS)

    assert english == chinese
