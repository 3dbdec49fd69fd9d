"""Each kind of field: what it accepts, what it refuses, and how it says so."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.feel import FormResult
from tests.feel.components import check, choice, number, text

REFUSED = [
    (text("a"), ["list"], "text"),
    (text("a", validate={"required": True}), "   ", "required"),
    (text("a", validate={"minLength": 3}), " ab ", "minLength"),
    (text("a", validate={"maxLength": "=1 + 1"}), "abc", "maxLength"),
    (text("a", validate={"pattern": "^[A-Z]+$"}), "abc", "pattern"),
    (text("a", validate={"validationType": "email"}), "nobody", "email"),
    (text("a", validate={"validationType": "phone"}), "12", "phone"),
    (number("a"), "5", "number"),
    (number("a"), True, "number"),
    (number("a"), 10**20, "number"),
    (number("a", decimalDigits=0), 1.5, "integer"),
    (number("a", decimalDigits=2), 1.005, "decimals"),
    (number("a", increment=0.05), 0.12, "step"),
    (number("a", validate={"min": 0}), -1, "min"),
    (number("a", validate={"max": "=5"}), 5.01, "max"),
    (number("a", validate={"min": "abc"}), 5, "min"),
    ({"type": "checkbox", "key": "a"}, "yes", "boolean"),
    ({"type": "checkbox", "key": "a", "validate": {"required": True}}, False, "required"),
    (choice("radio", "a", "x", "y"), "z", "option"),
    (choice("select", "a", "x", "y"), ["x"], "option"),
    (choice("select", "a", 1, 2), "1", "option"),
    (choice("taglist", "a", "x", "y"), "x", "list"),
    (choice("checklist", "a", "x", "y"), ["x", "z"], "option"),
    (choice("checklist", "a", "x", validate={"required": True}), [], "required"),
    ({"type": "select", "key": "a", "valuesExpression": '=["x"]'}, "y", "option"),
    ({"type": "datetime", "key": "a", "subtype": "date"}, "2026-02-30", "date"),
    ({"type": "datetime", "key": "a", "subtype": "date"}, "2026-02-01T10:00", "date"),
    ({"type": "datetime", "key": "a", "subtype": "date", "disallowPassedDates": True}, "2026-11-22", "past"),
    ({"type": "datetime", "key": "a", "subtype": "datetime"}, "2026-02-01", "datetime"),
    ({"type": "datetime", "key": "a", "subtype": "time"}, "25:00", "time"),
    ({"type": "filepicker", "key": "a"}, "id", "files"),
    ({"type": "filepicker", "key": "a"}, ["id1", "id2"], "one_file"),
    ({"type": "filepicker", "key": "a", "validate": {"required": True}}, [], "required"),
]


@pytest.mark.parametrize(
    ("field", "answer", "code"), REFUSED, ids=[f"{f['type']} {c} {a}"[:40] for f, a, c in REFUSED]
)
def test_an_answer_is_refused(field, answer, code):
    result = check(field, answers={"a": answer})

    assert [error.code for error in result.errors] == [code]
    assert "%" not in result.errors[0].message


ACCEPTED = [
    (text("a"), 5, "5"),
    (text("a", validate={"pattern": "^[A-Z]+$", "minLength": 2}), "ABC", "ABC"),
    (text("a", validate={"validationType": "email"}), "lin@example.com", "lin@example.com"),
    (number("a", decimalDigits=2, validate={"min": 0, "max": 2}), 1.25, Decimal("1.25")),
    (number("a", serializeToString=True), "1.50", "1.50"),
    (number("a", increment=0.1), 0.3, Decimal("0.3")),
    (choice("radio", "a", True, False), False, False),
    (choice("taglist", "a", "x", "y"), ["y", "x"], ["y", "x"]),
    ({"type": "select", "key": "a", "valuesExpression": '=[{label: "X", value: "x"}]'}, "x", "x"),
    ({"type": "select", "key": "a", "valuesKey": "offered"}, "y", "y"),
    (
        {"type": "datetime", "key": "a", "subtype": "date", "disallowPassedDates": True},
        "2026-11-23",
        "2026-11-23",
    ),
    (
        {"type": "datetime", "key": "a", "subtype": "datetime"},
        "2026-02-01T10:00+08:00",
        "2026-02-01T10:00+08:00",
    ),
    ({"type": "datetime", "key": "a", "subtype": "time"}, "9:30", "9:30"),
    ({"type": "filepicker", "key": "a", "multiple": True}, ["id1", "id2"], ["id1", "id2"]),
]


@pytest.mark.parametrize(
    ("field", "answer", "kept"), ACCEPTED, ids=[f"{f['type']} {a}"[:40] for f, a, _ in ACCEPTED]
)
def test_an_answer_is_accepted(field, answer, kept):
    assert check(field, answers={"a": answer}, inputs={"offered": ["x", "y"]}) == FormResult({"a": kept})


def test_an_error_can_be_said_in_another_language():
    (error,) = check(number("a", validate={"max": 5}), answers={"a": 6}).errors
    chinese = {"This must be at most {max}.": "不能大于 {max}。"}

    assert error.message == "This must be at most 5."
    assert error.localized(chinese.__getitem__).message == "不能大于 5。"


def test_an_authors_own_message_passes_through():
    field = text("a", validate={"pattern": "^x$", "patternErrorMessage": "只能是 x（100%）"})

    (error,) = check(field, answers={"a": "y"}).errors

    assert error.localized(str.upper).message == "只能是 x（100%）"
