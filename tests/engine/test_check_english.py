"""English words of forms at the check: what has none yet, what nobody needs, what is no table."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.engine.check import check
from service.engine.definition import Model
from service.engine.forms.english import translated, words_of

FORM = {
    "components": [
        {
            "type": "select",
            "id": "kind",
            "key": "kind",
            "label": "类别",
            "description": "必填",
            "values": [{"label": "视频", "value": "视频"}],
            "properties": {"assert": '=value != "其他"', "assertMessage": "不能选其他", "material": "财务部"},
            "appearance": {"suffixAdorner": "项"},
        },
        {
            "type": "group",
            "label": "合计",
            "components": [{"type": "text", "id": "sum", "text": "小计 **{{yuan(total)}}**"}],
        },
    ]
}
ENGLISH = {
    "类别": "Kind",
    "必填": "Required",
    "视频": "Video",
    "不能选其他": "Not “other”",
    "项": "items",
    "合计": "Totals",
    "小计 **{{yuan(total)}}**": "Subtotal **{{yuan(total)}}**",
}


def findings(english: Any, **forms: Any) -> list[tuple[str, int, str, str, str]]:
    content = english if isinstance(english, bytes) else dumped(english)
    files = {f"{name}.form": json.dumps(schema).encode() for name, schema in forms.items()}
    found = check(files | {"labels.en.json": content}, topics={})
    return [(each.file, each.line, each.element, each.severity, each.code) for each in found]


def dumped(table: Any) -> bytes:
    return json.dumps(table, ensure_ascii=False, indent=2).encode()


def test_every_word_a_person_reads_and_nothing_else_has_its_english():
    assert sorted(word for each in FORM["components"] for word in words_of(each)) == sorted(
        set(ENGLISH) - {"小计 **{{yuan(total)}}**"}
    )
    assert findings(ENGLISH, plan=FORM) == []


def test_a_form_reads_english_and_stores_what_it_stored():
    kind, totals = translated(FORM, ENGLISH)["components"]

    assert (kind["label"], kind["values"]) == ("Kind", [{"label": "Video", "value": "视频"}])
    assert kind["properties"] == {
        "assert": '=value != "其他"',
        "assertMessage": "Not “other”",
        "material": "财务部",
    }
    assert totals["components"][0]["text"] == "Subtotal **{{yuan(total)}}**"


def test_a_text_without_english_is_told_with_its_place():
    table = {words: english for words, english in ENGLISH.items() if words not in ("视频", "合计")}

    assert findings(table, plan=FORM) == [
        ("plan.form", 0, "1", "warning", "english-missing"),
        ("plan.form", 1, "kind", "warning", "english-missing"),
    ]


def test_a_text_of_several_forms_is_told_once():
    copies = {"one": FORM, "two": FORM}

    assert len(findings({}, **copies)) == len(ENGLISH)


def test_a_text_of_a_part_is_told_at_the_part():
    part = {"components": [{"type": "textfield", "id": "a", "key": "spec", "label": "规格"}]}
    group = {"type": "group", "id": "g", "label": "", "properties": {"part": "zz_part"}}
    copy = {"type": "textfield", "id": "g_a", "key": "spec", "label": "规格"}
    form = {"components": [group | {"components": [copy]}]}

    assert findings({}, form=form, zz_part=part) == [("zz_part.form", 1, "a", "warning", "english-missing")]


def test_english_words_in_a_form_need_no_english():
    assert findings({}, plan={"components": [{"type": "text", "id": "a", "text": "QPS **{{qps}}**"}]}) == []


def test_an_entry_that_no_form_needs_is_told_with_its_line():
    assert findings(ENGLISH | {"备注": "Note"}, plan=FORM) == [
        ("labels.en.json", len(ENGLISH) + 2, "", "warning", "english-unused")
    ]


def test_a_value_lost_on_the_way_to_english_is_refused():
    table = ENGLISH | {"小计 **{{yuan(total)}}**": "Subtotal **{{yuan(totl)}}**"}

    assert findings(table, plan=FORM) == [("labels.en.json", len(ENGLISH) + 1, "", "error", "english-places")]


def test_an_entry_written_twice_is_told():
    written = dumped(ENGLISH).replace(b"{\n", '{\n  "类别": "Type",\n'.encode(), 1)

    assert findings(written, plan=FORM) == [("labels.en.json", 3, "", "warning", "english-twice")]


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'["a"]', b'{"a": 1}', b'{"a": {"b": "c"}}', b"\xff", "{}".encode("utf-16")]
)
def test_what_is_no_table_is_refused(content):
    assert ("labels.en.json", 0, "", "error", "english-file") in findings(content)


def test_a_manifest_without_english_is_asked_for_none():
    assert check({"plan.form": json.dumps(FORM).encode()}, topics={}) == []


def test_a_manifest_brings_its_own_english():
    files = {"plan.form": json.dumps(FORM).encode(), "labels.en.json": dumped(ENGLISH)}

    assert Model.load(files).english == ENGLISH
    assert Model.load({}).english == {}
