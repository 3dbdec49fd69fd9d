"""What a decision rests on: what changed since one last signed, why it came here, what is next."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from service.errors import NotFound
from service.runtime.cases import context
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION


def _form(name, *fields):
    return json.dumps({"id": name, "type": "default", "components": fields}).encode()


NAME = {"type": "textfield", "key": "title", "id": "title", "label": "名称"}
PRICE = {"type": "number", "key": "price", "id": "price", "label": "单价"}
ITEM = {"type": "textfield", "key": "item", "id": "item", "label": "物料"}
LINES = {"type": "dynamiclist", "path": "lines", "id": "lines", "label": "明细", "components": [ITEM, PRICE]}
TOTAL = {"type": "text", "id": "total", "text": "总预算 **{{yuan(total)}}**"}
VERDICT = {
    "type": "select",
    "key": "conclusion",
    "id": "conclusion",
    "label": "结论",
    "values": [{"label": "同意", "value": "同意"}, {"label": "退回", "value": "退回"}],
}
FIRST = {"title": "初稿", "lines": [{"item": "海报", "price": 10}, {"item": "视频", "price": 20}]}


@pytest.fixture
def case(any_company):
    """The author writes, finance judges and may send it back; then legal files it."""
    written = {"title": "title", "lines": "lines", "total": "=sum(lines.price)"}
    drawing = d.process(
        d.start(),
        d.user("write", group="市场部", name="编写", camunda_formRef="write", outputs=written),
        d.user(
            "judge",
            group="财务部",
            name="财务审核",
            camunda_formRef="judge",
            inputs={"title": "=title", "lines": "=lines", "total": "=total"},
            outputs={"verdict": "conclusion"},
        ),
        d.xor("which", default="on"),
        d.user("file", group="法务部", name="法务归档"),
        d.end(),
        d.path("begin", "write", "judge", "which"),
        d.flow("which", "write", '=verdict = "退回"'),
        d.flow("which", "file", id="on"),
        d.flow("file", "done"),
        key="judged",
    )
    readonly = [{**each, "readonly": True} for each in (NAME, LINES)]
    any_company.deploy(
        {
            "judged.bpmn": drawing,
            "write.form": _form("write", NAME, LINES),
            "judge.form": _form("judge", *readonly, TOTAL, VERDICT),
            "organisation.yaml": ORGANISATION,
        }
    )
    return any_company.start("judged")


def second_round(company, case, answers):
    """Finance sends the first text back, the author answers anew; return finance's new task."""
    company.complete(case, "write", "linyue", **FIRST)
    company.complete(case, "judge", "xunuo", conclusion="退回")
    company.complete(case, "write", "linyue", **answers)
    return company.task(case, "judge")


def of(company, task, by="xunuo"):
    return context.of_task(company.app, getattr(company.cast, by), task.id)


def test_nothing_has_changed_for_whoever_is_asked_for_the_first_time(any_company, case):
    any_company.complete(case, "write", "linyue", **FIRST)

    seen = of(any_company, any_company.task(case, "judge"))

    assert (seen.since, seen.changes) == (None, ())


def test_what_changed_since_one_signed_stands_field_by_field_with_who_changed_it(any_company, case):
    lines = [{"item": "海报", "price": 12}, {"item": "视频", "price": 20}, {"item": "直播", "price": 30}]
    task = second_round(any_company, case, {"title": "初稿", "lines": lines})

    seen = of(any_company, task)

    assert seen.since.by == "xunuo"
    told = [(each.field, each.label, each.row, each.before, each.after, each.by) for each in seen.changes]
    assert told == [
        ("lines[0].price", "单价", 1, 10, 12, "linyue"),
        ("lines[2]", "明细", 3, None, {"item": "直播", "price": 30}, "linyue"),
        ("total", "总预算", None, Decimal(30), Decimal(62), None),
    ]


def test_a_row_that_is_gone_is_said(any_company, case):
    task = second_round(any_company, case, {"title": "二稿", "lines": FIRST["lines"][:1]})

    seen = of(any_company, task)

    assert [(each.field, each.before, each.after) for each in seen.changes][:2] == [
        ("title", "初稿", "二稿"),
        ("lines[1]", {"item": "视频", "price": 20}, None),
    ]


def test_the_same_text_again_changes_nothing(any_company, case):
    assert of(any_company, second_round(any_company, case, FIRST)).changes == ()


def test_a_colleague_sees_what_changed_since_the_department_signed(any_company, case, clock):
    task = second_round(any_company, case, {**FIRST, "title": "二稿"})

    seen = of(any_company, task, by="admin")

    assert (seen.since.by, [each.field for each in seen.changes]) == ("xunuo", ["title"])


def test_what_is_answered_anew_each_time_and_concludes_nothing_is_not_compared(any_company, case):
    any_company.complete(case, "write", "linyue", **FIRST)
    any_company.complete(case, "judge", "xunuo", conclusion="退回")

    seen = of(any_company, any_company.task(case, "write"), by="linyue")

    assert (seen.since, seen.changes) == (None, ())


def test_each_element_of_a_list_is_compared_with_its_own(any_company):
    each = d.user(
        "sign",
        d.loop('=[{name: "甲", sum: 1}, {name: "乙", sum: 2}]', "part", sequential=True),
        group="财务部",
        camunda_formRef="sign",
        inputs={"sum": "=part.sum"},
    )
    form = _form(
        "sign", {"type": "number", "key": "sum", "id": "sum", "label": "金额", "readonly": True}, VERDICT
    )
    drawing = d.process(d.start(), each, d.end(), d.path("begin", "sign", "done"), key="signed")
    any_company.deploy({"signed.bpmn": drawing, "sign.form": form, "organisation.yaml": ORGANISATION})
    case = any_company.start("signed")
    any_company.complete(case, "sign", "xunuo", conclusion="同意")

    seen = of(any_company, any_company.task(case, "sign"))

    assert (seen.since, seen.changes) == (None, ())


def test_what_comes_next_is_what_the_drawing_has_next(any_company, case):
    any_company.complete(case, "write", "linyue", **FIRST)

    seen = of(any_company, any_company.task(case, "judge"))

    assert [(each.activity_id, each.name) for each in seen.next] == [("write", "编写"), ("file", "法务归档")]


def test_nobody_reads_what_a_task_rests_on_who_may_not_read_the_task(any_company, case):
    any_company.complete(case, "write", "linyue", **FIRST)
    task = any_company.task(case, "judge")

    with pytest.raises(NotFound):
        of(any_company, task, by="ouwen")
    with pytest.raises(NotFound):
        context.changes(any_company.app, any_company.cast.ouwen, task.id)
