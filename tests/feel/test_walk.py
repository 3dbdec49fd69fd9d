"""A form is walked in one way: every component with its place, and the answers found by it."""

from __future__ import annotations

from service.feel import files_in, form_keys, walk
from service.feel.schema import answers_to

FORM = {
    "components": [
        {"type": "textfield", "key": "name", "id": "f1", "label": "名称：{{code}}"},
        {"type": "group", "id": "g1", "components": [{"type": "filepicker", "key": "brief"}]},
        {
            "type": "group",
            "path": "audience",
            "properties": {"label": "人群"},
            "components": [
                {"type": "textfield", "key": "region"},
                {
                    "type": "dynamiclist",
                    "path": "lines",
                    "components": [
                        {"type": "text", "text": "明细"},
                        {
                            "type": "group",
                            "path": "cost",
                            "components": [{"type": "filepicker", "key": "quotes"}],
                        },
                    ],
                },
            ],
        },
        {"type": "separator"},
    ]
}
ANSWERS = {
    "name": "夏日",
    "brief": ["a"],
    "audience": {
        "lines": [{"cost": {"quotes": ["b", "c"]}}, {"cost": {"quotes": []}}, {"cost": {"quotes": ["d"]}}]
    },
}


def found(name: str):
    return next(component for component in walk(FORM) if component.name == name)


def test_components_come_in_the_order_of_the_form_with_what_holds_them() -> None:
    places = ["/".join(each.name for each in (*component.around, component)) for component in walk(FORM)]

    assert places == [
        "name",
        "g1",
        "g1/brief",
        "audience",
        "audience/region",
        "audience/lines",
        "audience/lines/0",
        "audience/lines/cost",
        "audience/lines/cost/quotes",
        "3",
    ]


def test_a_path_is_named_within_the_form_or_the_row() -> None:
    assert [found(name).path for name in ("brief", "region", "lines", "quotes", "3")] == [
        "brief",
        "audience.region",
        "audience.lines",
        "cost.quotes",
        "",
    ]
    assert found("quotes").rows_of.key == "lines"
    assert found("lines").rows_of is None


def test_a_label_is_its_words_without_templates() -> None:
    assert [found(name).label for name in ("name", "audience", "region")] == ["名称：", "人群", ""]


def test_answers_are_found_row_by_row() -> None:
    assert list(answers_to(found("quotes"), ANSWERS)) == [
        ("audience.lines.0.cost.quotes", ["b", "c"]),
        ("audience.lines.1.cost.quotes", []),
        ("audience.lines.2.cost.quotes", ["d"]),
    ]
    assert list(answers_to(found("quotes"), {"audience": "odd"})) == []


def test_files_are_found_wherever_they_were_asked_for() -> None:
    assert list(files_in(FORM, ANSWERS)) == [
        ("brief", ["a"]),
        ("audience.lines.0.cost.quotes", ["b", "c"]),
        ("audience.lines.2.cost.quotes", ["d"]),
    ]


def test_the_keys_of_a_form_are_its_top_level_names() -> None:
    assert form_keys(FORM) == {"name", "brief", "audience"}


def test_what_is_malformed_is_passed_over() -> None:
    odd = {"components": [None, "x", {"type": 7, "key": ["k"], "components": {"a": 1}}, {"components": [{}]}]}

    assert [(each.type, each.key) for each in walk(odd)] == [("", ""), ("", ""), ("", "")]
    assert list(walk({"components": "none"})) == []
