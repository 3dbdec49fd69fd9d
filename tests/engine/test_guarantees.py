"""Guarantees: each kind of sentence on drawings that keep it, and on those that break it as people would."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import (
    boundary,
    call,
    catch,
    declare_error,
    declare_message,
    element,
    end,
    error,
    event_sub,
    flow,
    inclusive,
    loop,
    message,
    parallel,
    path,
    process,
    script,
    service,
    start,
    sub,
    terminate,
    timer,
    user,
    xor,
)
from tests.engine.guarantee_cases import decision, proof, told

LEGAL_FIRST = "before: launch\nalways: legal"


def straight(*more: str) -> bytes:
    return process(
        start(), user("legal"), user("launch"), end(), path("begin", "legal", "launch", "done"), *more
    )


# ---- before, always ------------------------------------------------------------------------------------


def test_what_stands_on_every_way_is_proven():
    assert proof(LEGAL_FIRST, straight()).state == "holds"


def test_an_interrupting_timer_leads_past_a_task_that_was_never_completed():
    found = proof(
        LEGAL_FIRST, straight(boundary("late", "legal", timer("duration", "P2D")), flow("late", "launch"))
    )

    assert told(found) == ("broken", ["begin", "late", "launch"])
    assert found.is_sure


def test_a_reminder_that_only_ends_changes_nothing():
    reminder = boundary("late", "legal", timer("duration", "P2D"), interrupting=False)

    assert proof(LEGAL_FIRST, straight(reminder, end("reminded"), flow("late", "reminded"))).state == "holds"


def test_a_reminder_that_leads_on_to_the_next_step_passes_the_task_by():
    reminder = boundary("late", "legal", timer("duration", "P2D"), interrupting=False)

    assert proof(LEGAL_FIRST, straight(reminder, flow("late", "launch"))).state == "broken"


def test_one_of_several_is_enough_and_all_ways_need_one():
    drawing = process(
        start(urgent="=a"),
        xor("urgent_gateway", "ordinary"),
        user("fast"),
        user("legal"),
        xor("met"),
        user("launch"),
        end(),
        path("begin", "urgent_gateway"),
        flow("urgent_gateway", "fast", "=urgent = true"),
        flow("urgent_gateway", "legal", id="ordinary"),
        path("fast", "met"),
        path("legal", "met", "launch", "done"),
    )

    assert proof("before: launch\nalways: [legal, fast]", drawing).state == "holds"
    assert told(proof(LEGAL_FIRST, drawing)) == (
        "broken",
        ["begin", "urgent_gateway", "fast", "met", "launch"],
    )


def test_values_are_followed_through_gateways_until_the_way_is_ruled_out():
    def drawing(asked: str) -> bytes:
        return process(
            start(),
            user("legal", outputs={"conclusion": "=a"}),
            xor("first", "no"),
            user("extra", outputs={"conclusion": '="同意"'}),
            xor("met"),
            xor("second", "refused"),
            user("launch"),
            end("stopped"),
            end(),
            path("begin", "legal", "first"),
            flow("first", "extra", '=conclusion = "退回"'),
            flow("first", "met", id="no"),
            path("extra", "met", "second"),
            flow("second", "launch", f'=conclusion = "{asked}"'),
            flow("second", "stopped", id="refused"),
            path("launch", "done"),
        )

    sentence = 'before: launch\nalways: legal\nconcluding: conclusion = "同意"'
    assert proof('never: launch\nwhen: conclusion != "同意"', drawing("同意")).state == "holds"
    # A slip of the pen in the condition lets another answer through.
    assert proof('never: launch\nwhen: conclusion != "同意"', drawing("同 意")).state == "broken"
    assert told(proof(sentence, drawing("同意")))[0] == "broken"


def test_a_misspelt_literal_sends_a_case_along_the_default_flow():
    def drawing(literal: str) -> bytes:
        return process(
            start(tier='="vp"'),
            xor("tier_gateway", "others"),
            user("vp_decision"),
            user("meeting"),
            xor("met"),
            user("launch"),
            end(),
            path("begin", "tier_gateway"),
            flow("tier_gateway", "vp_decision", f'=tier = "{literal}"'),
            flow("tier_gateway", "meeting", id="others"),
            path("vp_decision", "met"),
            path("meeting", "met", "launch", "done"),
        )

    sentence = 'before: launch\nalways: vp_decision\nwhen: tier = "vp"'
    assert proof(sentence, drawing("vp")).state == "holds"
    assert told(proof(sentence, drawing("v p")))[1] == ["begin", "tier_gateway", "meeting", "met", "launch"]


def test_a_table_is_followed_and_a_changed_row_breaks_what_hung_on_it():
    drawing = process(
        start(total="=total"),
        element(
            "businessRuleTask",
            "tier",
            camunda_decisionRef="tiers",
            camunda_resultVariable="tier",
            camunda_mapDecisionResult="singleEntry",
        ),
        xor("tier_gateway", "small"),
        user("boss"),
        user("head"),
        xor("met"),
        user("launch"),
        end(),
        path("begin", "tier", "tier_gateway"),
        flow("tier_gateway", "boss", '=tier = "boss"'),
        flow("tier_gateway", "head", id="small"),
        path("head", "met"),
        path("boss", "met", "launch", "done"),
        inputs="total",
    )
    sentence = "before: launch\nalways: boss\nwhen: total > 200000"

    right = decision("tiers", ["total:number"], "tier", ("<= 200000", '"head"'), ("> 200000", '"boss"'))
    wrong = decision("tiers", ["total:number"], "tier", ("<= 500000", '"head"'), ("> 500000", '"boss"'))
    assert proof(sentence, drawing, extra={"tiers.dmn": right}).state == "holds"
    found = proof(sentence, drawing, extra={"tiers.dmn": wrong})
    assert (found.state, found.is_sure) == ("broken", True)


def test_since_asks_for_the_task_anew():
    def drawing(back_to: str) -> bytes:
        return process(
            start(),
            xor("again"),
            user("legal"),
            xor("met"),
            user("decide"),
            xor("decided", "fine"),
            user("revise"),
            user("launch"),
            end(),
            path("begin", "again", "legal", "met", "decide", "decided"),
            flow("decided", "revise", "=a"),
            flow("decided", "launch", id="fine"),
            flow("revise", back_to),
            path("launch", "done"),
        )

    assert proof(f"{LEGAL_FIRST}\nsince: revise", drawing("again")).state == "holds"
    assert proof(LEGAL_FIRST, drawing("met")).state == "holds"
    assert told(proof(f"{LEGAL_FIRST}\nsince: revise", drawing("met")))[0] == "broken"


def test_a_return_that_skips_is_a_way_too():
    def drawing(targets: str) -> bytes:
        return process(
            start(),
            user("write"),
            user("legal"),
            user("revise", properties={"returnTo": targets}),
            user("launch"),
            end(),
            path("begin", "write", "legal", "revise", "launch", "done"),
        )

    sentence = "before: launch\nalways: legal\nsince: write"
    assert proof(sentence, drawing("write")).state == "holds"
    assert proof("after: revise\nalways: write", drawing("write")).state == "broken"
    assert proof("before: write\nalways: legal\nsince: revise", drawing("write")).state == "broken"


# ---- parts that run side by side -----------------------------------------------------------------------


def branches(gateway, *behind: str) -> bytes:
    return process(
        start(),
        gateway("fork"),
        user("legal"),
        user("tech"),
        gateway("meet"),
        user("launch"),
        end(),
        path("begin", "fork", "legal", "meet", "launch", "done"),
        path("fork", "tech", "meet"),
        *behind,
    )


def test_a_parallel_join_waits_for_every_branch():
    assert proof(LEGAL_FIRST, branches(parallel)).state == "holds"
    assert proof("before: tech\nalways: legal", branches(parallel)).state == "broken"


def test_a_merge_in_place_of_a_join_lets_one_branch_through():
    drawing = process(
        start(),
        parallel("fork"),
        user("legal"),
        user("tech"),
        xor("meet"),
        user("launch"),
        end(),
        path("begin", "fork", "legal", "meet", "launch", "done"),
        path("fork", "tech", "meet"),
    )

    assert told(proof(LEGAL_FIRST, drawing)) == ("broken", ["begin", "fork", "tech", "meet", "launch"])


def test_an_inclusive_gateway_may_leave_a_branch_out():
    drawing = process(
        start(),
        inclusive("fork", "always"),
        user("legal"),
        user("tech"),
        inclusive("meet"),
        user("launch"),
        end(),
        path("begin", "fork"),
        flow("fork", "legal", "=risky"),
        flow("fork", "tech", id="always"),
        path("legal", "meet"),
        path("tech", "meet", "launch", "done"),
    )

    assert proof(LEGAL_FIRST, drawing).state == "broken"
    assert proof("before: launch\nalways: [legal, tech]", drawing).state == "holds"


def test_an_event_gateway_goes_on_by_one_event_alone():
    drawing = process(
        start(),
        element("eventBasedGateway", "wait"),
        catch("agreed", message("yes")),
        catch("waited", timer("duration", "P1D")),
        user("legal"),
        xor("met"),
        user("launch"),
        end(),
        path("begin", "wait", "agreed", "met", "launch", "done"),
        path("wait", "waited", "legal", "met"),
        declared=declare_message("yes"),
    )

    assert told(proof(LEGAL_FIRST, drawing)) == ("broken", ["begin", "wait", "agreed", "met", "launch"])
    assert proof("before: launch\nalways: [legal, agreed]", drawing).state == "holds"


def test_somebody_of_each_list_has_answered_when_a_multi_instance_is_through():
    drawing = process(
        start(),
        user("legal", loop("=lawyers", "who", until="=nrOfCompletedInstances > 0")),
        user("launch"),
        end(),
        path("begin", "legal", "launch", "done"),
        inputs="lawyers",
    )

    assert proof(LEGAL_FIRST, drawing).state == "holds"


def test_what_is_left_early_in_a_multi_instance_may_not_be_completed():
    drawing = process(
        start(),
        sub(
            "each",
            loop("=people", "who", until="=nrOfCompletedInstances > 0"),
            start("each_begins"),
            user("ask"),
            user("sign"),
            end("each_done"),
            path("each_begins", "ask", "sign", "each_done"),
        ),
        user("launch"),
        end(),
        path("begin", "each", "launch", "done"),
        inputs="people",
    )

    assert proof("before: launch\nalways: sign", drawing).state == "holds"
    assert proof("after: ask\nalways: sign", drawing).state == "broken"


# ---- calls, errors, events -----------------------------------------------------------------------------


def test_a_call_that_is_replaced_by_another_process_breaks_the_sentence():
    review = process(start("r1"), user("legal"), end("r2"), path("r1", "legal", "r2"), key="review")
    wave = process(start("w1"), user("wave"), end("w2"), path("w1", "wave", "w2"), key="wave_through")

    def main(called: str) -> bytes:
        return process(
            start(), call("stage", called), user("launch"), end(), path("begin", "stage", "launch", "done")
        )

    assert proof(LEGAL_FIRST, main("review"), review, wave).state == "holds"
    found = proof(LEGAL_FIRST, main("wave_through"), review, wave)
    assert [(step.path, step.element.id) for step in found.way] == [
        ((), "begin"),
        ((), "stage"),
        ((), "launch"),
    ]


def test_what_a_call_maps_out_decides_on_the_other_side():
    review = process(
        start("r1"),
        user("legal", outputs={"answer": "=a"}),
        end("r2"),
        path("r1", "legal", "r2"),
        key="review",
    )
    main = process(
        start(),
        call("stage", "review", out={"conclusion": "=answer"}),
        xor("asked", "no"),
        user("launch"),
        end("stopped"),
        end(),
        path("begin", "stage", "asked"),
        flow("asked", "launch", '=conclusion = "同意"'),
        flow("asked", "stopped", id="no"),
        path("launch", "done"),
    )

    sentence = 'before: launch\nalways: legal\nconcluding: answer = "同意"'
    assert proof(sentence, main, review).state == "holds"


def test_a_call_that_sets_nothing_hands_back_nothing_of_its_callers():
    """Its variables are its own: what it never sets may not be taken from around it."""
    note = process(start("n1"), user("note"), end("n2"), path("n1", "note", "n2"), key="note_process")
    main = process(
        start(conclusion='=""'),
        call("stage", "note_process", out={"conclusion": "=conclusion"}),
        xor("asked", "no"),
        user("launch"),
        end("stopped"),
        end(),
        path("begin", "stage", "asked"),
        flow("asked", "launch", '=conclusion = "同意"'),
        flow("asked", "stopped", id="no"),
        path("launch", "done"),
    )

    assert proof("never: launch", main, note).state == "broken"


def test_an_error_leaves_a_call_without_completing_it():
    inner = process(
        start("i1"),
        user("legal", outputs={"fine": "=a"}),
        xor("ok", "bad"),
        end("i2"),
        end("failed", error("refused")),
        path("i1", "legal", "ok"),
        flow("ok", "i2", "=fine = true"),
        flow("ok", "failed", id="bad"),
        key="inner",
        declared=declare_error("refused"),
    )
    main = process(
        start(),
        call("stage", "inner"),
        boundary("caught", "stage", error("refused")),
        xor("met"),
        user("launch"),
        end(),
        path("begin", "stage", "met", "launch", "done"),
        path("caught", "met"),
        declared=declare_error("refused"),
    )

    assert proof(LEGAL_FIRST, main, inner).state == "holds"
    found = proof("before: launch\nalways: stage", main, inner)
    assert [step.element.id for step in found.way][-3:] == ["caught", "met", "launch"]


def test_a_terminate_event_ends_what_stands_beside_it():
    drawing = process(
        start(),
        parallel("fork"),
        user("legal"),
        user("quick"),
        end("over", terminate()),
        parallel("meet"),
        end(),
        path("begin", "fork", "legal", "meet", "done"),
        path("fork", "quick", "over"),
        user("third"),
        path("fork", "third", "meet"),
    )

    assert proof("after: quick\nalways: legal", drawing).state == "broken"


def test_an_event_sub_process_may_take_over_at_any_time():
    def drawing(*, interrupting: bool) -> bytes:
        return process(
            start(),
            user("legal"),
            user("launch"),
            end(),
            path("begin", "legal", "launch", "done"),
            event_sub(
                "withdrawn",
                message("stop"),
                user("take_down"),
                end("gone"),
                path("withdrawn_begins", "take_down", "gone"),
                interrupting=interrupting,
            ),
            declared=declare_message("stop"),
        )

    assert proof("before: take_down\nalways: legal", drawing(interrupting=True)).state == "broken"
    assert proof("after: legal\nalways: launch", drawing(interrupting=True)).state == "broken"
    assert proof(LEGAL_FIRST, drawing(interrupting=True)).state == "holds"


# ---- after, never --------------------------------------------------------------------------------------


def test_what_must_follow_follows_on_every_way_to_the_end():
    def drawing(target: str) -> bytes:
        return process(
            start(),
            user("launch"),
            xor("stopped", "fine"),
            user("audit"),
            end(),
            path("begin", "launch", "stopped"),
            flow("stopped", target, "=early"),
            flow("stopped", "audit", id="fine"),
            path("audit", "done"),
        )

    assert proof("after: launch\nalways: audit", drawing("audit")).state == "holds"
    assert told(proof("after: launch\nalways: audit", drawing("done"))) == (
        "broken",
        ["begin", "launch", "stopped", "done"],
    )


@pytest.mark.parametrize("passed", ["asked", "met", "forked", "raced", "failed"])
def test_a_gateway_and_an_end_are_completed_where_a_case_goes_on_from_them(passed):
    inside = start("inner"), xor("fails", "not"), end("failed", error()), end("went_well")
    inside += path("inner", "fails"), flow("fails", "failed", "=wrong"), flow("fails", "went_well", id="not")
    drawing = process(
        start(),
        xor("asked", "fine"),
        xor("met"),
        parallel("forked"),
        '<bpmn:eventBasedGateway id="raced" />',
        catch("waited", timer("duration", "PT1H")),
        catch("waited_longer", timer("duration", "PT2H")),
        sub("inside", *inside),
        boundary("caught", "inside", error()),
        user("audit"),
        end(),
        end("elsewhere"),
        end("beside"),
        path("begin", "asked"),
        flow("asked", "met", "=early"),
        flow("asked", "elsewhere", id="fine"),
        path("met", "forked", "raced", "waited", "inside", "elsewhere"),
        path("forked", "beside"),
        flow("raced", "waited_longer"),
        flow("waited_longer", "inside"),
        path("caught", "audit", "done"),
    )

    assert proof(f"after: {passed}\nalways: audit", drawing).state == (
        "holds" if passed == "failed" else "broken"
    )
    assert proof(f"before: audit\nalways: {passed}", drawing).state == "holds"


def test_a_way_at_a_gateway_nobody_can_follow_is_doubted():
    drawing = process(
        start(),
        xor("asked", "no"),
        user("launch"),
        end(),
        path("begin", "asked"),
        flow("asked", "launch", "=count(issues) = 0"),
        flow("asked", "done", id="no"),
        path("launch", "done"),
        inputs="issues",
    )

    found = proof("never: launch", drawing)

    assert found.state == "broken"
    assert [step.element.id for step in found.doubted] == ["asked"]


def test_a_list_is_followed_by_who_is_in_it():
    def drawing(removed: str) -> bytes:
        return process(
            start(agreed="=[]"),
            user(
                "legal", outputs={"agreed": 'if a = "同意" then concatenate(agreed, ["法务部"]) else agreed'}
            ),
            xor("signed", "no"),
            script("revise", f"agreed[list contains({removed}, item) = false]", "agreed"),
            xor("again", "skip"),
            user("launch"),
            end(),
            end("stopped"),
            path("begin", "legal", "signed"),
            flow("signed", "revise", '=list contains(agreed, "法务部")'),
            flow("signed", "stopped", id="no"),
            path("revise", "again"),
            flow("again", "stopped", '=list contains(agreed, "法务部") = false'),
            flow("again", "launch", id="skip"),
            path("launch", "done"),
        )

    sentence = 'never: launch\nwhen: list contains(agreed, "法务部") = false'
    assert proof(sentence, drawing('["技术部"]')).state == "holds"
    assert proof("never: launch", drawing('["法务部"]')).state == "holds"
    assert proof("never: launch", drawing('["技术部"]')).state == "broken"


def test_what_calls_itself_is_not_proven_and_says_so():
    main = process(start(), call("self", "p"), user("launch"), end(), path("begin", "self", "launch", "done"))
    other = process(start("o1"), call("c", "p"), end("o2"), path("o1", "c", "o2"), key="other")

    found = proof("before: launch\nalways: launch", main, other)

    assert found.state == "unproven"
    assert "calls itself" in str(found.reason)
    assert "people may begin p on their own too" in str(found.reason), "a phase that is no phase alone"


def test_too_many_ways_are_not_proven_and_say_so():
    """Eight branches of six steps, each of which may be the one that counts."""
    names = [[f"t{branch}_{step}" for step in range(6)] for branch in range(8)]
    tasks = [user(name, outputs={f"v{name}": "=a"}) for branch in names for name in branch]
    asked = [
        flow("last", "done", " and ".join(f'v{name} = "x"' for branch in names for name in branch)),
        flow("last", "launch", id="else"),
    ]
    drawing = process(
        start(),
        parallel("fork"),
        *tasks,
        parallel("meet"),
        xor("last", "else"),
        user("launch"),
        end(),
        path("begin", "fork"),
        *(path("fork", *branch, "meet") for branch in names),
        path("meet", "last"),
        path("launch", "done"),
        *asked,
    )
    each = ", ".join(name for branch in names for name in branch)

    found = proof(f'before: launch\nalways: t0_0\nsince: [{each}]\nwhen: vt1_1 = "x"', drawing)

    assert found.state == "unproven"
    assert "more than" in str(found.reason)
    assert "people may begin" not in str(found.reason)


# ---- single tasks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("not_by", ["", "draft"])
def test_four_eyes_taken_off_a_task_break_the_sentence(not_by):
    drawing = process(
        start(),
        user("draft"),
        user("sign", properties={"notBy": not_by or "nobody", "approval": "true"}),
        end(),
        path("begin", "draft", "sign", "done"),
    )

    assert proof("who_does: approvals\nis_never: applicant", drawing).state == "broken"
    assert (proof("who_does: sign\nis_never: draft", drawing).state == "holds") == (not_by == "draft")


@pytest.mark.parametrize("place", ["edge", "around", "beside"])
def test_a_timer_that_takes_an_approval_away_is_found_wherever_it_is_drawn(place):
    task = user("sign", properties={"approval": "true"})
    stage = process(
        start("s1"),
        task,
        end("s2"),
        path("s1", "sign", "s2"),
        *(
            [boundary("late", "sign", timer("duration", "P2D")), flow("late", "s2")]
            if place == "edge"
            else [event_sub("limit", timer("duration", "P2D"), end("cut"), path("limit_begins", "cut"))]
            if place == "beside"
            else []
        ),
        key="stage",
    )
    around = (
        [boundary("over", "call", timer("duration", "P5D")), flow("over", "done")]
        if place == "around"
        else []
    )
    main = process(start(), call("call", "stage"), end(), path("begin", "call", "done"), *around)

    found = proof("no_timer_concludes: approvals", main, stage)

    assert found.state == "broken"
    assert "takes 'sign' away" in str(found.reason)


def test_a_timer_that_goes_on_as_the_task_would_concludes_for_a_person():
    def drawing(target: str) -> bytes:
        return process(
            start(),
            user("sign", properties={"approval": "true"}),
            user("launch"),
            end(),
            end("reminded"),
            path("begin", "sign", "launch", "done"),
            boundary("late", "sign", timer("duration", "P2D"), interrupting=False),
            flow("late", target),
        )

    assert proof("no_timer_concludes: sign", drawing("reminded")).state == "holds"
    assert proof("no_timer_concludes: sign", drawing("launch")).state == "broken"


@pytest.mark.parametrize(
    ("time", "state"),
    [
        ("=workdays_after(now(), 2)", "holds"),
        ("=workdays_after(now(), 3)", "broken"),
        ("=explanation_due", "unproven"),
        ("PT4H", "holds"),
        ("P5D", "broken"),
    ],
)
def test_somebody_is_told_in_time(time, state):
    drawing = process(
        start(),
        user("sign"),
        end(),
        end("told"),
        path("begin", "sign", "done"),
        boundary(
            "late", "sign", timer("date" if time.startswith("=") else "duration", time), interrupting=False
        ),
        service("remind", "notify.remind", {"activity": "sign"}),
        path("late", "remind", "told"),
    )

    assert proof("waits_at: sign\ntold_within: 2", drawing).state == state


def test_nobody_is_told_where_no_timer_tells():
    assert proof("waits_at: legal\ntold_within: 2", straight()).state == "broken"


@pytest.mark.parametrize(
    ("due", "properties", "state"),
    [
        ("=workdays_after(now(), 2)", {"remindAt": "0"}, "holds"),
        ("=workdays_after(now(), 3)", {"remindAt": "-1, 0"}, "holds"),
        ("=workdays_after(now(), 3)", {"remindAt": "0"}, "broken"),
        ("=workdays_after(now(), 1)", {"escalateAfter": "1", "escalateTo": "财务部"}, "holds"),
        ("=workdays_after(now(), 1)", {"escalateAfter": "2", "escalateTo": "财务部"}, "broken"),
        ("=workdays_after(now(), 1)", {"remindEvery": "1"}, "holds"),
        ("=workdays_after(now(), 2)", {"remindEvery": "1"}, "broken"),
        # One workday before the due date is past already when the task opens: it is left out.
        ("=workdays_after(now(), 1)", {"remindAt": "-1"}, "broken"),
        ("PT4H", {"remindAt": "-PT1H, PT2H"}, "holds"),
        ("P5D", {"remindAt": "0"}, "broken"),
        ("", {"remindAt": "2"}, "holds"),
        ("", {"remindAt": "3"}, "broken"),
        ("=explanation_due", {"remindAt": "0"}, "unproven"),
        ("=workdays_after(now(), 1)", {"remindAt": "=[0]"}, "unproven"),
    ],
)
def test_a_reminder_of_the_task_tells_in_time(due, properties, state):
    written = {"camunda_dueDate": due} if due else {}
    task = user("sign", properties=properties, **written)
    drawing = process(start(), task, end(), path("begin", "sign", "done"))

    assert proof("waits_at: sign\ntold_within: 2", drawing).state == state


def test_a_reminder_concludes_for_nobody():
    task = user(
        "sign",
        properties={"approval": "true", "remindAt": "0", "escalateAfter": "1", "escalateTo": "财务部"},
        camunda_dueDate="PT4H",
    )
    drawing = process(start(), task, end(), path("begin", "sign", "done"))

    assert proof("no_timer_concludes: approvals", drawing).state == "holds"


# ---- what others do meanwhile --------------------------------------------------------------------------


def beside(*ours: str, theirs: tuple[str, ...]) -> str:
    """Return the flows of two branches that run beside each other."""
    return path("begin", "fork", *ours, "join", "done") + path("fork", *theirs, "join")


def test_what_another_branch_changes_while_a_task_waits_is_asked_about_behind_it():
    drawn = process(
        start(),
        parallel("fork"),
        user("agree", outputs={"agreed": "=true"}),
        user("prepare"),
        user("launch"),
        user("object", outputs={"agreed": "=false"}),
        parallel("join"),
        end(),
        beside("agree", "prepare", "launch", theirs=("object",)),
    )

    found = proof("never: launch\nwhen: agreed = false", drawn)

    assert told(found) == ("broken", ["begin", "fork", "agree", "object", "prepare", "launch"])
    assert found.is_sure


def test_what_is_revised_while_a_task_waits_counts_no_more_behind_it():
    drawn = process(
        start(),
        parallel("fork"),
        user("approve"),
        user("prepare"),
        user("launch"),
        user("revise"),
        parallel("join"),
        end(),
        beside("approve", "prepare", "launch", theirs=("revise",)),
    )

    found = proof("before: launch\nalways: approve\nsince: revise", drawn)

    assert told(found) == ("broken", ["begin", "fork", "approve", "revise", "prepare", "launch"])


def test_a_gateway_between_a_task_and_what_is_asked_about_hides_no_wait():
    drawn = process(
        start(),
        parallel("fork"),
        user("agree", outputs={"agreed": "=true"}),
        user("prepare", outputs={"ready": "=a"}),
        xor("is_ready", default="is_ready_to_join"),
        user("launch"),
        user("object", outputs={"agreed": "=false"}),
        parallel("join"),
        end(),
        path("begin", "fork", "agree", "prepare", "is_ready"),
        flow("is_ready", "launch", "=ready"),
        path("is_ready", "join", "done"),
        path("launch", "join"),
        path("fork", "object", "join"),
    )

    found = proof("never: launch\nwhen: agreed = false", drawn)

    assert found.state == "broken"
    assert [step.element.id for step in found.way][-2:] == ["is_ready", "launch"]


def test_a_call_hands_back_what_it_was_handed_whatever_has_changed_since():
    inner = process(start(), user("wait"), end(), path("begin", "wait", "done"), key="inner", inputs="given")
    drawn = process(
        start(),
        script("first", "1", "given_out"),
        script("none_yet", "0", "taken"),
        parallel("fork"),
        call("inside", "inner", {"given": "=given_out"}, {"taken": "=given"}),
        user("change", outputs={"given_out": "=2"}),
        user("forget", outputs={"taken": "=0"}),
        parallel("join"),
        user("pay"),
        end(),
        path("begin", "first", "none_yet", "fork", "inside", "join", "pay", "done"),
        path("fork", "change", "forget", "join"),
    )

    found = proof("never: pay\nwhen: taken = 1 and given_out = 2", drawn, inner)

    assert found.state == "broken"


def test_branches_of_no_account_are_passed_over_and_a_doubt_before_them_is_still_told():
    drawn = process(
        start(),
        user("ask", outputs={"wanted": "=a"}),
        xor("is_wanted", default="is_wanted_to_pay"),
        user("legal"),
        parallel("fork"),
        user("one"),
        user("two"),
        parallel("join"),
        user("pay"),
        end(),
        path("begin", "ask", "is_wanted", "pay", "fork"),
        flow("is_wanted", "legal", "=wanted = today()"),
        path("legal", "pay"),
        path("fork", "one", "join", "done"),
        path("fork", "two", "join"),
    )

    found = proof("before: pay\nalways: legal", drawn)
    after = proof("after: pay\nalways: legal", drawn)

    assert told(found) == ("broken", ["begin", "ask", "is_wanted", "pay"])
    assert [step.element.id for step in found.doubted] == ["is_wanted"]
    assert told(after)[1] == ["begin", "ask", "is_wanted", "pay", "fork", "one", "two", "join", "done"]
