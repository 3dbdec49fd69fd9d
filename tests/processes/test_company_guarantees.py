"""The company's guarantees on its drawings: kept as they ship, broken by what people do to them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from service import resources
from service.engine import guarantees
from service.engine.check import check
from service.engine.definition import Model
from service.engine.guarantees import Proof, Subject, judging
from service.handlers import HANDLERS
from tests.engine import diagrams
from tests.processes.gaps import ASKED, TURNED_ROUND, with_a_known_gap

ROOT = Path(__file__).resolve().parents[2]


def judged(key: str, *edits: tuple[str, str, str], added: Mapping[str, bytes] | None = None) -> Proof:
    """Return what is found of one sentence, with texts of files replaced by others, and files added."""
    files = {**resources.manifest_files(), **(added or {})}
    for name, before, after in edits:
        text = files[name].decode()
        assert before in text, f"{name} says nothing like {before!r}"
        files[name] = text.replace(before, after).encode()
    model = Model.load(files)
    [sentence] = [each for each in model.guarantees if each.key == key]
    [verdict] = guarantees.judge(Subject.of(model, HANDLERS), [sentence])
    return verdict.proof


def last(found: Proof, count: int = 3) -> list[str]:
    return [step.element.id for step in found.way if step.is_told][-count:]


def test_every_sentence_holds_and_is_not_long_waited_for(monkeypatch):
    """Proven at every deployment, so with a third of what may be walked at most."""
    monkeypatch.setattr(judging, "MOST_STATES", 100_000)
    model = Model.load(resources.manifest_files())

    verdicts = guarantees.judge(Subject.of(model, HANDLERS), model.guarantees)

    states = {each.guarantee.key: each.proof.state for each in verdicts}
    assert {key: state for key, state in states.items() if state != "holds"} == {}
    assert [each.key for each in model.guarantees if each.known_gap is not None] == []


def test_a_timer_that_takes_legals_review_away_is_found():
    """Drawn where a property would do, and interrupting, as the Modeler draws it at first."""
    merge = '<bpmn:exclusiveGateway id="legal_merge">'
    timer = (
        '<bpmn:boundaryEvent id="legal_review_due" name="2 个工作日" attachedToRef="legal_review">'
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P2D</bpmn:timeDuration></bpmn:timerEventDefinition>"
        "</bpmn:boundaryEvent>"
        '<bpmn:sequenceFlow id="late" sourceRef="legal_review_due" targetRef="legal_merge" />'
    )
    edit = ("countersign_legal.bpmn", merge, timer + merge)

    found = judged("no_timer_decides", edit)

    assert (found.state, last(found, 2)) == ("broken", ["legal_review", "legal_review_due"])


@pytest.mark.parametrize(("at", "state"), [("", "broken"), ("1", "broken"), ("-1", "holds")])
def test_a_signer_who_is_reminded_too_late_is_found(at, state):
    """Legal has two workdays: so only what is told by then counts, the escalation after two more does not."""
    edit = ("countersign_legal.bpmn", 'name="remindAt" value="-1, 0, 1"', f'name="remindAt" value="{at}"')

    found = judged("signers_are_reminded", edit)

    assert found.state == state


def test_a_condition_turned_round_lets_a_text_run_that_legal_has_not_signed():
    edit = ("release_process.bpmn", '"法务部") = false', '"法务部") = true')

    found = judged("legal_agrees_to_text_in_force", edit)

    assert (found.state, last(found, 1)) == ("broken", ["launch_check"])
    assert "note_legal_passed" in {step.element.id for step in found.way}


def test_a_row_that_lets_the_green_channel_run_against_legal_is_found():
    edit = (
        "green_outcome.dmn",
        '<outputEntry id="green_outcome_rule5_out1"><text>"normal"</text>',
        '<outputEntry id="green_outcome_rule5_out1"><text>"approved"</text>',
    )

    found = judged("legal_agrees_to_text_in_force", edit)

    assert (found.state, found.is_sure, last(found, 1)) == ("broken", True, ["launch_check"])


def test_a_branch_past_the_green_channel_is_found():
    edit = (
        "campaign_approval.bpmn",
        'sourceRef="green_gateway" targetRef="green_channel"',
        'sourceRef="green_gateway" targetRef="approved_merge"',
    )

    found = judged("legal_before_launch", edit)

    visited = [step.element.id for step in found.way]
    assert (found.state, last(found, 2)) == ("broken", ["register_plan", "launch_check"])
    assert "approved_merge" in visited
    assert "green_channel" not in visited


def test_a_phase_replaced_by_another_is_found():
    found = judged(
        "ceo_meeting_decides",
        (
            "formal_approval_phase.bpmn",
            'calledElement="ceo_meeting_process"',
            'calledElement="joint_meeting_process"',
        ),
    )

    assert (found.state, last(found, 1)) == ("broken", ["execution_started"])
    assert "record_resolution" not in {step.element.id for step in found.way}


@pytest.mark.parametrize("written", ["", "legal_review"])
def test_four_eyes_removed_or_pointed_elsewhere_are_found(written):
    edit = (
        "countersign_legal.bpmn",
        '<camunda:property name="notBy" value="applicant" />',
        f'<camunda:property name="notBy" value="{written}" />',
    )

    found = judged("applicant_never_decides", edit)

    assert (found.state, last(found, 1)) == ("broken", ["legal_review"])


def test_a_decision_said_to_be_none_is_still_kept_from_the_applicant():
    """One click in the template takes it out of the approvals, and notBy with it."""
    name = "formal_approval_phase.bpmn"
    text = resources.manifest_files()[name].decode()
    begin = text.index('<bpmn:userTask id="head_decision"')
    end = text.index("</bpmn:userTask>", begin)
    task = text[begin:end]
    said = task.replace('name="approval" value="true"', 'name="approval" value="false"')
    said = said.replace('<camunda:property name="notBy" value="applicant" />', "")

    found = judged("applicant_never_decides", (name, task, said))

    assert (found.state, last(found, 1)) == ("broken", ["head_decision"])


ALL_THREE = '["法务部", "财务部", "技术部"]'


@pytest.mark.parametrize(
    ("key", "file", "before", "after", "at"),
    [
        ("finance_upheld_itself", "countersign_phase.bpmn", "[objector]", ALL_THREE, "uphold"),
        ("tech_upheld_itself", "countersign_phase.bpmn", "[objector]", '[objector, "技术部"]', "uphold"),
        ("legal_upheld_itself", "countersign_phase.bpmn", ">=result<", f">={ALL_THREE}<", "uphold"),
        (
            "legal_agreed_itself",
            "countersign_phase.bpmn",
            '"case.upheld">=result',
            '"case.agreed">=result',
            "uphold",
        ),
        (
            "tech_agreed_itself",
            "countersign_finance.bpmn",
            '["财务部"]',
            '["财务部", "技术部"]',
            "finance_review",
        ),
        (
            "tech_agreed_itself",
            "green_followup_phase.bpmn",
            'late_opinions[item.conclusion = "同意"].department',
            "late_opinions.department",
            "sign_late",
        ),
        ("finance_agreed_itself", "green_followup_phase.bpmn", ">=result<", f">={ALL_THREE}<", "sign_late"),
        (
            "finance_agreed_itself",
            "countersign_finance.bpmn",
            'if conclusion = "同意" then',
            'if conclusion != "" then',
            "finance_review",
        ),
    ],
)
def test_a_department_made_to_agree_with_what_it_did_not_is_found(key, file, before, after, at):
    found = judged(key, (file, before, after))

    assert (found.state, last(found, 1)) == ("broken", [at])


@pytest.mark.parametrize(
    ("key", "file", "before", "after", "at"),
    [
        (
            "finance_does_its_own",
            "countersign_finance.bpmn",
            'name="财务部"',
            'name="技术部"',
            "finance_review",
        ),
        ("legal_does_its_own", "countersign_legal.bpmn", 'name="法务部"', 'name="发起人"', "legal_review"),
        ("tech_does_its_own", "countersign_tech.bpmn", 'name="技术部"', 'name="财务部"', "tech_review"),
        (
            "director_does_their_own",
            "pre_review_phase.bpmn",
            'name="总监"',
            'name="市场部"',
            "director_review",
        ),
        (
            "head_does_their_own",
            "formal_approval_phase.bpmn",
            'name="部门负责人"',
            'name="总裁办"',
            "head_decision",
        ),
        (
            "vice_president_does_their_own",
            "formal_approval_phase.bpmn",
            '<bpmn:userTask id="vp_decision"',
            '<bpmn:userTask id="vp_decision" camunda:candidateGroups="分管副总裁,部门负责人"',
            "vp_decision",
        ),
        (
            "audit_does_its_own",
            "audit_phase.bpmn",
            '<bpmn:userTask id="audit_review"',
            '<bpmn:userTask id="audit_review" camunda:candidateUsers="linyue"',
            "audit_review",
        ),
        (
            "office_does_its_own",
            "ceo_meeting_process.bpmn",
            '<bpmn:userTask id="record_resolution"',
            '<bpmn:userTask id="record_resolution" camunda:assignee="linyue"',
            "record_resolution",
        ),
    ],
)
def test_a_task_given_to_somebody_elses_group_is_found(key, file, before, after, at):
    found = judged(key, (file, before, after))

    assert (found.state, last(found, 1)) == ("broken", [at])


TIER = '<camunda:outputParameter name="case.tier">=tier</camunda:outputParameter>'


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("green_channel_phase.bpmn", TIER, TIER.replace("=tier", '="department_head"')),
        ("formal_approval_phase.bpmn", TIER, TIER.replace("=tier", "=case.tier")),
        ("formal_approval_phase.bpmn", TIER, TIER.replace("case.tier", "tier")),
        (
            "revision_process.bpmn",
            '<camunda:outputParameter name="case.tier">=new_tier',
            '<camunda:outputParameter name="case.tier">="vice_president"',
        ),
    ],
)
def test_a_tier_that_is_not_what_the_table_says_is_found(file, before, after):
    found = judged("tier_by_the_table", (file, before, after))

    assert found.state == "broken"
    assert last(found, 1)[0] in (
        "head_decision",
        "vp_decision",
        "schedule_ceo_meeting",
        "approve_green",
        "apply_change",
    )


def test_a_row_that_sends_a_tier_to_another_decider_is_found():
    edit = (
        "approval_tier.dmn",
        '<text>"分管副总裁"</text></outputEntry>',
        '<text>"部门负责人"</text></outputEntry>',
    )

    found = judged("approver_fits_tier", edit)

    assert (found.state, last(found, 1)) == ("broken", ["approve_green"])


def test_a_misspelt_tier_sends_the_case_to_the_default_decider():
    edit = (
        "formal_approval_phase.bpmn",
        '=case.tier = "vice_president"',
        '=case.tier = "vice_presidents"',
    )

    found = judged("vice_president_decides", edit)

    assert found.state == "broken"
    assert "ceo_meeting" in {step.element.id for step in found.way}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ASKED, TURNED_ROUND),
        (
            'sourceRef="ratify_gateway" targetRef="ratification"',
            'sourceRef="ratify_gateway" targetRef="ratify_merge"',
        ),
        ('calledElement="ceo_meeting_process"', 'calledElement="joint_meeting_process"'),
    ],
    ids=["turned round", "passed by", "another meeting"],
)
def test_an_approval_in_the_green_channel_that_no_meeting_ratifies_is_found(before, after):
    found = judged("ceo_meeting_ratifies", ("green_followup_phase.bpmn", before, after))

    assert (found.state, last(found, 1)) == ("broken", ["campaign_closed"])
    assert "record_approval" in {step.element.id for step in found.way}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'sourceRef="refused_gateway" targetRef="decide_late_refusal"',
            'sourceRef="refused_gateway" targetRef="late_merge"',
        ),
        (">=late_refused<", ">=late_refused = false<"),
        (
            'sourceRef="weigh_late" targetRef="refused_gateway"',
            'sourceRef="weigh_late" targetRef="late_merge"',
        ),
    ],
    ids=["passed by", "turned round", "not asked"],
)
def test_a_late_refusal_that_nobody_decides_is_found(before, after):
    found = judged("late_refusal_is_decided", ("green_followup_phase.bpmn", before, after))

    assert (found.state, last(found, 1)) == ("broken", ["followup_done"])
    assert "decide_late_refusal" not in {step.element.id for step in found.way}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('targetRef="decide_stop"', 'targetRef="send_merge"'),
        ('=stop_kind = "决议"', '=stop_kind != "合规"'),
        ('=stop_decision = "终止"', '=stop_decision != "终止"'),
    ],
    ids=["led past", "decided already said too widely", "turned round"],
)
def test_a_campaign_stopped_without_its_approvers_decision_is_found(before, after):
    found = judged("stop_is_decided", ("early_stop.bpmn", before, after))

    assert (found.state, last(found, 1)) == ("broken", ["send_stop"])


@pytest.mark.parametrize(
    ("key", "file", "before", "after"),
    [
        (
            "copy_is_prechecked",
            "planning_phase.bpmn",
            '=copy_conclusion = "需修改"',
            '=copy_conclusion = "通过"',
        ),
        (
            "director_before_approval",
            "campaign_approval.bpmn",
            '=pre_review_outcome = "passed"',
            '=pre_review_outcome != "passed"',
        ),
    ],
)
def test_a_refusal_that_goes_on_as_if_it_had_passed_is_found(key, file, before, after):
    assert judged(key, (file, before, after)).state == "broken"


SMALL = "case.budget_total &lt; 60000"


@pytest.mark.parametrize(
    ("key", "file", "before", "after"),
    [
        (
            "vice_president_decides",
            "formal_approval_phase.bpmn",
            '<camunda:outputParameter name="decision_action">=action<',
            f'<camunda:outputParameter name="decision_action">=if {SMALL} then "同意" else action<',
        ),
        (
            "director_before_approval",
            "director_review.form",
            'conclusion = \\"调整\\" then \\"adjusted\\"',
            'conclusion = \\"调整\\" then \\"passed\\"',
        ),
        (
            "legal_signs_anew",
            "revision_process.bpmn",
            "<bpmn:script>case.agreed[list contains(departments_to_recheck, item) = false]<",
            "<bpmn:script>case.agreed<",
        ),
        (
            "revision_is_decided_anew",
            "material_change.dmn",
            '<outputEntry id="resubmit_to_rule5_out1"><text>"formal"<',
            '<outputEntry id="resubmit_to_rule5_out1"><text>"none"<',
        ),
        (
            "legal_is_asked",
            "countersign_legal.bpmn",
            'list contains(case.agreed, "法务部") = false and legal_conclusion != "维持"<',
            'list contains(case.agreed, "法务部") = false and case.plan_total &gt; 30000<',
        ),
        (
            "released_before_decision",
            "release_process.bpmn",
            '=list contains(case.agreed, "财务部") = false or count(case.undecided_cases) &gt; 0 or',
            "=count(case.undecided_cases) &gt; 0 or",
        ),
        (
            "launch_checked_before_running",
            "execution_phase.bpmn",
            'sourceRef="launch_changed" targetRef="launch_merge"',
            'sourceRef="launch_changed" targetRef="wait_merge"',
        ),
    ],
)
def test_who_is_passed_by_or_turned_round_in_detail_is_found(key, file, before, after):
    assert judged(key, (file, before, after)).state == "broken"


def test_a_process_of_ones_own_that_leads_to_execution_is_found():
    """Nobody has to touch the drawings of the company to lead a campaign past who decides on it."""
    quick = diagrams.process(
        diagrams.start(),
        diagrams.call("run", "execution_phase"),
        diagrams.end(),
        diagrams.path("begin", "run", "done"),
        key="quick_campaign",
    )

    for key in ("approved_before_execution", "director_before_execution", "legal_before_launch"):
        found = judged(key, added={"quick_campaign.bpmn": quick})
        assert (found.state, found.is_sure, found.way[0].process) == ("broken", True, "quick_campaign"), key


def test_a_table_that_is_given_another_total_is_named():
    """By which way that goes wrong is too much to walk, what is given is not."""
    edit = (
        "formal_approval_phase.bpmn",
        '"budget_total">=case.budget_total',
        '"budget_total">=case.plan_total',
    )

    found = judged("tier_by_the_table", edit)

    assert (found.state, last(found, 1)) == ("broken", ["approval_tier"])
    assert "case.plan_total" in str(found.reason)


def test_an_audit_that_is_passed_by_is_found():
    edit = (
        "closeout_phase.bpmn",
        'sourceRef="open_items_merge" targetRef="audit"',
        'sourceRef="open_items_merge" targetRef="improvements_gateway"',
    )

    found = judged("audited", edit)

    assert (found.state, last(found, 1)) == ("broken", ["archive_campaign"])


def test_the_check_tells_the_way_and_a_known_gap_only_warns():
    files = resources.manifest_files() | with_a_known_gap()
    files["closeout_phase.bpmn"] = files["closeout_phase.bpmn"].replace(
        b'calledElement="audit_phase"', b'calledElement="kpi_sheet_process"'
    )

    found = {each.element: each for each in check(files, topics=HANDLERS) if each.file == guarantees.FILE}

    broken = found["audited"]
    assert (broken.severity, broken.code) == ("error", guarantees.BROKEN)
    assert "This way: 立项 → " in broken.message
    assert " → 归档活动. " in broken.message
    assert "(archive_campaign)" not in broken.message, "the way is told by name"
    assert broken.path[-1].as_json() == {
        "process": "closeout_phase",
        "element": "archive_campaign",
        "name": "归档活动",
        "path": "closeout",
    }
    assert found["ceo_meeting_ratifies"].severity == "warning"


def test_an_element_renamed_under_a_sentence_is_told_with_the_new_name():
    files = resources.manifest_files()
    files["closeout_phase.bpmn"] = files["closeout_phase.bpmn"].replace(
        b"archive_campaign", b"archive_the_campaign"
    )

    found = [each for each in check(files, topics=HANDLERS) if each.file == guarantees.FILE]

    assert any(
        "Did you mean 'archive_the_campaign'?" in each.message for each in found if each.severity == "error"
    )


@pytest.mark.parametrize("page", ["change-a-guarantee.md", "zh/修改公司承诺.md"])
def test_the_sentence_of_the_how_to_holds(page):
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    written = textwrap.dedent(text.split("```yaml\n", 1)[1].split("```", 1)[0])
    reading = guarantees.read(f"guarantees:\n{textwrap.indent(written, '  ')}".encode())
    model = Model.load(resources.manifest_files())

    [verdict] = guarantees.judge(Subject.of(model, HANDLERS), reading.guarantees)

    assert (reading.findings, verdict.proof.state) == ((), "holds")


def moved_out(text: str, element: str) -> tuple[str, str]:
    """Return an event sub-process as it stands in a drawing, and nothing in its place."""
    begin = text.index(f'<bpmn:subProcess id="{element}"')
    end = text.index("</bpmn:subProcess>", begin) + len("</bpmn:subProcess>")
    return text[begin:end], text[:begin] + text[end:]


def test_a_withdrawal_drawn_around_the_whole_campaign_is_found():
    """Nobody would close out and audit what has gone live by then."""
    name = "campaign_approval.bpmn"
    text = resources.manifest_files()[name].decode()
    withdrawal, rest = moved_out(text, "withdrawal")
    error = '<bpmn:errorEventDefinition id="withdrawal_done_def" errorRef="error_withdrawn" />'
    whole = rest.replace("  </bpmn:process>", f"{withdrawal.replace(error, '')}  </bpmn:process>")

    found = judged("closed_out", (name, text, whole))

    assert (found.state, "launch_check" in last(found, 99)) == ("broken", True)


def test_a_withdrawal_that_goes_on_to_execution_is_found():
    edit = (
        "campaign_approval.bpmn",
        'sourceRef="case_withdrawn" targetRef="campaign_withdrawn"',
        'sourceRef="case_withdrawn" targetRef="execution"',
    )

    found = judged("withdrawn_never_runs", edit)

    assert found.state == "broken"
