"""Names that cross between drawings, tables, forms and the organisation, each with the nearest known one."""

from __future__ import annotations

import json

import pytest

from service.engine.check import check
from service.engine.files.nearest import nearest, suggestion
from service.handlers import HANDLERS
from tests.engine.diagrams import call, end, path, process, script, service, start, user

ORGANISATION = "groups: {法务部: department, 财务部: department}\nrights: {audit.read: [法务部]}\n"
FORM = """{"id": "ask", "components": [
  {"type": "number", "id": "f1", "key": "amount", "label": "金额"},
  {"type": "textfield", "id": "f2", "key": "opinion", "label": "意见",
   "conditional": {"hide": "=HIDE"}, "validate": {"minLength": "=LEAST"}},
  {"type": "text", "id": "f3", "text": "共 {{yuan(SHOWN)}}"}]}"""


def found(
    drawing: bytes, *, hide: str = "amount = null", least: str = "10", shown: str = "amount"
) -> list[str]:
    form = FORM.replace("LEAST", json.dumps(least)[1:-1]).replace("HIDE", json.dumps(hide)[1:-1])
    form = form.replace("SHOWN", shown)
    files = {"d.bpmn": drawing, "ask.form": form.encode(), "organisation.yaml": ORGANISATION.encode()}
    return [
        f"{each.element}: {each.code} {each.message}"
        for each in check(files, topics=HANDLERS)
        if not each.code.startswith("english")
    ]


def asked(outputs: dict[str, str], *after: str, inputs: dict[str, str] | None = None) -> bytes:
    task = user("a", outputs=outputs, inputs=inputs, camunda_formRef="ask")
    steps = [f"s{number}" for number in range(len(after))]
    return process(start(kept="=1"), task, *after, end(), path("begin", "a", *steps, "done"))


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("法务布", ["法务部", "财务部", "技术部"], "法务部"),
        ("法务", ["法务部", "财务部"], "法务部"),
        ("分管副总", ["分管副总裁", "总监"], "分管副总裁"),
        ("集团财务部", ["法务部", "财务部"], "财务部"),
        ("legal_reveiw", ["legal_review", "tech_review"], "legal_review"),
        ("采购", ["法务部", "财务部"], ""),
    ],
)
def test_the_nearest_word_is_found_in_chinese_too(word, known, meant):
    assert nearest(word, known) == meant


def test_where_none_is_near_all_are_named():
    assert suggestion("采购", ["法务部", "财务部"]) == " Known are 法务部, 财务部."


def test_a_variable_that_nothing_reads_and_one_that_is_meant():
    drawing = asked({"amuont": "=amount"}, script("s0", "if amount = null then 0 else 1", "kept"))

    assert any("a: never-read" in each and "'amount'" in each for each in found(drawing))


def test_a_variable_for_the_record_may_be_read_by_nobody():
    assert found(asked({"noted_by_the_way": "=amount"})) == []


def test_an_output_parameter_that_only_takes_itself_over():
    codes = found(asked({"kept": "=kept = 1"}))

    assert [each.split(" ")[1] for each in codes] == ["takes-itself"]


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        ({"groups": "法务布", "text": "t"}, "法务布"),
        ({"groups": '=["财务部", "法务布"]', "text": "t"}, "法务布"),
        ({"groups": "法务部、财务布", "text": "t"}, "财务布"),
    ],
)
def test_a_notice_to_a_group_that_is_none(inputs, word):
    drawing = process(start(), service("tell", "notify.alert", inputs), end(), path("begin", "tell", "done"))

    assert [each for each in found(drawing) if "unknown-name" in each and word in each]


def test_a_notice_to_groups_that_are_there():
    inputs = {"groups": '=["财务部", "法务部"]', "text": "t"}
    drawing = process(start(), service("tell", "notify.alert", inputs), end(), path("begin", "tell", "done"))

    assert found(drawing) == []


@pytest.mark.parametrize(
    ("words", "place", "code"),
    [
        ({"hide": "amout = null"}, "f2", "unknown-key"),
        ({"hide": "amount"}, "f2", "kind-place"),
        ({"hide": 'amount = "5"'}, "f2", "kind-comparison"),
        ({"least": '"10"'}, "f2", "kind-place"),
        ({"shown": "total"}, "f3", "unknown-key"),
        ({"shown": "opinion"}, "f3", "kind-argument"),
    ],
)
def test_an_expression_of_a_form_reads_its_keys_and_what_is_handed_in(words, place, code):
    codes = found(asked({}), **words)

    assert [each.split(" ")[:2] for each in codes] == [[f"{place}:", code]]


def test_what_a_task_hands_in_may_be_read():
    assert found(asked({}, inputs={"total": "=5"}), shown="total") == []


def test_a_task_without_a_form_that_hands_something_in():
    task = user("a", inputs={"total": "=5"})
    drawing = process(start(), task, end(), path("begin", "a", "done"))

    assert [each.split(" ")[1] for each in found(drawing)] == ["shows-nothing"]


def test_a_task_reads_what_its_handler_brings_alone():
    outputs = {"left": "=alowance_left"}
    task = service("plan", "plan.register", {"plan_total": "=5"}, outputs)
    drawing = process(start(), task, end(), path("begin", "plan", "done"))

    assert any("unknown-variable" in each and "'allowance_left'" in each for each in found(drawing))


def test_a_call_that_hands_out_what_is_not_there():
    inner = process(start("i"), script("s", "1", "result"), end("o"), path("i", "s", "o"), key="inner")
    outer = process(start(), call("down", "inner", {}, {"x": "=reslt"}), end(), path("begin", "down", "done"))
    files = {"i.bpmn": inner, "o.bpmn": outer, "organisation.yaml": ORGANISATION.encode()}

    messages = [each.message for each in check(files, topics=HANDLERS) if each.element == "down"]

    assert any("Did you mean 'result'?" in each for each in messages)
