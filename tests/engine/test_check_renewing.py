"""What a task rests on is asked again: it has to be there, and to do no more than find something out."""

from __future__ import annotations

import pytest

from service.engine.check import check
from service.handlers import HANDLERS
from tests.engine import diagrams as d

ORGANISATION = "groups: {法务部: department}".encode()


def found(rests_on: str, *before: str) -> list[str]:
    ids = [part.split('id="', 1)[1].split('"', 1)[0] for part in before]
    task = d.user("a", inputs={"left": "=left"}, properties={"restsOn": rests_on})
    drawing = d.process(
        d.start(left="=0"), *before, task, d.end(), d.path("begin", *ids, "a", "done"), properties={}
    )
    files = {"x.bpmn": drawing, "organisation.yaml": ORGANISATION}
    return [
        f"{each.code} {each.element}" for each in check(files, topics=HANDLERS) if each.severity == "error"
    ]


def test_what_finds_something_out_can_be_asked_again():
    assert found("sum, left", d.service("sum", "budget.recompute"), d.script("left", "1", "left")) == []


@pytest.mark.parametrize(
    ("rests_on", "before"),
    [
        ("nothing", ()),
        ("sum, nothing", (d.service("sum", "budget.recompute"),)),
        ("ask", (d.user("ask"),)),
        ("tell", (d.service("tell", "record.note", inputs={"text": "说明"}),)),
    ],
)
def test_what_is_not_there_or_does_something_cannot(rests_on, before):
    assert found(rests_on, *before) == ["rests-on a"]
