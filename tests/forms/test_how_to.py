"""The how-to about form parts, done literally as it is written, in both languages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from service import cli
from service.engine.forms.parts import holders
from service.engine.forms.reading import read_form
from tests.forms.material import ROOT

DOCUMENTS = [ROOT / "docs/how-to/change-a-form-part.md", ROOT / "docs/how-to/zh/修改表单公共部分.md"]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of the drawings and forms, to work on as an owner does."""
    for folder in ("forms", "processes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before} in {file.name}"
    file.write_text(text.replace(before, after), encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_changing_a_form_part_works_as_written(checkout, capsys, document):
    words = document.read_text(encoding="utf-8")
    [part] = set(re.findall(r"`forms/parts/(\w+)\.form`", words))
    (label, english), (new_label, new_english) = re.findall(r'`"(.+)": "(.+)"`', words)

    change(checkout / "forms/parts" / f"{part}.form", f'"label": "{label}"', f'"label": "{new_label}"')
    change(checkout / "forms/labels.en.json", f'"{label}": "{english}"', f'"{new_label}": "{new_english}"')
    commands = re.findall(r"^ +\.venv/bin/countersign (weave|check) (.+)$", words, re.MULTILINE)
    codes = [cli.main([command, *paths.split()]) for command, paths in commands]
    *told, summary = capsys.readouterr().out.splitlines()

    forms = {path.stem: read_form(path.name, path.read_bytes()) for path in checkout.rglob("*.form")}
    changed = [name for name in holders(forms)[part] if new_label in str(forms[name])]
    assert [command for command, _ in commands] == ["weave", "check"]
    assert codes == [0, 0]
    assert summary.startswith("Nothing to mend.")
    assert told == [f"forms/{name}.form: {part}" for name in changed]
    assert changed == ["budget", "revise_plan", "rework_plan", "submit_preparation"]


def test_the_owners_of_forms_are_told_of_every_part():
    told = re.findall(r"`(\w+)`", (ROOT / "forms/README.md").read_text(encoding="utf-8"))

    assert [path.stem for path in (ROOT / "forms/parts").glob("*.form") if path.stem not in told] == []
