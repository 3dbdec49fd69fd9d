"""Gateways, joins, loops and ends: what a token does between two waits."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import (
    boundary,
    call,
    declare_error,
    element,
    end,
    error,
    flow,
    inclusive,
    parallel,
    path,
    process,
    script,
    start,
    sub,
    terminate,
    user,
    xor,
)
from tests.engine.driver import Case


def test_a_condition_decides_the_branch():
    case = Case(
        process(
            start(),
            user("ask", outputs={"total": "total"}),
            xor("tier", "small"),
            user("head"),
            user("board"),
            end(),
            path("begin", "ask", "tier"),
            flow("tier", "head", id="small"),
            flow("tier", "board", "=total > 50000"),
            path("head", "done"),
            path("board", "done"),
        )
    )

    case.complete("ask", total=50_000.01)

    assert case.tasks() == ["board"]


@pytest.mark.parametrize("condition", ["=missing > 3", "=null", '="yes"', '=total = "120000"', "=total"])
def test_a_condition_that_is_neither_true_nor_false_is_an_incident_even_with_a_default(condition):
    case = Case(
        process(
            start(),
            xor("tier", "small"),
            end(),
            user("board"),
            path("begin", "tier"),
            flow("tier", "done", id="small"),
            flow("tier", "board", condition),
            path("board", "done"),
        ),
        variables={"total": 120_000},
    )

    assert case.failed() == [("tier", "feel_error")]
    assert case.state == "active"


def test_no_branch_and_no_default_is_an_incident_and_can_be_retried_with_a_corrected_variable():
    case = Case(
        process(
            start(),
            xor("tier"),
            user("head"),
            user("board"),
            end(),
            path("begin", "tier"),
            flow("tier", "head", "=total < 10"),
            flow("tier", "board", "=total > 20"),
            path("head", "done"),
            path("board", "done"),
        ),
        variables={"total": 15},
    )
    assert case.failed() == [("tier", "no_branch")]

    case.retry("tier", total=25)

    assert case.failed() == []
    assert case.tasks() == ["board"]


def test_a_task_is_called_as_drawn_or_else_by_its_id():
    case = Case(
        process(start(), user("a", name="审核方案"), user("b"), end(), path("begin", "a", "b", "done"))
    )
    assert [task.name for task in case.open.values()] == ["审核方案"]

    case.complete("a")

    assert [task.name for task in case.open.values()] == ["b"]


FORK = process(
    start(),
    parallel("fork"),
    user("legal"),
    user("finance"),
    parallel("join"),
    user("after"),
    end(),
    path("begin", "fork", "legal", "join", "after", "done"),
    path("fork", "finance", "join"),
)


@pytest.mark.parametrize("order", [("legal", "finance"), ("finance", "legal")])
def test_a_parallel_join_waits_for_every_branch(order):
    case = Case(FORK)

    case.complete(order[0])
    assert case.tasks() == [order[1]]

    case.complete(order[1])
    assert case.tasks() == ["after"]


def looped(gateway) -> bytes:
    return process(
        start(),
        xor("again"),
        gateway("fork"),
        user("legal"),
        user("finance"),
        gateway("join"),
        user("review", outputs={"ok": "ok"}),
        xor("enough", "no"),
        end(),
        path("begin", "again", "fork"),
        flow("fork", "legal", "=true" if gateway is inclusive else ""),
        flow("fork", "finance", "=true" if gateway is inclusive else ""),
        path("legal", "join", "review", "enough"),
        path("finance", "join"),
        flow("enough", "again", id="no"),
        flow("enough", "done", "=ok"),
    )


@pytest.mark.parametrize("gateway", [parallel, inclusive])
def test_a_join_in_a_loop_waits_on_every_pass_in_any_order(gateway):
    case = Case(looped(gateway))

    for first, second in [
        ("legal", "finance"),
        ("finance", "legal"),
        ("finance", "legal"),
        ("legal", "finance"),
    ]:
        case.complete(first)
        assert case.tasks() == [second]
        case.complete(second)
        assert case.tasks() == ["review"]
        case.complete("review", ok=False)

    assert case.tasks() == ["finance", "legal"]


def test_a_vote_is_not_overwritten_by_the_other_branch_at_the_join():
    case = Case(
        process(
            start(),
            parallel("fork"),
            user("legal", outputs={"legal_says": "says"}),
            user("finance", outputs={"finance_says": "says"}),
            parallel("join"),
            user("after"),
            end(),
            path("begin", "fork", "legal", "join", "after", "done"),
            path("fork", "finance", "join"),
        ),
        variables={"legal_says": "refuse", "finance_says": "refuse"},
    )

    case.complete("legal", says="agree")
    case.complete("finance", says="agree")

    assert dict(case.variables) == {"legal_says": "agree", "finance_says": "agree"}


def test_an_inclusive_gateway_takes_every_true_branch_and_its_join_waits_for_just_those():
    case = Case(
        process(
            start(),
            inclusive("fork", "none"),
            user("a"),
            user("b"),
            user("c"),
            inclusive("join"),
            user("after"),
            end(),
            path("begin", "fork"),
            flow("fork", "a", "=n > 1"),
            flow("fork", "b", "=n > 2"),
            flow("fork", "c", id="none"),
            path("a", "join", "after", "done"),
            path("b", "join"),
            path("c", "join"),
        ),
        variables={"n": 3},
    )
    assert case.tasks() == ["a", "b"]

    case.complete("b")
    assert case.tasks() == ["a"]
    case.complete("a")

    assert case.tasks() == ["after"]


@pytest.mark.parametrize("gateway", [xor, inclusive])
def test_a_default_flow_is_taken_when_no_other_is_whatever_condition_stands_on_it(gateway):
    def asked(n: int) -> list[str]:
        drawing = process(
            start(),
            gateway("split", "rest"),
            user("a"),
            user("b"),
            end(),
            path("begin", "split"),
            flow("split", "a", "=missing > 1", id="rest"),
            flow("split", "b", "=n > 1"),
            path("a", "done"),
            path("b", "done"),
        )
        return Case(drawing, variables={"n": n}).tasks()

    assert asked(2) == ["b"]
    assert asked(1) == ["a"]


def test_a_branch_that_ends_before_an_inclusive_join_holds_nobody_back():
    case = Case(
        process(
            start(),
            parallel("fork"),
            user("a"),
            user("b", outputs={"go": "go"}),
            xor("leave", "out"),
            inclusive("join"),
            user("after"),
            end(),
            end("away"),
            path("begin", "fork", "a", "join", "after", "done"),
            path("fork", "b", "leave"),
            flow("leave", "away", id="out"),
            flow("leave", "join", "=go"),
        )
    )
    case.complete("a")
    assert case.tasks() == ["b"]

    case.complete("b", go=False)

    assert case.tasks() == ["after"]


def test_a_token_that_may_come_by_a_flow_that_has_one_already_holds_nobody_back():
    """BPMN 2.0.2 §13.4.3: only who can reach an empty flow, and none with a token, is waited for."""
    case = Case(
        process(
            start(),
            parallel("fork"),
            user("a"),
            user("b", outputs={"same": "=same"}),
            xor("meet"),
            xor("choose", "other"),
            inclusive("join"),
            user("after"),
            end(),
            path("begin", "fork", "a", "meet", "join", "after", "done"),
            path("fork", "b", "choose"),
            flow("choose", "meet", "=same"),
            flow("choose", "join", id="other"),
        )
    )

    case.complete("a")

    assert case.tasks() == ["after", "b"]


def test_a_token_that_can_only_come_by_an_empty_flow_is_waited_for():
    case = Case(
        process(
            start(),
            parallel("fork"),
            user("a"),
            user("b"),
            user("c"),
            inclusive("join"),
            user("after"),
            end(),
            path("begin", "fork", "a", "join", "after", "done"),
            path("fork", "b", "c", "join"),
        )
    )

    case.complete("a")
    case.complete("b")
    assert case.tasks() == ["c"]
    case.complete("c")

    assert case.tasks() == ["after"]


def test_a_terminate_end_cancels_the_rest_and_runs_nothing_more():
    case = Case(
        process(
            start(),
            parallel("fork"),
            user("a"),
            end("stop", terminate()),
            user("b"),
            script("late", "1", "ran"),
            end(),
            path("begin", "fork", "a", "stop"),
            path("fork", "b", "late", "done"),
        )
    )

    case.complete("a")

    assert case.state == "completed"
    assert case.tasks() == []
    assert "ran" not in case.variables


def test_a_terminate_end_in_a_called_process_ends_only_that_process():
    called = process(
        start(),
        parallel("fork"),
        user("inner"),
        end("stop", terminate()),
        user("other"),
        end(),
        path("begin", "fork", "inner", "stop"),
        path("fork", "other", "done"),
        key="q",
    )
    case = Case(
        process(start(), call("phase", "q"), user("after"), end(), path("begin", "phase", "after", "done")),
        called,
    )

    case.complete("inner")

    assert case.tasks() == ["after"]
    assert [task.activity_path for task in case.open.values()] == ["after"]


def test_two_paths_into_one_task_each_bring_a_token():
    case = Case(
        process(
            start(),
            parallel("fork"),
            user("a"),
            user("b"),
            user("both"),
            end(),
            path("begin", "fork", "a", "both", "done"),
            path("fork", "b", "both"),
        )
    )
    case.complete("a")
    case.complete("b")
    assert case.tasks() == ["both", "both"]

    case.complete("both")
    case.complete("both")

    assert case.state == "completed"


def test_a_thousand_automatic_turns_neither_stall_nor_grow():
    turns = process(
        start(n="=0"),
        xor("again"),
        script("count", "=n + 1", "n"),
        xor("enough", "no"),
        end(),
        path("begin", "again", "count", "enough"),
        flow("enough", "again", id="no"),
        flow("enough", "done", "=n >= 1000"),
    )

    case = Case(turns)

    assert case.state == "completed"
    assert case.variables["n"] == 1000


def test_the_snapshot_of_a_loop_does_not_grow_with_its_turns():
    daily = process(
        start(n="=0"),
        xor("again"),
        user("report", outputs={"n": "=n + 1"}),
        xor("enough", "no"),
        end(),
        path("begin", "again", "report", "enough"),
        flow("enough", "again", id="no"),
        flow("enough", "done", "=n >= 300"),
    )
    case = Case(daily)
    case.complete("report")
    early = len(case.progress.snapshot)

    for _ in range(298):
        case.complete("report")

    assert case.tasks() == ["report"]
    assert len(case.progress.snapshot) < early + 16
    case.complete("report")
    assert case.state == "completed"


def test_an_automatic_loop_without_end_becomes_an_incident_instead_of_hanging():
    forever = process(
        start(),
        xor("again"),
        xor("enough", "no"),
        end(),
        path("begin", "again", "enough"),
        flow("enough", "again", id="no"),
        flow("enough", "done", "=false"),
    )

    case = Case(forever)

    assert [code for _, code in case.failed()] == ["endless_loop"]


def test_an_embedded_sub_process_shares_the_variables_and_an_error_leaves_it_by_its_boundary():
    case = Case(
        process(
            start(),
            sub(
                "phase",
                start("inner_begin"),
                user("inner", outputs={"stop": "stop"}),
                xor("split", "fine"),
                end("inner_done"),
                end("broken", error("refused")),
                path("inner_begin", "inner", "split"),
                flow("split", "inner_done", id="fine"),
                flow("split", "broken", "=stop"),
            ),
            boundary("caught", "phase", error("refused"), why="=error_code"),
            user("mend"),
            end(),
            end("mended"),
            path("begin", "phase", "done"),
            path("caught", "mend", "mended"),
            declared=declare_error("refused"),
        )
    )

    case.complete("inner", stop=True)

    assert case.tasks() == ["mend"]
    assert case.variables["why"] == "refused"
    assert case.variables["stop"] is True


def test_an_error_that_nothing_catches_is_an_incident_at_its_end_event():
    case = Case(
        process(
            start(),
            end("broken", error("refused")),
            path("begin", "broken"),
            declared=declare_error("refused"),
        )
    )

    assert case.failed() == [("broken", "uncaught_error")]


def test_nothing_crosses_a_call_but_what_is_mapped():
    called = process(
        start(),
        user("inner", outputs={"kept": "=x * 2", "y": "=1"}),
        end(),
        path("begin", "inner", "done"),
        key="q",
    )
    case = Case(
        process(
            start(),
            call("phase", "q", {"x": "=a + 1"}, {"result": "=kept"}),
            user("after"),
            end(),
            path("begin", "phase", "after", "done"),
        ),
        called,
        variables={"a": 20, "y": 0},
    )

    case.complete("inner")

    assert dict(case.variables) == {"a": 20, "y": 0, "result": 42}
    assert case.left()[:4] == ["begin", "begin", "inner", "done"]


def test_a_called_process_that_is_not_deployed_is_an_incident():
    case = Case(process(start(), call("phase", "nowhere"), end(), path("begin", "phase", "done")))

    assert case.failed() == [("phase", "process_not_found")]


def test_a_long_chain_of_elements_does_not_overflow_the_stack():
    names = [f"step{number}" for number in range(1500)]
    case = Case(
        process(start(), *[element("task", name) for name in names], end(), path("begin", *names, "done"))
    )

    assert case.state == "completed"
