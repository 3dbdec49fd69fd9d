"""Nothing stands twice in the forms: what several of them ask or show is a part, and every part is used."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest

from service.engine.forms.part_check import check_parts
from service.engine.forms.parts import use_of, uses
from service.feel import Component, walk
from tests.forms.material import FORMS, NAMES

PARTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (FORMS / "parts").glob("*.form")}
ALL = {name: json.loads((FORMS / f"{name}.form").read_text(encoding="utf-8")) for name in NAMES} | PARTS

# A lone field that takes any text, number, date or tick, without a rule or a hint, may stand in two forms: a
# part for it would be longer than itself. Two such fields side by side are a part.
PLAIN = ("textfield", "textarea", "number", "datetime", "checkbox")
SAYS_MORE = ("description", "conditional", "properties", "values", "defaultValue")


def content(component: Mapping[str, Any]) -> str:
    """What a component asks or shows, wherever it stands."""

    def bare(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: bare(inner) for name, inner in value.items() if name not in ("id", "layout")}
        return [bare(inner) for inner in value] if isinstance(value, list) else value

    return json.dumps(bare(component), ensure_ascii=False, sort_keys=True)


def own(form: Mapping[str, Any]) -> Iterator[Component]:
    """Everything that does not come from a part."""
    for component in walk(form):
        if not any(use_of(each.raw) for each in (*component.around, component)):
            yield component


def what(component: Component) -> tuple[tuple[str, ...], str]:
    """(the lists and groups a component answers in, its content): the same twice is a copy."""
    return tuple(each.key for each in component.around if each.key), content(component.raw)


def is_plain(component: Mapping[str, Any]) -> bool:
    return component["type"] in PLAIN and not any(component.get(name) for name in SAYS_MORE)


def copies() -> dict[tuple[tuple[str, ...], str], list[str]]:
    """What stands outside parts in several forms, with their names."""
    places: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for name, form in ALL.items():
        for component in own(form):
            places.setdefault(what(component), []).append(name)
    return {one: names for one, names in places.items() if len(set(names)) > 1}


def test_nothing_but_a_lone_plain_field_stands_in_two_forms():
    told = [(names, text) for (_, text), names in copies().items() if not is_plain(json.loads(text))]

    assert told == []


def test_what_is_repeated_is_practically_nothing():
    assert sum(map(len, copies().values())) < 0.02 * sum(len(list(own(form))) for form in ALL.values())


def test_two_copied_fields_side_by_side_would_be_a_part():
    repeated = copies()
    for name, form in ALL.items():
        for one, next_one in pairwise(own(form)):
            is_beside = one.around == next_one.around and next_one.position == one.position + 1
            assert not (is_beside and {what(one), what(next_one)} <= repeated.keys()), (name, one.name)


def test_every_copy_says_what_its_part_says():
    assert list(check_parts({f"{name}.form": form for name, form in ALL.items()})) == []


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_is_held_by_several_forms(part):
    holders = {
        name for name, form in ALL.items() for component in walk(form) if part_of(component.raw) == part
    }

    assert len(holders - {part}) > 1


def part_of(component: Mapping[str, Any]) -> str:
    use = use_of(component)
    return use.part if use else ""


def test_a_part_is_invisible_as_such_but_for_a_heading():
    for name, form in ALL.items():
        for use in uses(form):
            # form-js writes "Group" over a group that has no label at all
            assert "label" in use.component, (name, use.id)
            assert use.component["showOutline"] == bool(use.component["label"]), (name, use.id)
