"""A decision is one: asked with a conclusion that counts, answered by somebody else than the applicant."""

from __future__ import annotations

import json

import pytest

from service.engine.check import check
from tests.engine import diagrams as d

ORGANISATION = "groups: {法务部: department}\nrights: {}\nconclusions: {同意: good, 不同意: bad}".encode()
APPROVAL = {"approval": "true", "notBy": "applicant"}


def form(*more: dict, role: str | None = "conclusion") -> bytes:
    choice = {
        "type": "radio",
        "key": "conclusion",
        "id": "f1",
        "label": "结论",
        "values": [{"label": each, "value": each} for each in ("同意", "不同意")],
        **({"properties": {"role": role}} if role else {}),
    }
    return json.dumps({"id": "review", "type": "default", "components": [choice, *more]}).encode()


def codes(*inside: str, asked: bytes | None = None, extra: tuple[str, ...] = (), **task) -> list[str]:
    task = {"properties": APPROVAL, "outputs": {"verdict": "=conclusion"}, "camunda_formRef": "review"} | task
    drawing = d.process(
        d.start(),
        d.user("a", *inside, **{name: value for name, value in task.items() if value is not None}),
        d.xor("g", "yes"),
        d.end(),
        d.end("no"),
        d.path("begin", "a", "g"),
        d.flow("g", "done", id="yes"),
        d.flow("g", "no", 'verdict = "不同意"' if "verdict" in task["outputs"] else "false"),
        *extra,
    )
    files = {"x.bpmn": drawing, "review.form": asked or form(), "organisation.yaml": ORGANISATION}
    found = check(files, topics={})
    return [f"{each.element}: {each.code}" for each in found if each.code.startswith("approval")]


def test_a_decision_with_all_it_needs_is_accepted():
    assert codes() == []


def test_a_decision_without_a_form_is_refused():
    assert codes(camunda_formRef=None) == ["a: approval-form"]


def test_a_decision_whose_form_has_no_conclusion_is_refused():
    assert codes(asked=form(role=None)) == ["a: approval-form"]


@pytest.mark.parametrize("not_by", ["", "begin"])
def test_a_decision_that_the_applicant_could_take_is_refused(not_by):
    assert codes(properties={**APPROVAL, "notBy": not_by}) == ["a: approval-by-applicant"]


def test_a_decision_whose_conclusion_nobody_reads_is_refused():
    assert codes(outputs={"opinion": '="fine"'}) == ["a: approval-unread"]


@pytest.mark.parametrize("said", ["同意", '="同意"', '=if conclusion = "同意" then "同意" else "同意"'])
def test_a_decision_that_hands_on_the_same_conclusion_whatever_is_answered_is_refused(said):
    dossier = {"later": "=dossier.review.conclusion"}

    assert codes(outputs={"verdict": said}, inputs=dossier) == ["a: approval-constant"]


@pytest.mark.parametrize("said", ["法务部", '="法务部"', '=if conclusion = "同意" then "同意" else "不同意"'])
def test_what_is_no_conclusion_or_follows_from_the_answer_may_be_handed_on(said):
    assert codes(outputs={"opinion": said, "verdict": "=conclusion"}) == []


def test_a_conclusion_read_in_the_dossier_counts():
    dossier = {"later": "=dossier.review.conclusion"}

    assert codes(outputs={"opinion": '="fine"'}, inputs=dossier) == []


def test_a_conclusion_that_another_field_of_the_form_computes_with_counts():
    computed = {"type": "expression", "key": "verdict", "id": "f2", "expression": '=conclusion = "同意"'}

    assert codes(asked=form(computed), outputs={"passed": "=verdict"}) == []


def test_a_timer_that_takes_the_decision_away_is_refused():
    timed = (d.boundary("late", "a", d.timer("duration", "P2D")), d.flow("late", "done"))

    assert codes(extra=timed) == ["late: approval-timer"]


def test_a_timer_that_only_reminds_is_accepted():
    reminder = d.boundary("late", "a", d.timer("duration", "P2D"), interrupting=False)

    assert codes(extra=(reminder, d.end("told"), d.flow("late", "told"))) == []


@pytest.mark.parametrize(("interrupting", "found"), [(True, ["late_begins: approval-timer"]), (False, [])])
def test_a_limit_over_several_steps_may_not_take_it_away_either(interrupting, found):
    timer, inside = d.timer("duration", "P2D"), (d.end("over"), d.path("late_begins", "over"))
    limit = d.event_sub("late", timer, *inside, interrupting=interrupting)

    assert codes(extra=(limit,)) == found
