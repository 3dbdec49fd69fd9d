"""What the check refuses before it can run wrong, by code and element."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from service import resources
from service.engine.check import check
from service.handlers import HANDLERS
from tests.engine.diagrams import (
    begins,
    boundary,
    call,
    catch,
    declare_message,
    element,
    end,
    error,
    flow,
    loop,
    message,
    parallel,
    path,
    process,
    script,
    service,
    signal,
    start,
    sub,
    timer,
    user,
    xor,
)

ECHO = SimpleNamespace(
    name="echo",
    inputs=("text",),
    required=("text",),
    outputs=("said",),
    errors=("deaf",),
    kinds={},
    is_open=False,
)
LINE = path("begin", "a", "done")


def found(
    *files: bytes, organisation: str | None = "groups: {法务部: department}", **named: str
) -> list[str]:
    everything = {f"file{number}.bpmn": content for number, content in enumerate(files)}
    everything |= {name.replace("_", "."): text.encode() for name, text in named.items()}
    if organisation is not None:
        everything["organisation.yaml"] = organisation.encode()
    findings = check(everything, topics={"echo": ECHO})
    return [f"{finding.element}: {finding.code}" for finding in findings]


def test_a_sound_drawing_has_no_findings():
    assert found(process(start(), user("a"), end(), LINE)) == []


@pytest.mark.parametrize(
    ("parts", "findings"),
    [
        ([start(), element("adHocSubProcess", "a"), end(), LINE], ["a: unsupported-element"]),
        (
            [start(), element("transaction", "a"), user("b"), end(), path("begin", "a", "b", "done")],
            ["a: unsupported-element"],
        ),
        (
            [
                start(),
                user("b"),
                element("transaction", "a"),
                boundary("late", "a", timer("duration", "PT1H")),
                end(),
                path("begin", "b", "a", "done"),
                path("late", "done"),
            ],
            ["a: unsupported-element"],
        ),
        (
            [
                start(),
                user("a"),
                end(),
                LINE,
                element("subProcess", "e", start("i"), end("o"), path("i", "o"), triggeredByEvent="true"),
            ],
            ["i: unsupported-event"],
        ),
        (
            [
                start(),
                user("a"),
                boundary("late", "a", timer("duration", "PT1H")),
                end(),
                path("begin", "a"),
                flow("a", "gone", id="f"),
                path("late", "done"),
            ],
            ["f: dangling-flow"],
        ),
    ],
    ids=["between", "before", "with a boundary event", "event sub-process", "flow to nowhere"],
)
def test_one_cause_is_one_finding(parts, findings):
    assert found(process(*parts)) == findings


@pytest.mark.parametrize(
    ("parts", "finding"),
    [
        ([start(), user("a"), end(), LINE, flow("a", "nowhere", id="f")], "f: dangling-flow"),
        ([start(), user("a"), user("b"), end(), LINE], "b: unreachable"),
        ([start(), user("a"), path("begin", "a")], "a: dead-end"),
        ([start(), user("a"), path("begin", "a")], "p: no-end"),
        ([user("a"), end(), path("a", "done")], "p: no-start"),
        ([start(), start("two"), user("a"), end(), LINE, path("two", "a")], "two: several-starts"),
        ([start(), user("a"), user("b"), end(), LINE, path("a", "b", "done")], "a: implicit-fork"),
        (
            [start(), user("a"), end(), flow("begin", "a"), flow("a", "done", "=true", "f")],
            "f: ignored-condition",
        ),
        (
            [start(), parallel("a"), end(), flow("begin", "a"), flow("a", "done", "=true", "f")],
            "f: ignored-condition",
        ),
        (
            [start(), xor("a"), user("b"), end(), LINE, path("a", "b", "done")],
            "a_to_b: missing-condition",
        ),
        ([start(), xor("a", "gone"), end(), LINE], "a: dangling-default"),
        ([start(), element("complexGateway", "a"), end()], "a: unsupported-element"),
        ([start(), element("adHocSubProcess", "a"), end()], "a: unsupported-element"),
        (
            [start(), user("a", "<bpmn:standardLoopCharacteristics/>"), end(), LINE],
            "a: standard-loop",
        ),
        (
            [element("startEvent", "begin", signal("s")), user("a"), end(), LINE],
            "begin: unsupported-event",
        ),
        (
            [start(), element("intermediateThrowEvent", "a", "<bpmn:linkEventDefinition/>"), end(), LINE],
            "a: unsupported-event",
        ),
        (
            [
                start(),
                element("intermediateThrowEvent", "a", "<bpmn:compensateEventDefinition/>"),
                end(),
                LINE,
            ],
            "a: unsupported-event",
        ),
        ([start(), catch("a", ""), end(), LINE], "a: unsupported-event"),
        ([start(), catch("a", message("m")), end(), LINE], "a: dangling-message"),
        ([start(), catch("a", timer("cycle", "R/PT1H")), end(), LINE], "a: cycle-timer"),
        ([start(), catch("a", timer("duration", "1 hour")), end(), LINE], "a: bad-timer"),
        ([start(), catch("a", timer("duration", "P3000000D")), end(), LINE], "a: bad-timer"),
        ([start(), catch("a", timer("date", "0001-01-01")), end(), LINE], "a: bad-timer"),
        ([start(), user("a", camunda_dueDate="P3000000D"), end(), LINE], "a: bad-timer"),
        ([start(), catch("a", timer("date", "")), end(), LINE], "a: empty-timer"),
        (
            [
                start(),
                user("a"),
                boundary("b", "gone", timer("duration", "PT1H")),
                end(),
                LINE,
                path("b", "done"),
            ],
            "b: dangling-boundary",
        ),
        (
            [
                start(),
                script("a", "1", "x"),
                boundary("b", "a", timer("duration", "PT1H")),
                end(),
                LINE,
                path("b", "done"),
            ],
            "b: boundary-never-fires",
        ),
        (
            [
                start(),
                user("a"),
                boundary("b", "a", error(), interrupting=False),
                end(),
                LINE,
                path("b", "done"),
            ],
            "b: error-not-interrupting",
        ),
        ([start(), user("a"), user("a"), end(), LINE], "a: duplicate-id"),
        ([start(), user("a", group="外星部"), end(), LINE], "a: unknown-group"),
        ([start(), user("a", group=""), end(), LINE], "a: nobody"),
        ([start(), user("a", group="${someone}"), end(), LINE], "a: not-feel"),
        ([start(), user("a", camunda_formRef="gone"), end(), LINE], "a: unknown-form"),
        ([start(), user("a", properties={"notBy": "applicant, gone"}), end(), LINE], "a: unknown-activity"),
        ([start(), service("a", "gone"), end(), LINE], "a: unknown-topic"),
        ([start(), service("a", "echo", {"loud": "yes", "text": "x"}), end(), LINE], "a: unknown-parameter"),
        ([start(), service("a", "echo"), end(), LINE], "a: missing-parameter"),
        (
            [start(), element("serviceTask", "a", camunda_class="com.example.X"), end(), LINE],
            "a: service-kind",
        ),
        ([start(), call("a", "gone"), end(), LINE], "a: unknown-process"),
        (
            [
                start(),
                element("businessRuleTask", "a", camunda_decisionRef="gone", camunda_resultVariable="x"),
                end(),
                LINE,
            ],
            "a: unknown-decision",
        ),
        (
            [
                start(),
                element(
                    "scriptTask",
                    "a",
                    "<bpmn:script>import os</bpmn:script>",
                    scriptFormat="python",
                    camunda_resultVariable="x",
                ),
                end(),
                LINE,
            ],
            "a: script-format",
        ),
        ([start(), script("a", "1 +", "x"), end(), LINE], "a: feel-syntax"),
        ([start(), script("a", "wave(1)", "x"), end(), LINE], "a: feel-unknown-function"),
        ([start(), script("a", "missing + 1", "x"), end(), LINE], "a: unknown-variable"),
        ([start(), script("a", "dossier.gone.x", "x"), end(), LINE], "a: unknown-form"),
        ([start(), user("a", loop("", "x")), end(), LINE], "a: collection"),
        (
            [start(), user("a", loop("=[1]", "x"), properties={"outputElement": "=x"}), end(), LINE],
            "a: output-collection",
        ),
        (
            [start(), xor("a"), element("task", "b"), end(), path("begin", "a", "b", "a"), path("b", "done")],
            "b: implicit-fork",
        ),
        (
            [start(), element("task", "a"), element("task", "b"), end(), path("begin", "a", "b", "a")],
            "a: no-way-to-end",
        ),
        ([start(), element("task", "a"), end(), LINE], "a: task-without-type"),
        ([start(), element("receiveTask", "a"), end(), LINE], "a: missing-message"),
        (
            [
                start(),
                user(
                    "a",
                    '<bpmn:extensionElements xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><camunda:taskListener/></bpmn:extensionElements>',
                ),
                end(),
                LINE,
            ],
            "a: listener",
        ),
        ([start(), sub("a", start("s"), user("u"), path("s", "u")), end(), LINE], "a: no-end"),
    ],
)
def test_what_cannot_run_right_is_refused_by_element_and_code(parts, finding):
    assert finding in found(process(*parts))


@pytest.mark.parametrize("name", ["legal_review.form", "approval_tier.dmn", "countersign_legal.bpmn"])
def test_what_refers_to_a_file_that_cannot_be_read_is_not_told_beside_it(name):
    files = {key: content for key, content in resources.manifest_files().items() if key != "guarantees.yaml"}
    files[name] = files[name][: len(files[name]) - 40]

    findings = check(files, topics=HANDLERS)

    assert [each.file for each in findings] == [name]


def test_a_variable_set_on_one_of_two_paths_upstream_counts_as_set():
    drawing = process(
        start(),
        user("ask", outputs={"total": "total"}),
        xor("g", "f"),
        user("b", outputs={"note": "note"}),
        script("c", "note", "copy"),
        end(),
        path("begin", "ask", "g"),
        flow("g", "b", "=total > 1"),
        flow("g", "c", id="f"),
        path("b", "c", "done"),
    )

    assert found(drawing) == []


def test_a_variable_set_only_downstream_is_unknown():
    drawing = process(
        start(), script("a", "later", "x"), script("b", "1", "later"), end(), path("begin", "a", "b", "done")
    )

    assert found(drawing) == ["a: unknown-variable"]


def test_a_variable_of_a_parallel_branch_may_have_been_set():
    drawing = process(
        start(),
        parallel("fork"),
        script("a", "1", "x"),
        script("b", "x", "y"),
        parallel("join"),
        end(),
        path("begin", "fork", "a", "join", "done"),
        path("fork", "b", "join"),
    )

    assert found(drawing) == []


def test_declared_inputs_and_the_case_itself_are_known_but_only_declared_ones_in_a_called_process():
    called = process(
        start(),
        script("a", "people", "x"),
        script("b", "applicant", "y"),
        end(),
        path("begin", "a", "b", "done"),
        key="q",
        inputs="people",
    )
    main = process(
        start(), call("phase", "q", {"people": "applicant"}), end(), path("begin", "phase", "done")
    )

    assert found(main, called) == ["b: unknown-variable"]


def test_a_call_that_leaves_an_input_out_is_refused():
    called = process(start(), end(), path("begin", "done"), key="q", inputs="people")
    main = process(start(), call("phase", "q"), end(), path("begin", "phase", "done"))

    assert found(main, called) == ["phase: input-not-mapped"]


def test_an_out_mapping_of_something_the_called_process_never_sets_is_refused():
    called = process(start(), end(), path("begin", "done"), key="q")
    main = process(start(), call("phase", "q", out={"x": "gone"}), end(), path("begin", "phase", "done"))

    assert found(main, called) == ["phase: unknown-variable"]


def test_an_out_mapping_that_does_not_parse_is_refused():
    called = process(start(), end(), path("begin", "done"), key="q", inputs="n")
    phase = call("phase", "q", {"n": "1"}, {"x": "n +"})
    main = process(start(), phase, end(), path("begin", "phase", "done"))

    assert found(main, called) == ["phase: feel-syntax"]


def test_the_line_and_the_file_are_named():
    drawing = process(start(), "\n\n", user("a", group="外星部"), end(), LINE)

    (finding,) = check({"x.bpmn": drawing, "organisation.yaml": b"groups: {}"}, topics={})

    assert (finding.file, finding.line, finding.element) == ("x.bpmn", 5, "a")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<",
        b"\x00\xff",
        b"<a/>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><a>&a;</a>",
        "<流程/>".encode("gbk"),
        process(start(), end(), path("begin", "done"))[:-40],
    ],
)
def test_a_broken_file_gives_a_finding_and_never_a_traceback(content):
    for name in ("x.bpmn", "x.dmn", "x.form", "organisation.yaml"):
        findings = check({name: content}, topics={})
        assert all(finding.file == name for finding in findings)
        assert findings or name == "organisation.yaml"


def test_four_eyes_look_at_every_drawing_of_the_case():
    called = process(
        start(), user("b", properties={"notBy": "a, gather"}), end(), path("begin", "b", "done"), key="q"
    )
    caller = process(
        start(),
        user("a"),
        service("gather", "echo", {"text": "x"}),
        call("c", "q"),
        end(),
        path("begin", "a", "gather", "c", "done"),
    )

    # Only what people do has somebody who did it.
    assert found(caller, called) == ["b: unknown-activity"]


def test_two_files_with_one_process_are_refused():
    drawing = process(start(), end(), path("begin", "done"))

    assert found(drawing, drawing) == ["p: duplicate-process"]


def test_a_message_that_is_declared_is_fine():
    drawing = process(
        start(), catch("a", message("m")), end(), LINE, declared=declare_message("m", "plan_changed")
    )

    assert found(drawing) == []


def joined(split: str, *, extra: str = "") -> bytes:
    return process(
        start(),
        element(split, "split", default="split_to_b")
        if split == "exclusiveGateway"
        else element(split, "split"),
        user("a"),
        user("b"),
        parallel("join"),
        end(),
        path("begin", "split"),
        flow("split", "a", "=true" if split == "exclusiveGateway" else ""),
        path("split", "b", "join", "done"),
        path("a", "join"),
        extra,
    )


def test_a_parallel_join_behind_a_choice_can_never_be_passed():
    assert found(joined("exclusiveGateway")) == ["join: join-never-passed"]


def test_a_parallel_join_behind_a_fork_is_fine():
    assert found(joined("parallelGateway")) == []


def test_a_branch_that_may_leave_before_the_join_is_a_warning():
    drawing = process(
        start(),
        parallel("fork"),
        user("a", outputs={"ok": "ok"}),
        xor("g", "fine"),
        user("b"),
        parallel("join"),
        end(),
        end("away"),
        path("begin", "fork", "a", "g"),
        flow("g", "join", id="fine"),
        flow("g", "away", "=ok"),
        path("fork", "b", "join", "done"),
    )

    assert found(drawing) == ["join: join-may-wait"]


def test_an_interrupting_event_that_bypasses_a_join_is_a_warning():
    drawing = joined("parallelGateway", extra="").replace(
        b"</bpmn:process>",
        (
            boundary("late", "a", timer("duration", "PT1H")) + path("late", "done") + "</bpmn:process>"
        ).encode(),
    )

    assert found(drawing) == ["join: join-may-wait"]


def choice(*conditions: str, default: str = "") -> bytes:
    names = [f"t{number}" for number in range(len(conditions) + bool(default))]
    flows = [
        flow("g", name, "" if default and name == names[-1] else condition, id=f"f{number}")
        for number, (name, condition) in enumerate(zip(names, [*conditions, ""], strict=False))
    ]
    return process(
        start(x="=1", tier='="a"', ok="=true"),
        xor("g", f"f{len(names) - 1}" if default else ""),
        *[user(name) for name in names],
        end(),
        path("begin", "g"),
        *flows,
        *[path(name, "done") for name in names],
    )


def test_a_gateway_left_with_one_conditional_way_and_no_default_is_named():
    drawing = process(
        start(x="=1"), xor("g"), end(), path("begin", "g"), flow("g", "done", "=x > 5", "only"), key="p"
    )

    assert found(drawing) == ["g: uncovered-branch"]


@pytest.mark.parametrize(
    ("conditions", "findings"),
    [
        (["=x < 5", "=x >= 5"], []),
        (["=x < 5", "=x > 5"], ["g: uncovered-branch"]),
        (["=x <= 5", "=x >= 5"], ["f1: overlapping-branches"]),
        (["=x < 5", "=x >= 5 and x <= 9", "=x > 9"], []),
        (["=ok", "=not(ok)"], []),
        (["=ok", "=ok = true"], ["f1: overlapping-branches", "g: uncovered-branch"]),
        (['=tier = "a"', '=tier != "a"'], []),
        (['=tier = "a"', '=tier = "b"'], ["g: uncovered-branch"]),
        (['=tier = "a" and ok', '=tier = "a" and not(ok)', '=tier != "a"'], []),
        (["=x + 1 < 5", "=x > 5"], []),
        (["=x < 5 or ok", "=x > 5"], []),
    ],
)
def test_branches_that_overlap_or_leave_a_gap_are_warnings(conditions, findings):
    assert sorted(found(choice(*conditions))) == sorted(findings)


def test_a_default_flow_covers_every_gap():
    assert found(choice('=tier = "a"', default="yes")) == []


@pytest.mark.parametrize(
    "key", ["#{execution.processBusinessKey}", "${ execution.businessKey }", "=business_key"]
)
def test_a_call_says_that_its_process_has_the_number_of_the_case(key):
    assert called_with(key) == []


@pytest.mark.parametrize("key", ["=applicant", "K1"])
def test_a_call_cannot_give_its_process_another_number(key):
    assert called_with(key) == ["a: call-business-key"]


def called_with(key: str) -> list[str]:
    called = process(start(), user("b"), end(), path("begin", "b", "done"), key="q")
    key = f'<bpmn:extensionElements><camunda:in businessKey="{key}"/></bpmn:extensionElements>'
    calling = process(start(), element("callActivity", "a", key, calledElement="q"), end(), LINE)
    return found(calling, called)


def test_a_cycle_in_which_nothing_waits_is_a_warning():
    drawing = process(
        start(x="=1"),
        script("count", "=x + 1", "x"),
        xor("enough", "on"),
        end(),
        path("begin", "count", "enough"),
        flow("enough", "count", "=x < 10"),
        flow("enough", "done", id="on"),
    )

    assert found(drawing) == ["count: automatic-cycle"]
    assert found(drawing.replace(b'"begin" targetRef="count"', b'"begin" targetRef="enough"')) == [
        "count: automatic-cycle"
    ]


def test_a_cycle_in_which_somebody_is_asked_is_fine():
    drawing = process(
        start(),
        user("a", outputs={"ok": "ok"}),
        xor("enough", "on"),
        end(),
        path("begin", "a", "enough"),
        flow("enough", "a", "=not(ok)"),
        flow("enough", "done", id="on"),
    )

    assert found(drawing) == []


@pytest.mark.parametrize(
    ("cycle", "findings"),
    [
        ("R/PT1M", ["late: hasty-cycle"]),
        ("R3/PT30S", ["late: hasty-cycle"]),
        ("R/2026-11-11T09:00:00+08:00/PT59M", ["late: hasty-cycle"]),
        ("R/PT1H", []),
        ("R/P1D", []),
        ("R/P1M", []),
    ],
)
def test_a_timer_that_fires_all_the_time_is_a_warning(cycle, findings):
    late = boundary("late", "a", timer("cycle", cycle), interrupting=False)

    assert (
        found(process(start(), user("a"), end(), end("told"), LINE, late, path("late", "told"))) == findings
    )


@pytest.mark.parametrize(
    ("due", "findings"),
    [("2026-12-01", ["a: fixed-date"]), ("2026-12-01T09:00:00+08:00", ["a: fixed-date"]), ("P2D", [])],
)
def test_a_due_date_that_is_the_same_for_every_case_is_a_warning(due, findings):
    assert found(process(start(), user("a", camunda_dueDate=due), end(), LINE)) == findings


def test_a_timer_at_a_fixed_date_is_a_warning_but_where_it_begins_a_process():
    late = boundary("late", "a", timer("date", "2026-12-01T09:00"), interrupting=False)
    begun = begins("begin", timer("date", "2026-12-01T09:00"))

    waiting = process(start(), user("a"), end(), end("told"), LINE, late, path("late", "told"))
    assert found(waiting) == ["late: fixed-date"]
    assert found(process(begun, user("a"), end(), LINE)) == []


def calling(key: str, called: str, *before: str) -> bytes:
    return process(
        start(),
        *before[:-1],
        call("c", called),
        end(),
        *(before[-1:] or [path("begin", "c", "done")]),
        key=key,
    )


def test_processes_that_call_themselves_at_one_go_are_refused():
    in_sub = process(
        start(),
        sub("s", start("s1"), call("c", "p"), end("s2"), path("s1", "c", "s2")),
        end(),
        path("begin", "s", "done"),
    )

    assert found(calling("p", "p")) == ["c: call-cycle"]
    assert found(calling("p", "q"), calling("q", "p")) == ["c: call-cycle", "c: call-cycle"]
    assert found(in_sub) == ["c: call-cycle"]
    assert found(calling("p", "q"), calling("q", "r"), calling("r", "q"), calling("o", "p")) == [
        "c: call-cycle",
        "c: call-cycle",
    ]


def test_a_process_that_calls_itself_until_a_condition_holds_is_a_warning():
    drawing = process(
        start(x="=1"),
        xor("enough", "on"),
        call("c", "p"),
        end(),
        path("begin", "enough"),
        flow("enough", "c", "=x < 10"),
        flow("enough", "done", id="on"),
        path("c", "done"),
    )

    [finding] = check({"p.bpmn": drawing}, topics={})

    assert (finding.element, finding.severity, finding.code) == ("c", "warning", "call-cycle")


def test_a_process_that_waits_before_it_calls_itself_is_fine():
    assert found(calling("p", "p", user("a"), path("begin", "a", "c", "done"))) == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("两个工作日", "=workdays_after(now(), 2)"),
        ("2个工作日", "=workdays_after(now(), 2)"),
        ("十二个工作日内", "=workdays_after(now(), 12)"),
        ("三十天", "P30D"),
        ("二十四小时", "PT24H"),
        ("二三天", "ISO 8601"),
    ],
)
def test_a_time_as_people_say_it_is_told_as_it_is_written(said, meant):
    [finding] = check({"p.bpmn": process(start(), user("a", camunda_dueDate=said), end(), LINE)}, topics={})

    assert meant in finding.message


@pytest.mark.parametrize(("name", "told"), [("定档", "定档 → a"), ("", "")])
def test_a_flow_is_called_by_the_names_at_its_ends(name, told):
    gateway = element("exclusiveGateway", "choice", **({"name": name} if name else {}))
    ways = [path("begin", "choice", "a", "done"), flow("choice", "done", "=true")]
    files = {"p.bpmn": process(start(), gateway, user("a"), end(), *ways)}

    [finding] = [each for each in check(files, topics={}) if each.code == "missing-condition"]

    assert (finding.element, finding.name) == ("choice_to_a", told)


def test_a_form_with_something_odd_for_a_type_is_told_of():
    found = check({"x.form": b'{"components": [{"type": []}]}'}, topics={})

    assert [(each.element, each.severity) for each in found if "component" in each.message] == [("", "error")]
