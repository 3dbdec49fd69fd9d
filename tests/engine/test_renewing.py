"""A task that waits is asked what it shows: what that comes from answers anew."""

from __future__ import annotations

from service.engine.instance import Instance
from service.errors import BpmnError
from tests.engine import diagrams as d
from tests.engine.driver import Case

LEFT = {"left": "=left"}


def opened(**handlers) -> Case:
    return Case(
        d.process(
            d.start(),
            d.service("look", "ledger", outputs=LEFT),
            d.script("judge", "left < 100", "is_short"),
            d.user("review", inputs={**LEFT, "short": "=is_short"}, properties={"restsOn": "look, judge"}),
            d.end(),
            d.path("begin", "look", "judge", "review", "done"),
        ),
        handlers=handlers,
    )


def renewed(case: Case) -> tuple[dict, dict]:
    """Return what the only open task shows now, and the variables of the case after that."""
    instance = Instance.load(case.model, case.progress.snapshot, case.environment())
    [token] = case.open
    return dict(instance.task_now(token).inputs), dict(instance.variables)


def test_what_a_task_rests_on_is_asked_again():
    ledger = iter([956, 56])
    case = opened(ledger=lambda call: {"left": next(ledger)})
    [task] = case.open.values()
    assert task.inputs == {"left": 956, "short": False}

    shown, variables = renewed(case)

    assert shown == {"left": 56, "short": True}
    assert (variables["left"], variables["is_short"]) == (56, True)


def test_what_answers_that_there_is_nothing_to_know_leaves_what_was_known():
    answers = iter([{"left": 956}, BpmnError("no_data", "nothing")])

    def ledger(call):
        found = next(answers)
        if isinstance(found, BpmnError):
            raise found
        return found

    assert renewed(opened(ledger=ledger))[0] == {"left": 956, "short": False}


def test_the_elements_of_a_list_share_what_is_found_out():
    ledger = iter([956, 56])
    case = Case(
        d.process(
            d.start(),
            d.service("look", "ledger", outputs=LEFT),
            d.user(
                "review",
                d.loop('=["财务部", "技术部"]', "department"),
                inputs={"mine": '=if department = "财务部" then left else null'},
                properties={"restsOn": "look"},
            ),
            d.end(),
            d.path("begin", "look", "review", "done"),
        ),
        handlers={"ledger": lambda call: {"left": next(ledger)}},
    )
    instance = Instance.load(case.model, case.progress.snapshot, case.environment())
    first, second = case.open

    assert instance.task_now(first).inputs == {"mine": 56}
    case.handlers["ledger"] = lambda call: {"left": 7}
    assert instance.task_now(second).inputs == {"mine": None}
