"""A few of the walks, quick ones; `python -m tests.walks` walks all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.walks.__main__ import opened
from tests.walks.filling import Filling, Unfillable
from tests.walks.journeys import JOURNEYS
from tests.walks.people import Company

QUICK = ("ordinary_30000", "splitting_undeclared", "a_substitute_of_the_applicant", "copy_sent_back_by_legal")


@pytest.fixture(scope="module")
def company(_cheap_passwords: None) -> Iterator[Company]:
    with opened(None) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_a_campaign_is_walked_over_http_by_people_who_know_their_forms_alone(company, name):
    company.next_morning()

    JOURNEYS[name](company)


def test_a_form_is_filled_in_from_its_schema(clock):
    schema = _schema(
        {"type": "textfield", "key": "name", "validate": {"required": True, "maxLength": 6}},
        {"type": "number", "key": "least", "validate": {"required": True, "min": 40}},
        {"type": "select", "key": "kind", "values": [{"value": "甲"}, {"value": "乙"}]},
        {"type": "textfield", "key": "why", "properties": {"requiredIf": '=kind = "乙"'}},
    )

    answers = Filling(schema, {}, {"kind": "乙"}, clock(), str).answers()

    assert (len(answers["name"]), answers["least"], answers["kind"]) == (6, 40, "乙")
    assert answers["why"]


def test_a_wish_that_the_form_refuses_is_not_put_aside(clock):
    schema = _schema({"type": "number", "key": "least", "validate": {"required": True, "min": 40}})

    with pytest.raises(Unfillable, match="least"):
        Filling(schema, {}, {"least": 1}, clock(), str).answers()


def _schema(*fields):
    components = [{"id": f"f_{each['key']}", "label": each["key"], **each} for each in fields]
    return {"type": "default", "id": "form", "schemaVersion": 19, "components": components}
