"""Countersigning: one activity for each of several people, and what is made of their answers."""

from __future__ import annotations

import pytest

from service.errors import InvalidAnswers
from tests.engine.diagrams import boundary, call, end, loop, path, process, service, start, timer, user
from tests.engine.driver import Case

PEOPLE = '=["法务部", "财务部", "技术部"]'
COLLECT = {"outputCollection": "votes", "outputElement": "={department: department, says: says}"}


def countersign(*, sequential: bool = False, until: str = "") -> bytes:
    return process(
        start(),
        user(
            "vote",
            loop(PEOPLE, "department", sequential=sequential, until=until),
            properties=COLLECT,
            group="=department",
        ),
        user("after"),
        end(),
        path("begin", "vote", "after", "done"),
    )


def votes(case: Case) -> list[str]:
    return [f"{vote['department']} {vote['says']}" for vote in case.variables["votes"]]


def test_everybody_votes_and_the_votes_stand_in_the_order_of_the_list():
    case = Case(countersign())
    assert [task.candidate_groups for task in case.open.values()] == [("法务部",), ("财务部",), ("技术部",)]

    case.complete("vote", 2, says="同意")
    case.complete("vote", 0, says="不同意")
    case.complete("vote", 1, says="同意")

    assert votes(case) == ["法务部 不同意", "财务部 同意", "技术部 同意"]
    assert case.tasks() == ["after"]


def test_one_after_the_other_when_sequential():
    case = Case(countersign(sequential=True))

    for index in range(3):
        assert [task.element_index for task in case.open.values()] == [index]
        case.complete("vote", index, says=str(index))

    assert votes(case) == ["法务部 0", "财务部 1", "技术部 2"]


def test_the_first_refusal_may_end_the_round_and_the_others_are_spared():
    case = Case(countersign(until='=some vote in votes satisfies vote.says = "不同意"'))
    case.complete("vote", 1, says="同意")
    assert case.tasks() == ["vote", "vote"]

    case.complete("vote", 2, says="不同意")

    assert case.tasks() == ["after"]
    assert votes(case) == ["财务部 同意", "技术部 不同意"]


def test_the_counters_are_seen_by_the_completion_condition():
    case = Case(
        countersign(until="=nrOfCompletedInstances / nrOfInstances > 0.5 and nrOfActiveInstances = 1")
    )

    case.complete("vote", 0, says="a")
    assert case.tasks() == ["vote", "vote"]
    case.complete("vote", 1, says="b")

    assert case.tasks() == ["after"]


@pytest.mark.parametrize(
    ("people", "code"), [("=[]", "empty_collection"), ("=null", "not_a_list"), ('="a"', "not_a_list")]
)
def test_an_empty_list_of_approvers_is_an_incident_never_an_approval(people, code):
    case = Case(
        process(start(), user("vote", loop("=people", "person")), end(), path("begin", "vote", "done")),
        variables={"people": {"=[]": [], "=null": None}.get(people, "a")},
    )
    assert case.failed() == [("vote", code)]
    assert case.state == "active"

    case.retry("vote", people=["周衡"])

    assert case.tasks() == ["vote"]


def test_a_result_that_cannot_be_computed_is_refused_and_the_vote_can_be_given_again():
    case = Case(countersign())

    with pytest.raises(InvalidAnswers):
        case.complete("vote", 0)

    case.complete("vote", 0, says="同意")
    assert case.tasks() == ["vote", "vote"]


def test_a_second_round_starts_without_the_votes_of_the_first():
    case = Case(
        process(
            start(),
            user("vote", loop(PEOPLE, "department"), properties=COLLECT, outputs={"says": "says"}),
            user("again"),
            user("vote2", loop(PEOPLE, "department"), properties=COLLECT, outputs={"says": "says"}),
            end(),
            path("begin", "vote", "again", "vote2", "done"),
        )
    )
    for index in range(3):
        case.complete("vote", index, says="不同意")
    case.complete("again")

    for index in (1, 0, 2):
        case.complete("vote2", index, says="同意")

    assert votes(case) == ["法务部 同意", "财务部 同意", "技术部 同意"]
    assert "says" not in case.variables


def test_a_called_process_for_each_element_keeps_its_own_variables():
    inner = process(
        start(),
        user("sign", outputs={"result": "=says"}),
        end(),
        path("begin", "sign", "done"),
        key="q",
        inputs="who",
    )
    case = Case(
        process(
            start(),
            call(
                "phase", "q", {"who": "=person"}, {"result": "=result"}, loop('=["a", "b"]', "person")
            ).replace(
                "<bpmn:extensionElements>",
                "<bpmn:extensionElements><camunda:properties><camunda:property "
                'name="outputCollection" value="results"/><camunda:property name="outputElement" '
                'value="=person + &quot; &quot; + result"/></camunda:properties>',
            ),
            user("after"),
            end(),
            path("begin", "phase", "after", "done"),
        ),
        inner,
    )
    assert case.tasks() == ["sign", "sign"]
    assert [dict(task.variables) for task in case.open.values()] == [{"who": "a"}, {"who": "b"}]

    for says in ("yes", "no"):
        case.complete("sign", says=says)

    assert case.variables["results"] == ["a yes", "b no"]
    assert case.tasks() == ["after"]


def test_services_run_for_each_element_and_one_failure_stops_only_its_own():
    from service.errors import HandlerFailed

    broken = {"b"}

    def handle(call):
        if call.params["name"] in broken:
            raise HandlerFailed("no answer")
        return {"doubled": call.params["name"] * 2}

    task = (
        service("work", "work", {"name": "=name"})
        .replace(
            "<bpmn:extensionElements>",
            "<bpmn:extensionElements><camunda:properties><camunda:property "
            'name="outputCollection" value="all"/><camunda:property name="outputElement" value="=doubled"/>'
            "</camunda:properties>",
        )
        .replace("</bpmn:serviceTask>", loop('=["a","b","c"]', "name") + "</bpmn:serviceTask>")
    )
    case = Case(
        process(start(), task, user("after"), end(), path("begin", "work", "after", "done")),
        handlers={"work": handle},
    )
    assert case.failed() == [("work", "handler_failed")]

    broken.clear()
    case.retry("work")

    assert case.variables["all"] == ["aa", "bb", "cc"]
    assert case.tasks() == ["after"]


def test_an_interrupting_timer_ends_the_whole_round():
    case = Case(
        process(
            start(),
            user("vote", loop(PEOPLE, "department"), properties=COLLECT),
            boundary("late", "vote", timer("duration", "PT1H")),
            user("boss"),
            end(),
            path("begin", "vote", "done"),
            path("late", "boss", "done"),
        )
    )
    case.complete("vote", 0, says="同意")

    case.wait(hours=1)

    assert case.tasks() == ["boss"]
