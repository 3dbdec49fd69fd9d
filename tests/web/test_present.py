"""Answers become facts and tables that a person can read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from service.web.present import Fact, Facts, Table, present

PRICE = {
    "type": "number",
    "key": "price",
    "label": "单价",
    "decimalDigits": 2,
    "appearance": {"prefixAdorner": "¥"},
}
AMOUNT = {"type": "text", "text": "金额<br>**{{yuan(this.amount)}}**"}
SPEC = {"type": "textfield", "key": "spec", "label": "规格"}


def form(*components: dict[str, Any]) -> dict[str, Any]:
    return {"components": list(components)}


def test_an_option_is_shown_by_its_label() -> None:
    kind = {"type": "select", "key": "kind", "label": "类型", "values": [{"label": "促销", "value": "promo"}]}

    assert present(form(kind), {"kind": "promo"}) == (Facts("", (Fact("类型", "促销"),)),)


def test_rows_are_a_table_with_money_and_what_was_computed() -> None:
    lines = {"type": "dynamiclist", "path": "lines", "label": "预算明细", "components": [SPEC, PRICE, AMOUNT]}
    rows = [{"spec": "信息流", "price": Decimal("45"), "amount": Decimal("45000")}]

    (table,) = present(form(lines), {"lines": rows})

    assert isinstance(table, Table)
    assert table.columns == (("规格", False), ("单价", True), ("金额", True))
    assert [fact.text for fact in table.rows[0]] == ["信息流", "¥45.00", "¥45,000.00"]


def test_a_column_nobody_filled_in_is_left_out() -> None:
    lines = {"type": "dynamiclist", "path": "lines", "label": "明细", "components": [SPEC, PRICE]}

    (table,) = present(form(lines), {"lines": [{"spec": "视频", "price": None}]})

    assert isinstance(table, Table)
    assert [label for label, _ in table.columns] == ["规格"]


def test_a_computed_share_reads_as_percent() -> None:
    rate = {"type": "text", "text": "备用金占比 **{{percent(reserve_rate)}}**"}

    assert present(form(rate), {"reserve_rate": Decimal("0.105")}) == (
        Facts("", (Fact("备用金占比", "10.5%", "number"),)),
    )


def test_a_group_with_a_path_looks_inside_it() -> None:
    persona = {
        "type": "group",
        "path": "persona",
        "label": "人群",
        "components": [{"type": "textfield", "key": "gender", "label": "性别"}],
    }

    assert present(form(persona), {"persona": {"gender": "女性为主"}}) == (
        Facts("人群", (Fact("性别", "女性为主"),)),
    )


def test_files_keep_their_ids_for_the_links() -> None:
    files = {"type": "filepicker", "key": "report", "label": "报告"}

    assert present(form(files), {"report": ["a1", "a2"]}) == (
        Facts("", (Fact("报告", "", "files", ("a1", "a2")),)),
    )


def test_what_was_not_answered_is_not_shown() -> None:
    assert present(form(SPEC, PRICE), {"spec": "", "price": None}) == ()


def test_answers_that_do_not_fit_the_form_do_not_break_the_page() -> None:
    lines = {"type": "dynamiclist", "path": "lines", "label": "明细", "components": [SPEC]}

    assert present(form(lines, SPEC), {"lines": "no list", "spec": {"odd": [1]}}) == (
        Facts("", (Fact("规格", "odd：1"),)),
    )
