"""What of BPMN 2.0, DMN 1.3 and FEEL runs here, each with the test that shows it or the code that refuses it.

`python -m tests.engine.conformance` prints docs/conformance.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.engine.drawing.vocabulary import READ, Words
from tests.engine.diagrams import (
    begins,
    boundary,
    catch,
    declare_message,
    element,
    end,
    error,
    event_sub,
    message,
    path,
    process,
    start,
    timer,
    user,
)
from tests.engine.mutants import results

LINE = path("begin", "a", "done")


@dataclass(frozen=True)
class Supported:
    """Something that runs right, and the test (module::name) that shows it."""

    group: str
    what: str
    test: str
    remark: str = ""


@dataclass(frozen=True)
class Refused:
    """Something the check refuses, with its code and a drawing that shows it."""

    group: str
    what: str
    code: str
    drawing: bytes
    instead: str


def _with(*parts: str) -> bytes:
    return process(start(), *parts, end(), LINE)


def _event(kind: str, *inside: str, **attributes: str) -> bytes:
    return _with(element(kind, "a", *inside, **attributes))


def _two_begun_by_one_message() -> bytes:
    one, other = (
        process(begins("begin", message("m")), user("a"), end(), LINE, key=key, declared=declare_message("m"))
        for key in ("p", "q")
    )
    return one.replace(b"</bpmn:definitions>", other[other.index(b"<bpmn:process") :])


FLOW, EVENTS, MANY = "test_flow", "test_events", "test_multi_instance"
BESIDE, BEGINNINGS = "test_event_sub_processes", "test_beginnings"
BUILTINS = "../feel/test_builtins"
TABLES, CELLS, RULES = "test_decisions", "test_decisions_cells", "test_decisions_check"

SUPPORTED = [
    Supported("Tasks", "User task, manual task", f"{FLOW}::test_a_condition_decides_the_branch"),
    Supported(
        "Tasks",
        "Who else is to know of an activity (properties `informs`, `consults`, `consultUntil`)",
        "test_notices::test_an_activity_says_when_it_begins_whom_it_informs_and_whom_it_asks_until_when",
        "nothing waits for them",
    ),
    Supported(
        "Tasks",
        "Reminders and escalations of a task (properties `remindAt`, `remindEvery`, `remindAlso`, "
        "`escalateAfter`, `escalateTo`)",
        "test_reminders::test_people_are_reminded_before_at_and_after_the_due_date",
        "workdays or durations around the due date",
    ),
    Supported(
        "Tasks",
        "What a task's figures come from, asked again before it is answered (property `restsOn`)",
        "test_renewing::test_what_a_task_rests_on_is_asked_again",
        "activities that only find something out",
    ),
    Supported(
        "Tasks", "Script task (FEEL)", f"{FLOW}::test_a_thousand_automatic_turns_neither_stall_nor_grow"
    ),
    Supported(
        "Tasks",
        "Service task (external topic), answering at once or later",
        f"{EVENTS}::test_a_waiting_service_task_goes_on_with_its_result_or_its_error",
    ),
    Supported(
        "Tasks", "Business rule task (DMN)", f"{TABLES}::test_a_single_result_is_mapped_as_the_rule_task_asks"
    ),
    Supported(
        "Tasks",
        "Task without a type",
        f"{FLOW}::test_a_long_chain_of_elements_does_not_overflow_the_stack",
        "passed at once, with a warning",
    ),
    Supported(
        "Sub-processes",
        "`camunda:in businessKey` that names the case's own",
        "test_check::test_a_call_says_that_its_process_has_the_number_of_the_case",
        "what holds anyway",
    ),
    Supported("Tasks", "Send task, receive task", f"{EVENTS}::test_a_receive_task_waits_for_its_message"),
    Supported(
        "Sub-processes",
        "Embedded sub-process",
        f"{FLOW}::test_an_embedded_sub_process_shares_the_variables_and_an_error_leaves_it_by_its_boundary",
    ),
    Supported(
        "Sub-processes",
        "Event sub-process: message, signal",
        f"{BESIDE}::test_a_message_takes_the_place_of_all_that_runs_and_the_case_ends_with_it",
    ),
    Supported(
        "Sub-processes",
        "Event sub-process by which the applicant withdraws the case (property `withdrawBy`)",
        "test_withdrawals::test_what_is_marked_says_by_which_message_a_case_is_withdrawn",
        "from its page and through the API, as long as it listens",
    ),
    Supported(
        "Sub-processes",
        "Event sub-process: timer, also a cycle",
        f"{BESIDE}::test_the_turns_of_a_cycle_each_run_and_the_rest_is_forgotten_with_the_case",
    ),
    Supported(
        "Sub-processes",
        "Event sub-process: error, escalation",
        f"{BESIDE}::test_an_error_inside_is_caught_before_the_edge_of_what_is_around",
    ),
    Supported(
        "Sub-processes",
        "Event sub-process that does not interrupt, several at once",
        f"{BESIDE}::test_one_that_does_not_interrupt_runs_beside_as_often_as_it_is_called",
    ),
    Supported(
        "Sub-processes",
        "Event sub-process in a sub-process, in a called one, in each element of a multi-instance one",
        f"{BESIDE}::test_each_element_of_a_multi_instance_sub_process_listens_for_itself",
    ),
    Supported(
        "Sub-processes",
        "Call activity, in and out mappings",
        f"{FLOW}::test_nothing_crosses_a_call_but_what_is_mapped",
    ),
    Supported(
        "Sub-processes",
        "Multi-instance, parallel",
        f"{MANY}::test_everybody_votes_and_the_votes_stand_in_the_order_of_the_list",
    ),
    Supported(
        "Sub-processes", "Multi-instance, sequential", f"{MANY}::test_one_after_the_other_when_sequential"
    ),
    Supported(
        "Sub-processes",
        "Completion condition, nrOf… counters",
        f"{MANY}::test_the_counters_are_seen_by_the_completion_condition",
    ),
    Supported(
        "Sub-processes",
        "Multi-instance call activity",
        f"{MANY}::test_a_called_process_for_each_element_keeps_its_own_variables",
    ),
    Supported("Gateways", "Exclusive", f"{FLOW}::test_a_condition_decides_the_branch"),
    Supported(
        "Gateways",
        "Parallel, also joins in loops",
        f"{FLOW}::test_a_join_in_a_loop_waits_on_every_pass_in_any_order",
    ),
    Supported(
        "Gateways",
        "Inclusive, also joins in loops",
        f"{FLOW}::test_an_inclusive_gateway_takes_every_true_branch_and_its_join_waits_for_just_those",
    ),
    Supported(
        "Gateways",
        "Event-based, several timers",
        f"{EVENTS}::test_each_timer_behind_an_event_gateway_keeps_its_own_time",
    ),
    Supported(
        "Events",
        "Start by a message",
        f"{BEGINNINGS}::test_what_the_message_brings_is_taken_over_by_the_start_event",
        "from outside, or thrown by another process of the case",
    ),
    Supported(
        "Events",
        "Start by a timer: date, duration, cycle",
        f"{BEGINNINGS}::test_the_first_turn_is_reckoned_from_when_it_goes_live",
        "reckoned from when the drawing goes live",
    ),
    Supported("Events", "Timer: date, duration", f"{EVENTS}::test_a_timer_is_due_when_it_says"),
    Supported(
        "Events",
        "Timer: cycle, on a non-interrupting boundary",
        f"{EVENTS}::test_missed_cycles_fire_once_after_downtime_and_the_rhythm_goes_on",
    ),
    Supported(
        "Events",
        "Message: catch, boundary",
        f"{EVENTS}::test_the_first_event_behind_a_gateway_cancels_the_others_and_brings_only_what_is_mapped",
    ),
    Supported(
        "Events",
        "Message: throw, end",
        f"{EVENTS}::test_a_thrown_message_that_nobody_in_the_case_awaits_is_handed_to_the_outside",
    ),
    Supported(
        "Events", "Signal: catch, throw", f"{EVENTS}::test_a_signal_reaches_everything_that_waits_for_it"
    ),
    Supported(
        "Events",
        "Error: end, boundary",
        f"{EVENTS}::test_the_boundary_event_with_the_exact_code_is_preferred_and_an_error_climbs_out_of_calls",
    ),
    Supported(
        "Events",
        "Escalation: throw, end, boundary",
        f"{EVENTS}::test_an_escalation_tells_the_outside_and_the_inside_goes_on",
    ),
    Supported(
        "Events", "Terminate end", f"{FLOW}::test_a_terminate_end_cancels_the_rest_and_runs_nothing_more"
    ),
    Supported(
        "Events", "Boundary, interrupting", f"{EVENTS}::test_an_interrupting_timer_takes_the_task_away"
    ),
    Supported(
        "Events",
        "Boundary, non-interrupting, repeated",
        f"{EVENTS}::test_a_non_interrupting_message_is_caught_every_time",
    ),
    Supported("Decisions", "UNIQUE", f"{TABLES}::test_unique_refuses_two_rules_that_match_together"),
    Supported("Decisions", "FIRST", f"{TABLES}::test_first_gives_the_upper_of_two_rules"),
    Supported("Decisions", "ANY", f"{TABLES}::test_any_refuses_rules_that_disagree"),
    Supported(
        "Decisions",
        "PRIORITY",
        f"{TABLES}::test_priority_takes_the_result_that_stands_first_among_the_allowed_values",
    ),
    Supported(
        "Decisions", "COLLECT, RULE ORDER", f"{TABLES}::test_collected_results_come_in_the_order_of_the_rules"
    ),
    Supported(
        "Decisions", "COLLECT with SUM, MIN, MAX, COUNT", f"{TABLES}::test_collect_aggregates_in_decimal"
    ),
    Supported("Decisions", "OUTPUT ORDER", f"{TABLES}::test_output_order_sorts_by_the_allowed_values"),
    Supported(
        "Decisions",
        "PRIORITY and OUTPUT ORDER: the order of the allowed values",
        f"{TABLES}::test_a_policy_by_priority_asks_for_the_values_with_what_to_write",
        "refused without them",
    ),
    Supported("Decisions", "Literal expression", f"{TABLES}::test_a_decision_may_be_one_expression"),
    Supported("Decisions", "Required decisions", f"{TABLES}::test_a_decision_reads_the_decision_it_requires"),
    Supported(
        "Decisions",
        "Cells: literals, lists, intervals, not(…), comparisons, expressions over ?",
        f"{CELLS}::test_a_cell_matches_exactly_these_values",
    ),
    Supported(
        "Decisions",
        "Gaps and overlaps found",
        f"{RULES}::test_a_gap_is_named_by_its_interval",
        "errors where UNIQUE, else warnings",
    ),
    Supported(
        "FEEL",
        "Ranges: literals, range(…), their relations",
        f"{BUILTINS}::test_a_function_gives_what_was_asked_for",
    ),
    Supported(
        "FEEL",
        "Functions with arguments they cannot use",
        f"{BUILTINS}::test_what_a_function_cannot_use_is_an_error",
        "an error, never another value",
    ),
]

REFUSED = [
    Refused(
        "Tasks",
        "Script in another language",
        "script-format",
        _with(element("scriptTask", "a", "<bpmn:script>x</bpmn:script>", scriptFormat="python")),
        "FEEL, or a service task",
    ),
    Refused(
        "Tasks",
        "Java class, delegate or expression as implementation",
        "service-kind",
        _with(element("serviceTask", "a", camunda_class="x")),
        "an external topic",
    ),
    Refused(
        "Tasks",
        "Loop marker",
        "standard-loop",
        _with(user("a", "<bpmn:standardLoopCharacteristics/>")),
        "a gateway that leads back",
    ),
    Refused(
        "Tasks",
        "Compensation",
        "compensation",
        _with(user("a", isForCompensation="true")),
        "draw what undoes it",
    ),
    Refused(
        "Tasks",
        "Several flows out of a task (implicit fork)",
        "implicit-fork",
        process(start(), user("a"), user("b"), end(), LINE, path("a", "b", "done")),
        "a gateway",
    ),
    Refused(
        "Tasks",
        "Condition on a task's flow",
        "ignored-condition",
        process(
            start(),
            user("a"),
            end(),
            path("begin", "a"),
            path("a", "done")
            .replace("/>", "></bpmn:sequenceFlow>")
            .replace(
                "></bpmn:sequenceFlow>",
                "><bpmn:conditionExpression>=true</bpmn:conditionExpression></bpmn:sequenceFlow>",
                1,
            ),
        ),
        "an exclusive gateway",
    ),
    Refused(
        "Sub-processes",
        "Transaction",
        "unsupported-element",
        _event("transaction"),
        "a sub-process with an error event",
    ),
    Refused(
        "Sub-processes",
        "Ad-hoc sub-process",
        "unsupported-element",
        _event("adHocSubProcess"),
        "draw the order",
    ),
    Refused(
        "Sub-processes",
        "Flow into or out of an event sub-process, boundary event on it",
        "event-sub-process-flow",
        process(
            start(),
            user("a"),
            end(),
            LINE,
            event_sub("s", timer("duration", "PT1H"), end("over"), path("s_begins", "over")),
            path("s", "done"),
        ),
        "its event alone begins it",
    ),
    Refused(
        "Sub-processes",
        "Two event sub-processes that hear the same",
        "event-heard-twice",
        _with(
            user("a"),
            event_sub("s", error(), end("over"), path("s_begins", "over")),
            event_sub("t", error(), end("out"), path("t_begins", "out")),
        ),
        "one, with a gateway in it",
    ),
    Refused(
        "Gateways",
        "Complex",
        "unsupported-element",
        _event("complexGateway"),
        "exclusive, parallel or inclusive",
    ),
    Refused(
        "Gateways",
        "Event-based that starts a process",
        "unsupported-element",
        _event("eventBasedGateway", instantiate="true"),
        "a start by hand or by the API",
    ),
    Refused(
        "Events",
        "Start by signal, condition, error or escalation",
        "unsupported-event",
        process(element("startEvent", "begin", "<bpmn:conditionalEventDefinition/>"), user("a"), end(), LINE),
        "start by a message, a timer, by hand or from another process",
    ),
    Refused(
        "Events",
        "Two processes that one message begins",
        "message-begins-two",
        _two_begun_by_one_message(),
        "one of them, which calls the other or throws on",
    ),
    Refused(
        "Events",
        "Link",
        "unsupported-event",
        _event("intermediateThrowEvent", "<bpmn:linkEventDefinition/>"),
        "the flow itself, or a call",
    ),
    Refused(
        "Events",
        "Compensation",
        "unsupported-event",
        _event("intermediateThrowEvent", "<bpmn:compensateEventDefinition/>"),
        "draw what undoes it",
    ),
    Refused(
        "Events",
        "Conditional",
        "unsupported-event",
        _event("intermediateCatchEvent", "<bpmn:conditionalEventDefinition/>"),
        "a message, or a timer and a gateway",
    ),
    Refused(
        "Events",
        "Cancel",
        "unsupported-event",
        _event("endEvent", "<bpmn:cancelEventDefinition/>"),
        "an error event",
    ),
    Refused(
        "Events",
        "Cycle timer that interrupts or stands alone",
        "cycle-timer",
        _with(catch("a", timer("cycle", "R/P1D"))),
        "a loop with a duration",
    ),
    Refused(
        "Events",
        "Several definitions in one event",
        "multiple-events",
        _with(catch("a", timer("duration", "PT1H") + message("m"))),
        "an event-based gateway",
    ),
    Refused(
        "Events",
        "Error event that does not interrupt",
        "error-not-interrupting",
        process(
            start(),
            user("a"),
            boundary("b", "a", "<bpmn:errorEventDefinition/>", interrupting=False),
            end(),
            LINE,
            path("b", "done"),
        ),
        "an escalation",
    ),
    Refused(
        "Events",
        "Execution and task listeners",
        "listener",
        _with(element("task", "a", extension="<camunda:executionListener/>")),
        "draw what they do",
    ),
]


def markdown() -> str:
    """Return the table as it stands in docs/conformance.md."""
    lines = [
        "# What runs, and what is refused",
        "",
        "Made by `python -m tests.engine.conformance`. Each line of the first table has its test;",
        "each line of the second is refused by `countersign check`, and at deployment, with that code.",
        "",
        "## Runs",
        "",
        "| | element | shown by | remark |",
        "|---|---|---|---|",
        *(f"| {row.group} | {row.what} | `{row.test}` | {row.remark} |" for row in SUPPORTED),
        "",
        "## Refused",
        "",
        "| | element | code | draw instead |",
        "|---|---|---|---|",
        *(f"| {row.group} | {row.what} | `{row.code}` | {row.instead} |" for row in REFUSED),
        "",
        "Data objects, data stores, text annotations and groups are notes for the reader: they are kept and",
        "mean nothing to a case.",
        "",
        "## What is read",
        "",
        "Of each element this is read, beside `id`, `name`, documentation and the template of the modeler.",
        "Everything else in a namespace of BPMN, of Camunda or of another engine is named by the check",
        "(`not-read`, `unknown-property`, `foreign-engine`, `foreign-namespace`), with what to write.",
        "Layout, colours and what tools write unasked are quiet.",
        "",
        "| element | attributes | `camunda:` | inside | extensions | properties |",
        "|---|---|---|---|---|---|",
        *(f"| `{kind}` | {_columns(words)} |" for kind, words in sorted(READ.items())),
        "",
        "## Changed at random, and on purpose",
        "",
        *results.markdown(),
    ]
    return "\n".join(lines)


QUIET = frozenset({"id", "name", "incoming", "outgoing", "documentation", "extensionElements", "properties"})


def _columns(words: Words) -> str:
    columns = (words.attributes, words.camunda, words.inside, words.extensions, words.properties)
    return " | ".join(", ".join(f"`{each}`" for each in sorted(column - QUIET)) for column in columns)


if __name__ == "__main__":
    print(markdown(), end="")
