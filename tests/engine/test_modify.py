"""Tokens moved by hand: taken away, placed, and refused with the reason where the case would be lost."""

from __future__ import annotations

import pytest

from service.engine.motion.modifying import Modification
from service.errors import InvalidInput
from tests.engine.diagrams import (
    boundary,
    call,
    end,
    loop,
    parallel,
    path,
    process,
    start,
    sub,
    timer,
    user,
)
from tests.engine.driver import MONDAY, Case

LINE = process(
    start(),
    user("write", outputs={"text": "=text"}),
    user("check"),
    boundary("late", "check", timer("duration", "PT1H")),
    user("decide"),
    user("boss"),
    end(),
    path("begin", "write", "check", "decide", "done"),
    path("late", "boss", "done"),
)
FORK = process(
    start(),
    parallel("fork"),
    user("legal"),
    user("legal_head"),
    user("finance"),
    parallel("join"),
    user("decide"),
    end(),
    path("begin", "fork", "legal", "legal_head", "join", "decide", "done"),
    path("fork", "finance", "join"),
)


def change(case: Case, *, cancel: list[str] | None = None, start: list[str] | None = None) -> Modification:
    """Move tokens as an administrator would: seen beforehand, then done, and both say the same."""
    tokens = [case.token(activity) for activity in cancel or []]
    tasks = case.tasks()
    seen = case.act(lambda instance: instance.preview(cancel=tokens, start=start or []))
    assert case.tasks() == tasks
    done = case.act(lambda instance: instance.modify(cancel=tokens, start=start or []))
    assert [each.activity_path for each in seen.opened] == [each.activity_path for each in done.opened]
    assert (seen.closed, seen.lost) == (done.closed, done.lost)
    return done


def refused(case: Case, **wanted: list[str]) -> str:
    before = case.progress.snapshot
    with pytest.raises(InvalidInput) as error:
        change(case, **wanted)
    assert case.progress.snapshot == before
    return error.value.message


def test_a_token_is_moved_on_and_the_case_goes_on_from_there():
    case = Case(LINE)

    done = change(case, cancel=["write"], start=["check"])

    assert case.tasks() == ["check"]
    assert [each.activity_path for each in done.opened] == ["check"]
    assert [each.activity_path for each in done.closed] == ["write"]
    assert ("write", "cancelled") in [(step.activity_id, step.event) for step in case.steps]
    case.complete("check")
    case.complete("decide")
    assert case.state == "completed"


def test_the_boundary_events_of_a_started_activity_are_armed():
    case = Case(LINE)

    change(case, cancel=["write"], start=["check"])

    assert case.progress.next_due is not None
    case.wait(hours=1)
    assert case.tasks() == ["boss"]


def test_variables_may_be_set_on_the_way():
    case = Case(LINE)
    token = case.token("write")

    case.act(lambda each: each.modify(cancel=[token], start=["decide"], variables={"text": "given"}))

    assert case.variables["text"] == "given"


def test_an_activity_is_started_beside_what_waits():
    case = Case(LINE)

    done = change(case, start=["decide"])

    assert case.tasks() == ["decide", "write"]
    assert done.closed == ()


def test_nothing_left_would_be_a_silent_end_and_is_refused():
    assert "cancel the case instead" in refused(Case(LINE), cancel=["write"])


@pytest.mark.parametrize(
    ("activity", "reason"),
    [
        ("nowhere", "no activity"),
        ("", "no activity"),
        ("late", "edge of an activity"),
        ("write/inner", "Nothing lies inside"),
        ("write[0]", "no element"),
        ("check[", "no activity"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_by_name(activity, reason):
    assert reason in refused(Case(LINE), start=[activity])


def test_a_token_that_is_gone_is_refused():
    case = Case(LINE)

    with pytest.raises(InvalidInput):
        case.act(lambda each: each.modify(cancel=["0" * 32], start=["check"]))


# ---- joins -----------------------------------------------------------------------------------------


def test_one_branch_may_be_moved_along_while_the_other_goes_on():
    case = Case(FORK)

    change(case, cancel=["legal"], start=["legal_head"])
    case.complete("finance")
    case.complete("legal_head")

    assert case.tasks() == ["decide"]


def test_taking_one_branch_away_would_leave_the_other_waiting_for_ever():
    reason = refused(Case(FORK), cancel=["finance"])

    assert "'join' would wait for ever" in reason
    assert "from finance" in reason


def test_both_branches_may_be_taken_away_together():
    case = Case(FORK)

    change(case, cancel=["legal", "finance"], start=["decide"])

    assert case.tasks() == ["decide"]


def test_starting_one_branch_of_a_block_that_is_over_is_refused():
    case = Case(FORK)
    for activity in ("finance", "legal", "legal_head"):
        case.complete(activity)

    assert "from finance" in refused(case, cancel=["decide"], start=["legal"])

    change(case, cancel=["decide"], start=["legal", "finance"])
    for activity in ("finance", "legal", "legal_head"):
        case.complete(activity)
    assert case.tasks() == ["decide"]


def test_a_block_is_begun_again_at_its_fork_and_a_join_is_not_started_by_itself():
    case = Case(FORK)
    for activity in ("finance", "legal", "legal_head"):
        case.complete(activity)

    assert "A join is not started" in refused(case, start=["join"])
    change(case, cancel=["decide"], start=["fork"])

    assert case.tasks() == ["finance", "legal"]


# ---- phases ----------------------------------------------------------------------------------------


PHASE = process(
    start(),
    user("sign", outputs={"signed": "=says"}),
    user("file"),
    end(),
    path("begin", "sign", "file", "done"),
    key="q",
    inputs="who",
)
CALLING = process(
    start(who='="周衡"'),
    user("first"),
    call("phase", "q", {"who": "=who"}, {"signed": "=signed"}),
    boundary("late", "phase", timer("duration", "PT1H")),
    user("last"),
    user("boss"),
    end(),
    path("begin", "first", "phase", "last", "done"),
    path("late", "boss", "done"),
)


def test_an_activity_inside_a_phase_opens_the_phase_with_its_variables_and_events():
    case = Case(CALLING, PHASE)

    done = change(case, cancel=["first"], start=["phase/file"])

    assert [each.activity_path for each in done.opened] == ["phase", "phase/file"]
    assert [dict(task.variables) for task in case.open.values()] == [{"who": "周衡"}]
    assert case.progress.next_due is not None
    assert "phase" in [step.activity_path for step in case.steps if step.event == "entered"]


def test_a_phase_that_runs_is_entered_and_not_opened_again():
    case = Case(CALLING, PHASE)
    case.complete("first")

    done = change(case, cancel=["sign"], start=["phase/file"])

    assert [each.activity_path for each in done.opened] == ["phase/file"]
    assert case.tasks() == ["file"]


def test_moving_out_of_a_phase_ends_it_with_all_that_runs_in_it_and_says_what_is_lost():
    case = Case(CALLING, PHASE)
    case.complete("first")
    case.complete("sign", says="同意")
    host = next(each for each in case.act(lambda each: each.scopes()) if each.path == "phase")
    token = host.id.removeprefix("call:")

    seen = case.act(lambda each: each.preview(cancel=[token], start=["last"]))
    case.act(lambda each: each.modify(cancel=[token], start=["last"]))

    assert case.tasks() == ["last"]
    assert case.progress.next_due is None
    assert [each.activity_path for each in seen.closed] == ["phase", "phase/file"]
    assert [dict(each.variables) for each in seen.lost] == [{"who": "周衡", "signed": "同意"}]


def test_a_phase_left_empty_would_count_as_done_and_is_refused():
    case = Case(CALLING, PHASE)
    case.complete("first")

    assert "would count as done" in refused(case, cancel=["sign"], start=["last"])


def test_out_of_a_phase_left_empty_leads_taking_away_the_phase_that_is_named():
    case = Case(CALLING, PHASE)
    case.complete("first")
    [sign] = case.act(lambda each: each.active())

    with pytest.raises(InvalidInput) as told:
        case.act(lambda each: each.preview(cancel=[sign.token_id], start=["last"]))
    [phase] = case.act(lambda each: each.enclosing())
    case.act(lambda each: each.modify(cancel=[sign.token_id, phase.token_id], start=["last"]))

    assert [each.path for each in told.value.errors] == [phase.token_id]
    assert (phase.activity_path, case.tasks()) == ("phase", ["last"])


def test_what_only_listens_or_holds_nothing_is_no_activity_around_what_waits():
    case = Case(CALLING, PHASE)

    assert case.act(lambda each: each.enclosing()) == []


def test_a_phase_that_runs_twice_is_not_guessed_at():
    case = Case(CALLING, PHASE)
    case.complete("first")
    change(case, start=["phase"])

    assert "more than once" in refused(case, start=["phase/file"])


def test_a_mapping_that_cannot_be_computed_refuses_to_open_the_phase():
    case = Case(CALLING.replace(b'"=who"', b'"=missing + 1"'), PHASE)

    assert refused(case, cancel=["first"], start=["phase/file"])


def test_an_embedded_sub_process_is_entered_too():
    inner = sub("block", start("in"), user("a"), user("b"), end("out"), path("in", "a", "b", "out"))
    case = Case(process(start(), user("first"), inner, end(), path("begin", "first", "block", "done")))

    change(case, cancel=["first"], start=["block/b"])

    assert case.tasks() == ["b"]
    case.complete("b")
    assert case.state == "completed"


# ---- multi-instance --------------------------------------------------------------------------------


def round_of(*, sequential: bool = False, until: str = "") -> bytes:
    return process(
        start(),
        user(
            "vote",
            loop('=["a", "b", "c"]', "who", sequential=sequential, until=until),
            properties={"outputCollection": "votes", "outputElement": "=who + says"},
        ),
        user("after"),
        end(),
        path("begin", "vote", "after", "done"),
    )


def element(case: Case, index: int) -> str:
    return case.token("vote", index)


def test_a_voter_taken_out_is_not_waited_for():
    case = Case(round_of(until="=nrOfCompletedInstances = nrOfInstances"))
    token = element(case, 1)

    case.act(lambda each: each.modify(cancel=[token]))
    case.complete("vote", 0, says="+")
    case.complete("vote", 2, says="-")

    assert case.tasks() == ["after"]
    assert case.variables["votes"] == ["a+", "c-"]


def test_the_last_voter_taken_out_ends_the_round_with_what_the_others_said():
    case = Case(round_of())
    case.complete("vote", 0, says="+")
    case.complete("vote", 2, says="-")
    token = element(case, 1)

    case.act(lambda each: each.modify(cancel=[token]))

    assert case.tasks() == ["after"]
    assert case.variables["votes"] == ["a+", "c-"]


def test_a_round_in_which_nobody_had_a_say_is_never_passed():
    case = Case(round_of())
    tokens = [element(case, index) for index in range(3)]

    with pytest.raises(InvalidInput, match="Nobody would be left"):
        case.act(lambda each: each.modify(cancel=tokens))


def test_the_next_one_is_asked_when_the_present_one_of_a_sequence_is_taken_out():
    case = Case(round_of(sequential=True))
    token = element(case, 0)

    case.act(lambda each: each.modify(cancel=[token]))

    assert [task.element_index for task in case.open.values()] == [1]
    case.complete("vote", 1, says="+")
    case.complete("vote", 2, says="-")
    assert case.variables["votes"] == ["b+", "c-"]


def test_one_who_has_voted_is_asked_again():
    case = Case(round_of())
    case.complete("vote", 0, says="+")

    case.act(lambda each: each.modify(start=["vote[0]"]))
    assert sorted(task.element_index for task in case.open.values()) == [0, 1, 2]
    for index, says in enumerate("xyz"):
        case.complete("vote", index, says=says)

    assert case.variables["votes"] == ["ax", "by", "cz"]


def test_one_of_a_sequence_is_asked_again_after_the_others():
    case = Case(round_of(sequential=True))
    for index in (0, 1):
        case.complete("vote", index, says="+")

    case.act(lambda each: each.modify(start=["vote[0]"]))
    case.complete("vote", 2, says="+")
    assert case.tasks() == ["vote"]
    case.complete("vote", 0, says="-")

    assert case.variables["votes"] == ["a-", "b+", "c+"]


def test_an_element_at_work_or_beyond_the_list_is_refused():
    case = Case(round_of())

    assert "at work already" in refused(case, start=["vote[1]"])
    assert "no element" in refused(case, start=["vote[3]"])


def test_what_a_round_had_collected_is_named_as_lost():
    case = Case(round_of())
    case.complete("vote", 0, says="+")
    wrapper = next(step.token_id for step in case.steps if step.activity_id == "vote")

    done = case.act(lambda each: each.modify(cancel=[wrapper], start=["after"]))

    assert {"votes": ["a+"]} in [dict(each.variables) for each in done.lost]
    assert case.tasks() == ["after"]


def test_a_round_nobody_has_answered_loses_its_elements_and_no_collection():
    case = Case(round_of())
    wrapper = next(step.token_id for step in case.steps if step.activity_id == "vote")

    seen = case.act(lambda each: each.preview(cancel=[wrapper], start=["after"]))

    assert [each.path for each in seen.lost] == ["vote[0]", "vote[1]", "vote[2]"]
    assert len(seen.closed) == 4


def test_an_activity_inside_one_element_of_a_repeated_phase_is_started():
    repeated = CALLING.replace(
        b"</bpmn:callActivity>", loop("=[1, 2]", "n").encode() + b"</bpmn:callActivity>"
    )
    case = Case(repeated, PHASE)
    case.complete("first")
    assert case.tasks() == ["sign", "sign"]

    assert "say which" in refused(case, start=["phase/file"])
    change(case, start=["phase[1]/file"])

    assert case.tasks() == ["file", "sign", "sign"]


# ---- what is stored --------------------------------------------------------------------------------


def test_a_modification_survives_the_snapshot():
    case = Case(round_of())
    tokens = [element(case, 1)]
    case.act(lambda each: each.modify(cancel=tokens))

    for index in (0, 2):
        case.complete("vote", index, says=str(index))

    assert case.variables["votes"] == ["a0", "c2"]
    assert case.now == MONDAY
