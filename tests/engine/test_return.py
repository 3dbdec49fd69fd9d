"""Going back to an activity already visited."""

from __future__ import annotations

import pytest

from service.errors import InvalidInput
from tests.engine.diagrams import end, parallel, path, process, start, user
from tests.engine.driver import Case

BLOCK = process(
    start(),
    user("write", outputs={"text": "text"}),
    parallel("fork"),
    user("legal"),
    user("legal_head"),
    user("finance"),
    parallel("join"),
    user("decide"),
    end(),
    path("begin", "write", "fork", "legal", "legal_head", "join", "decide", "done"),
    path("fork", "finance", "join"),
)


def at(*answered: str) -> Case:
    case = Case(BLOCK)
    for activity in answered:
        case.complete(activity, text="a plan")
    return case


def back(case: Case, activity: str, target: str) -> None:
    token = case.token(activity)
    case.act(lambda instance: instance.return_to(token, target))


def finish(case: Case) -> str:
    for _ in range(10):
        for activity in case.tasks():
            case.complete(activity, text="again")
        if case.state != "active":
            break
    return case.state


def test_returning_before_the_fork_cancels_the_whole_parallel_block():
    case = at("write", "finance")

    back(case, "legal", "write")

    assert case.tasks() == ["write"]
    assert finish(case) == "completed"


def test_returning_within_a_branch_leaves_the_other_branch_alone():
    case = at("write", "legal")

    back(case, "legal_head", "legal")

    assert case.tasks() == ["finance", "legal"]
    assert finish(case) == "completed"


def test_a_branch_that_has_already_arrived_at_the_join_keeps_its_place():
    case = at("write", "finance", "legal")

    back(case, "legal_head", "legal")
    case.complete("legal")
    case.complete("legal_head")

    assert case.tasks() == ["decide"]


def test_returning_from_behind_the_join_walks_the_block_again():
    case = at("write", "finance", "legal", "legal_head")

    back(case, "decide", "write")
    case.complete("write", text="better")
    case.complete("finance")
    assert case.tasks() == ["legal"]

    case.complete("legal")
    case.complete("legal_head")
    assert case.tasks() == ["decide"]
    assert finish(case) == "completed"


def test_returning_from_behind_the_join_into_one_branch_is_refused_since_the_other_would_be_missing():
    case = at("write", "finance", "legal", "legal_head")

    with pytest.raises(InvalidInput):
        back(case, "decide", "legal")

    assert case.tasks() == ["decide"]


def test_an_activity_never_visited_is_refused():
    case = at("write")

    with pytest.raises(InvalidInput):
        back(case, "legal", "decide")
