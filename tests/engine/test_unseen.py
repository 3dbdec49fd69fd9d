"""What is in the file and not on the picture is named."""

from __future__ import annotations

import pytest
from lxml import etree

from service.engine.check import check
from service.handlers import HANDLERS
from tests.engine.mutants.files import company

SHAPES = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def without(*hidden: str) -> dict[str, bytes]:
    """Return the company's files, with these elements and flows taken off the picture of the pre-review."""
    root = etree.fromstring(company()["pre_review_phase.bpmn"])
    for each in [each for each in root.iter() if each.get("bpmnElement") in hidden]:
        each.getparent().remove(each)
    files = {name: content for name, content in company().items() if name != "guarantees.yaml"}
    return {**files, "pre_review_phase.bpmn": etree.tostring(root)}


@pytest.mark.parametrize(
    ("hidden", "found"),
    [
        (["director_review"], [("director_review", "unseen-element")]),
        (["flow_review_merge_to_director_review"], [("flow_review_merge_to_director_review", "unseen-flow")]),
        ([], []),
    ],
)
def test_what_is_not_on_the_picture_is_a_warning(hidden, found):
    findings = check(without(*hidden), topics=HANDLERS)

    assert [(each.element, each.code) for each in findings] == found
    assert all((each.severity, each.line > 0) == ("warning", True) for each in findings)


def test_a_drawing_without_any_picture_is_not_told_element_by_element():
    root = etree.fromstring(company()["pre_review_phase.bpmn"])
    for each in [each for each in root if each.tag.startswith(SHAPES)]:
        root.remove(each)
    files = {**without(), "pre_review_phase.bpmn": etree.tostring(root)}

    assert check(files, topics=HANDLERS) == []
