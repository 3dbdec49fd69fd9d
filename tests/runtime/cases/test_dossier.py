"""Answers become the dossier: read by the process, shown to people, bound to files."""

from __future__ import annotations

import io
import json

import pytest

from service.errors import InvalidAnswers, NotFound
from service.runtime.cases import attachments, dossier, instances
from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain, review

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PLAN = json.dumps(
    {
        "id": "plan",
        "type": "default",
        "components": [{"type": "number", "key": "amount", "id": "f1", "label": "金额"}],
    }
).encode()


def plan(key, *after):
    """Somebody writes a plan; legal sees its amount as an input."""
    ask = d.user("plan", group="市场部", camunda_formRef="plan")
    look = d.user("look", inputs={"amount": "=dossier.plan.amount"})
    return chain(key, ask, look, *after)


def upload(company, by, name="依据.pdf"):
    return attachments.upload(company.app, getattr(company.cast, by), io.BytesIO(PDF), name).id


def answer_legal(company, case, files):
    return company.complete(
        case, "legal_review", by="zhouheng", conclusion="同意", opinion="规则合法", files=files
    )


def test_the_latest_answers_are_read_by_the_process_within_the_same_step(company):
    company.deploy({**plan("p"), "plan.form": PLAN})
    case = company.start("p")

    company.complete(case, "plan", by="linyue", amount=12.5)

    shown = user_tasks.form(company.app, company.cast.zhouheng, company.task(case, "look").id)
    assert float(shown.data["amount"]) == 12.5


def test_what_a_change_beside_the_case_says_counts_once_it_is_applied(company):
    apply = d.service("apply", "case.apply")
    change = chain("change", d.user("plan", group="市场部", camunda_formRef="plan"), d.user("approve"), apply)
    look = d.user("look", inputs={"amount": "=dossier.plan.amount"})
    both = chain(
        "p",
        d.user("plan", group="市场部", camunda_formRef="plan"),
        d.user("before"),
        look,
        d.user("between"),
        look.replace('id="look"', 'id="look_again"'),
    )
    company.deploy({**both, **change, "plan.form": PLAN})
    case = company.start("p", business_key="K1")
    company.complete(case, "plan", by="linyue", amount=1)
    other = company.start("change", business_key="K1")
    company.complete(other, "plan", by="linyue", amount=2)

    def seen(activity):
        task = company.task(case, activity)
        return user_tasks.form(company.app, company.cast.zhouheng, task.id).data["amount"]

    company.complete(case, "before", by="zhouheng")
    assert seen("look") == 1
    company.complete(case, "look", by="zhouheng")
    company.complete(other, "approve", by="zhouheng")
    company.run_due()
    company.complete(case, "between", by="zhouheng")
    assert seen("look_again") == 2


def test_a_form_shows_the_versions_in_order_and_which_is_the_latest_in_force(company):
    company.deploy(
        {**plan("p"), **chain("q", d.user("plan", group="市场部", camunda_formRef="plan")), "plan.form": PLAN}
    )
    case = company.start("p", business_key="K1")
    company.complete(case, "plan", by="linyue", amount=1)
    again = company.start("q", business_key="K1")
    company.complete(again, "plan", by="shenlan", amount=2)

    [section] = dossier.dossier(company.app, company.cast.linyue, case.id).sections

    assert [(each.by, each.data["amount"], each.in_force, each.latest) for each in section.submissions] == [
        ("linyue", 1, True, True),
        ("shenlan", 2, False, False),
    ]
    proposed = dossier.submission(company.app, company.cast.linyue, section.submissions[1].id)
    assert (proposed.in_force, proposed.latest) == (False, False)
    assert len({each.content_hash for each in section.submissions}) == 2


def test_a_file_is_handed_in_by_its_uploader_and_belongs_to_the_case_from_then_on(company):
    company.deploy(review())
    case = company.start("review", by="linyue")
    file = upload(company, "zhouheng")

    answer_legal(company, case, [file])

    [section] = dossier.dossier(company.app, company.cast.linyue, case.id).sections
    assert [each.name for each in section.submissions[0].attachments] == ["依据.pdf"]
    assert attachments.get(company.app, company.cast.linyue, file).name == "依据.pdf"
    with pytest.raises(NotFound):
        attachments.get(company.app, company.cast.ouwen, file)


@pytest.mark.parametrize("file", ["of somebody else", "unknown"])
def test_a_file_that_is_not_yours_is_refused_at_its_field_and_nothing_changes(company, file):
    company.deploy(review())
    case = company.start("review")
    files = [upload(company, "ouwen") if file == "of somebody else" else "0" * 32]

    with pytest.raises(InvalidAnswers) as refused:
        answer_legal(company, case, files)

    assert [error.path for error in refused.value.errors] == ["files"]
    assert company.active(case) == ["legal_review"]


def test_a_start_form_is_checked_and_is_the_first_page_of_the_dossier(company):
    start = d.element("startEvent", "begin", camunda_formRef="plan", name="立项")
    drawing = d.process(start, d.user("look"), d.end(), d.path("begin", "look", "done"))
    company.deploy({"p.bpmn": drawing, "plan.form": PLAN, "organisation.yaml": ORGANISATION})

    with pytest.raises(InvalidAnswers):
        company.start("p", answers={"amount": "viel"})
    instances.save_start_draft(company.app, company.cast.linyue, "p", {"amount": 3})
    assert instances.start_form(company.app, company.cast.linyue, "p").data["amount"] == 3
    case = company.start("p", answers={"amount": 4})

    [section] = dossier.dossier(company.app, company.cast.linyue, case.id).sections
    assert (section.form, section.submissions[0].data) == ("plan", {"amount": 4})
    assert instances.start_form(company.app, company.cast.linyue, "p").draft_saved_at is None


def test_an_outsider_sees_no_dossier(company):
    company.deploy(review())
    case = company.start("review")

    with pytest.raises(NotFound):
        dossier.dossier(company.app, company.cast.ouwen, case.id)
