"""Earlier answers stand in the form again where nothing they rest on has changed."""

from __future__ import annotations

import json

import pytest

from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import chain


def field(key, **more):
    return {"type": "textfield", "id": f"f_{key}", "key": key, "label": key, **more}


FORM = json.dumps(
    {
        "type": "default",
        "id": "check",
        "components": [
            {
                "type": "group",
                "id": "list",
                "path": "list",
                "label": "清单",
                "components": [
                    field("wording", properties={"recall": "copy"}),
                    field("prizes", properties={"recall": "copy, rules"}),
                    field("other", properties={"recall": "misspelt"}),
                    field("free"),
                ],
            }
        ],
    }
).encode()


ANSWERS = {"list": {"wording": "合格", "prizes": "合格", "other": "合格", "free": "合格"}}


@pytest.fixture
def rounds(company):
    """Legal answered once. The case was sent back, and the rules have changed; the copy has not."""
    drawing = chain(
        "rounds",
        d.user("write", group="市场部", outputs={"copy": "=copy", "rules": "=rules"}),
        d.user("check", camunda_formRef="check", inputs={"copy": "=copy", "rules": "=rules"}),
        d.user("confirm", group="财务部", properties={"returnTo": "write"}),
    )
    company.deploy({**drawing, "check.form": FORM})
    case = company.start("rounds")
    company.complete(case, "write", "linyue", copy="新品", rules="每日一次")
    company.complete(case, "check", "zhouheng", **ANSWERS)
    confirm = company.task(case, "confirm")
    user_tasks.return_to(
        company.app, company.cast.xunuo, confirm.id, confirm.version, "write", reason="改规则"
    )
    company.complete(case, "write", "linyue", copy="新品", rules="每周一次")
    return company.task(case, "check")


def test_only_what_rests_on_something_changed_asks_again(company, rounds):
    form = user_tasks.form(company.app, company.cast.zhouheng, rounds.id)

    assert form.data["list"] == {"wording": "合格"}
    assert form.recalled == ("list.wording",)


def test_a_colleague_who_has_not_answered_before_finds_no_answers_of_others(company, hire, rounds):
    colleague = hire("mengxiao", "法务部")

    assert "list" not in user_tasks.form(company.app, colleague, rounds.id).data


def test_what_was_typed_since_counts_more(company, rounds):
    zhou = company.cast.zhouheng
    user_tasks.save_draft(company.app, zhou, rounds.id, {"list": {"wording": "不合格"}})

    form = user_tasks.form(company.app, zhou, rounds.id)

    assert (form.data["list"], form.recalled) == ({"wording": "不合格"}, ())
