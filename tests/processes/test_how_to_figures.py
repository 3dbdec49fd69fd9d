"""The how-to about sources of figures, done literally as it is written, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from service import resources
from service.engine.check import check
from service.engine.figures import FILE, read
from service.handlers import HANDLERS
from service.runtime.campaigns import figure_rows
from service.runtime.campaigns.figure_rows import Given
from tests.runtime.campaigns.planned import csv_of

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "docs/how-to/add-a-figure-source.md", ROOT / "docs/how-to/zh/添加数据来源.md"]
EXAMPLE = re.compile(r"^ +```yaml\n(.+?)^ +```$", re.MULTILINE | re.DOTALL)


def example(document: Path) -> str:
    [found] = EXAMPLE.findall(document.read_text("utf-8"))
    return dedent(found).removeprefix("sources:\n")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_new_source_works_as_written(document: Path) -> None:
    files = resources.manifest_files()
    own = files[FILE].decode().replace("sources:\n", f"sources:\n{example(document)}")

    assert check(files | {FILE: own.encode()}, topics=HANDLERS) == []
    content = csv_of([("时间", "展现量", "点击量", "消费(元)"), ("2026-03-01", "1,000", 20, 9.9)])
    table = figure_rows.read(content, read(own.encode()).words, {}, Given(channel="小红书"))
    assert (table.source, len(table.rows), table.rejected) == ("xiaohongshu", 1, ())


def test_both_languages_give_the_same_example() -> None:
    assert example(DOCUMENTS[0]) == example(DOCUMENTS[1])
