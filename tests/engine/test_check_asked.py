"""A form swapped for another that exists, and answers that nobody gives any more."""

from __future__ import annotations

import pytest

from service import resources
from service.engine import guarantees
from service.engine.check import check
from service.handlers import HANDLERS


def found(*edits: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    """Return (code, element, message) of what is wrong with the shipped files when these are edited."""
    files = {name: content for name, content in resources.manifest_files().items() if name != guarantees.FILE}
    for name, before, after in edits:
        text = files[name].decode()
        assert before in text, f"{name} says nothing like {before!r}"
        files[name] = text.replace(before, after).encode()
    return [(each.code, each.element, str(each.message)) for each in check(files, topics=HANDLERS)]


@pytest.mark.parametrize(
    ("file", "own", "other"),
    [
        ("countersign_legal.bpmn", "legal_review", "tech_review"),
        ("countersign_finance.bpmn", "finance_review", "legal_review"),
        ("pre_review_phase.bpmn", "director_review", "head_decision"),
    ],
)
def test_a_form_swapped_for_another_is_named_at_its_task(file, own, other):
    told = found((file, f'camunda:formRef="{own}"', f'camunda:formRef="{other}"'))

    assert [each[:2] for each in told if each[0] == "form-swapped"] == [("form-swapped", own)]
    assert other in next(each[2] for each in told if each[0] == "form-swapped")
    assert not [each for each in told if each[0] in ("unknown-variable", "never-asked") and each[1] == own]


def test_answers_of_a_form_that_no_task_asks_with_are_named_where_they_are_read():
    told = found(("campaign_approval.bpmn", 'camunda:formRef="campaign" ', ""))

    read = {each[1] for each in told if each[0] == "never-asked"}
    assert {"approve_green", "recompute_budget"} & read
    assert all("'campaign'" in each[2] for each in told if each[0] == "never-asked")
