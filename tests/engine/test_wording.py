"""What the check and the engine say, in both languages."""

from __future__ import annotations

import json
import re

import pytest

from service import languages
from service.engine.check import check
from service.engine.decisions.check import check_decision
from service.engine.failures import EngineFailure
from service.engine.files.findings import Finding
from service.engine.nodes.timers import to_moment
from service.errors import DecisionError, FeelError, ServiceError
from service.wording import Text, all_translated, translated
from tests.engine import diagrams as d
from tests.engine.decision_tables import decide, decision, table

CHINESE = languages.catalogue(languages.CHINESE).gettext
HAN = re.compile(r"[\u4e00-\u9fff]")

BROKEN = d.process(
    d.start(),
    d.xor("tier_gateway"),
    d.user("small", candidateGroups="法务部"),
    d.script("sum_up", "1 + nothing_sets_me", "amount"),
    d.service("call_out", "unheard_of"),
    d.end(),
    d.path("begin", "tier_gateway"),
    d.flow("tier_gateway", "small", "total > 5"),
    d.flow("tier_gateway", "sum_up", "total < 3"),
    d.path("small", "call_out", "done"),
    d.path("sum_up", "done"),
)


def test_a_sentence_remembers_its_template_and_is_said_in_chinese():
    what = Text("output parameter {name}", name="total")
    text = Text("The {what} reads {path!r}: no such form.{hint}", what=what, path="dossier.budgets", hint="")

    assert text == "The output parameter total reads 'dossier.budgets': no such form."
    assert translated(text, CHINESE) == "输出参数 total读取“dossier.budgets”：没有这个表单。"


def test_names_are_never_taken_for_words_of_ours():
    text = Text("No path leads to {element!r}: connect or delete it.", element="result")

    assert translated(text, CHINESE) == "没有路径到达“result”：请接上或删除。"


def test_a_sentence_without_a_twin_and_one_that_is_no_text_stay_as_they_are():
    assert translated(Text("never {heard} of", heard="{braces}"), CHINESE) == "never {braces} of"
    assert translated("The result", CHINESE) == "The result"


def test_a_sentence_survives_being_stored():
    text = Text("{first} or {rest}", first=Text("any value"), rest="5")

    stored = json.loads(json.dumps(text.as_record()))

    assert Text.from_record(stored) == text == "any value or 5"
    assert translated(Text.from_record(stored), CHINESE) == "任意值 或 5"


def test_json_is_translated_wherever_a_text_stands():
    value = {"findings": [{"line": 3, "message": Text("There is no start event."), "name": "The result"}]}

    assert all_translated(value, CHINESE) == {
        "findings": [{"line": 3, "message": "没有开始事件，请加上一个。", "name": "The result"}]
    }


def test_every_finding_about_a_drawing_has_its_template_and_its_chinese():
    findings = check({"broken.bpmn": BROKEN}, topics={})

    assert {each.code for each in findings} >= {
        "uncovered-branch",
        "unknown-variable",
        "unknown-topic",
    }
    for each in findings:
        assert each.message == each.template.format(**each.params)
        said = translated(each.message, CHINESE)
        assert HAN.search(said), each.message
        assert not re.search(r"\{\w+\}", said), said


def test_a_gap_between_branches_is_described_in_chinese():
    findings = check({"broken.bpmn": BROKEN}, topics={})

    [gap] = [each for each in findings if each.code == "uncovered-branch"]
    assert gap.message == (
        "'tier_gateway' has no way on when total is [3..5]: add a flow or make one the default."
    )
    assert translated(gap.message, CHINESE) == (
        "当total为 [3..5] 时“tier_gateway”没有出路：请增加连线，或设一条为默认流向。"
    )


def test_findings_about_tables_and_forms_are_said_in_chinese():
    [overlap] = check_decision(decision(table([("<= 10", '"a"'), (">= 10", '"b"')])))
    [nameless] = check({"f.form": b'{"components": [{"type": "textfield", "id": "x"}]}'}, topics={})

    assert translated(overlap.message, CHINESE) == (
        "第 1 条和第 2 条规则可能同时命中，而 UNIQUE 不允许，请收窄其中一条。"
    )
    assert nameless.message == "The field has no key: its answer would be lost."
    assert translated(nameless.message, CHINESE) == "字段没有键，填写的内容会丢失。"


def test_a_stored_finding_keeps_its_chinese_and_an_older_one_its_english():
    finding = Finding("a.bpmn", 3, "x", "warning", "no-start", Text("There is no start event."))

    again, older = (
        Finding.from_record(json.loads(json.dumps(record)))
        for record in (finding.as_record(), finding.as_json())
    )

    assert again.as_json() == older.as_json() == finding.as_json()
    assert again.line_of_text(CHINESE) == "a.bpmn:3 x 警告 no-start 没有开始事件，请加上一个。"
    assert older.line_of_text(CHINESE) == "a.bpmn:3 x 警告 no-start There is no start event."


@pytest.mark.parametrize(
    ("fails", "english", "chinese"),
    [
        (
            lambda: to_moment("tomorrow"),
            "'tomorrow' is not an ISO 8601 date",
            "'tomorrow' 不是 ISO 8601 日期",
        ),
        (
            lambda: decide(table([("< 10", '"a"')]), x=12),
            "Decision choice: no rule matches the inputs; add a rule or a default output.",
            "决策 choice：没有规则与输入相符，请增加规则或设置默认输出。",
        ),
    ],
)
def test_failures_of_the_engine_are_said_in_both(fails, english, chinese):
    with pytest.raises((EngineFailure, DecisionError)) as failed:
        fails()

    assert failed.value.message == english
    assert translated(failed.value.message, CHINESE) == chinese


def test_an_error_without_words_of_its_own_is_translated_too():
    assert translated(ServiceError().message, CHINESE) != ServiceError().message
    assert FeelError("as it came").message == "as it came"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_Hans_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, "zh_Hans_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh_Hans_CN"),
    ],
)
def test_the_terminal_says_which_language_it_wants(environment, language):
    assert languages.of_terminal(environment) == language


def test_where_the_terminal_says_nothing_a_command_may_prefer_chinese():
    assert languages.of_terminal({"LANG": "C.UTF-8"}, languages.CHINESE) == languages.CHINESE
    assert languages.of_terminal({"LANG": "en_GB.UTF-8"}, languages.CHINESE) == languages.ENGLISH


def test_a_line_for_a_terminal_names_the_element_as_the_drawing_does():
    task = d.user("review", name="法务会签", camunda_formRef="gone")
    drawing = d.process(d.start(), task, d.end(), d.path("begin", "review", "done"))

    [found] = [each for each in check({"p.bpmn": drawing}, topics={}) if each.code == "unknown-form"]

    line = found.line_of_text(CHINESE)
    assert line.startswith("p.bpmn:")
    assert " review 错误 unknown-form “法务会签”：" in line
    assert "name" not in found.as_json()
