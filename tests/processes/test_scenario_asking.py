"""Answers that nothing asks for are told with their line, wherever an owner has written them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from service import resources
from service.runtime.scenarios import UnderTest, run_file
from service.runtime.scenarios.answers import answers_of
from service.runtime.scenarios.asking import unasked
from tests.processes.test_scenario_runner import DRAWING, FILES, PEOPLE

FORM = {
    "type": "default",
    "schemaVersion": 19,
    "id": "decide",
    "components": [
        {"type": "checkbox", "key": "granted", "label": "同意", "id": "a"},
        {
            "type": "group",
            "path": "reasons",
            "label": "理由",
            "id": "b",
            "components": [{"type": "textfield", "key": "opinion", "label": "意见", "id": "c"}],
        },
        {
            "type": "dynamiclist",
            "path": "lines",
            "label": "明细",
            "id": "d",
            "components": [{"type": "textfield", "key": "spec", "label": "规格", "id": "e"}],
        },
    ],
}
ASKING = DRAWING.replace(
    "<bpmn:userTask ", '<bpmn:userTask camunda:formRef="decide" camunda:formRefBinding="deployment" '
)
HEAD = "场景: 申请\n时间: 2026-09-28 09:00\n发起人: 林悦\n"
RIGHT = "{granted: true, reasons: {opinion: 好}, lines: [{spec: 大}]}"


def asking(folder: Path) -> UnderTest:
    """The drawing with a form."""
    form = json.dumps(FORM).encode()
    files = {**FILES, "request.bpmn": ASKING.encode(), "decide.form": form}
    return UnderTest(files, "the drawing of this test")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "人员.yaml").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


def failures(folder: Path, text: str, tested: Any = asking) -> tuple[str, ...]:
    """Play a scenario and return what did not come out."""
    (folder / "case.yaml").write_text(HEAD + text, encoding="utf-8")
    return run_file(folder / "case.yaml", source=tested).failures


def test_what_the_form_asks_is_answered(folder: Path) -> None:
    text = (
        f"答复:\n  decide: {RIGHT}\n步骤:\n  - 启动: request\n  - 办到: 结束\n  - 期望: {{结束: granted}}\n"
    )

    assert failures(folder, text) == ()


@pytest.mark.parametrize(
    ("answers", "line", "told"),
    [
        ("{\n    grantd: true}", 6, "The form decide does not ask 'grantd'. Did you mean 'granted'?"),
        (
            "{granted: true, reasons: {\n    opinoin: 好}}",
            6,
            "The form decide does not ask 'opinoin'. Did you mean 'opinion'?",
        ),
        (
            "{granted: true, lines: [{spec: 大}, {\n    sepc: 小}]}",
            6,
            "The form decide does not ask 'sepc'. Did you mean 'spec'?",
        ),
    ],
    ids=["field", "in a group", "in a row"],
)
def test_an_answer_of_the_scenario_that_no_field_asks_is_told(
    folder: Path, answers: str, line: int, told: str
) -> None:
    text = f"答复:\n  decide: {answers}\n步骤:\n  - 启动: request\n  - 办到: 结束\n"

    assert failures(folder, text) == (f"{folder / 'case.yaml'}:{line}: {told}",)


def test_a_form_that_is_nowhere_is_told(folder: Path) -> None:
    text = f"答复:\n  decdie: {RIGHT}\n步骤:\n  - 启动: request\n"

    assert failures(folder, text) == (
        f"{folder / 'case.yaml'}:5: No form or task is called 'decdie'. Did you mean 'decide'?",
    )


def test_what_a_shared_set_answers_wrongly_is_told_in_its_own_file(folder: Path) -> None:
    shared = "日期: {开始日: 2026-09-30}\nelsewhere: {a: 1}\ndecide:\n  grantd: true\n  lines: [{sepc: 小}]\n"
    (folder / "answers" / "通用.yaml").write_text(shared, encoding="utf-8")

    (told,) = failures(folder, "资料: 通用\n步骤:\n  - 启动: request\n")

    file = folder / "answers" / "通用.yaml"
    assert told == (
        f"{file}:4: The form decide does not ask 'grantd'. Did you mean 'granted'?\n"
        f"  {file}:5: The form decide does not ask 'sepc'. Did you mean 'spec'?"
    )


def test_what_a_step_fills_in_is_told_at_its_line(folder: Path) -> None:
    text = "步骤:\n  - 启动: request\n  - 办理: decide\n    填:\n      granted: true\n      reason: 好\n"

    assert failures(folder, text) == (
        f"{folder / 'case.yaml'}:9: The form decide does not ask 'reason'. Did you mean 'reasons'?",
    )


def test_a_process_that_starts_without_a_form_is_started_without_answers(folder: Path) -> None:
    text = "步骤:\n  - 启动: request\n    填: {amount: 3}\n"

    assert failures(folder, text) == (
        f"{folder / 'case.yaml'}:6: request starts without a form: there is nothing to fill in.",
    )


def test_a_task_without_a_form_takes_any_answers(folder: Path) -> None:
    def formless(_folder: Path) -> UnderTest:
        return UnderTest(FILES, "the drawing without a form")

    text = "答复:\n  decide: {granted: true, more: 1}\n步骤:\n  - 启动: request\n  - 办到: 结束\n"

    assert failures(folder, text, formless) == ()


def _forms() -> Mapping[str, Any]:
    found = (json.loads(file.read_bytes()) for file in resources.forms().glob("*.form"))
    return {form["id"]: form for form in found}


@pytest.mark.parametrize(
    "name", [file.stem for file in (resources.scenarios() / "answers").glob("*.yaml") if file.stem != "人员"]
)
def test_every_answer_of_the_owners_sets_is_asked(name: str) -> None:
    assert [error.message for error in unasked(answers_of([name], resources.scenarios()), _forms())] == []
