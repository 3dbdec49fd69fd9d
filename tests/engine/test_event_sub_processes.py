"""Event sub-processes: begun by their event whatever runs around them, instead of it or beside it."""

from __future__ import annotations

import pytest

from service.engine import migration
from service.engine.check import check
from service.engine.definition import Model
from service.errors import BpmnError, InvalidInput
from tests.engine.diagrams import (
    boundary,
    call,
    catch,
    declare_error,
    declare_escalation,
    declare_message,
    declare_signal,
    element,
    end,
    error,
    escalation,
    event_sub,
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
    terminate,
    timer,
    user,
)
from tests.engine.driver import MONDAY, Case

MESSAGES = declare_message("m", "stop") + declare_message("n", "note")
TWO = (start(), user("a"), user("b"), end(), path("begin", "a", "b", "done"))


def handled(id: str, definition: str, *, interrupting: bool = True, **outputs: str) -> str:
    """An event sub-process with one task, `<id>_task`."""
    task, over = f"{id}_task", f"{id}_over"
    inside = (user(task), end(over), path(f"{id}_begins", task, over))
    return event_sub(id, definition, *inside, interrupting=interrupting, **outputs)


STOPPED = process(*TWO, handled("stop", message("m")), declared=MESSAGES)
NOTED = process(*TWO, handled("note", message("n"), interrupting=False), declared=MESSAGES)


def codes(*files: bytes) -> list[str]:
    named = {f"file{number}.bpmn": content for number, content in enumerate(files)}
    return [f"{finding.element}: {finding.code}" for finding in check(named, topics={})]


def test_a_message_takes_the_place_of_all_that_runs_and_the_case_ends_with_it():
    case = Case(STOPPED)
    case.complete("a")

    assert case.send("stop", why="weather")

    assert case.tasks() == ["stop_task"]
    assert case.variables["why"] == "weather"
    assert not case.send("stop"), "it has taken over: nothing listens any more"
    case.complete("stop_task")
    assert case.state == "completed"
    assert "b" not in case.left()


def test_what_only_listens_neither_shows_nor_keeps_a_case_open():
    case = Case(STOPPED)

    assert case.progress.awaited == ("stop",)
    assert [each.activity_id for each in case.act(lambda instance: instance.active())] == ["a"]
    case.complete("a")
    case.complete("b")

    assert case.state == "completed"
    assert case.progress.awaited == ()
    assert "stop" not in {step.activity_id for step in case.steps}


def test_one_that_does_not_interrupt_runs_beside_as_often_as_it_is_called():
    case = Case(NOTED)

    assert case.send("note")
    assert case.send("note")

    assert case.tasks() == ["a", "note_task", "note_task"]
    case.complete("a")
    case.complete("b")
    case.complete("note_task")
    assert case.state == "active", "one note is still to be dealt with"
    assert case.send("note"), "and as long as it is, another may come"
    case.complete("note_task")
    case.complete("note_task")
    assert case.state == "completed"


def test_only_what_is_mapped_is_taken_over_from_the_message():
    case = Case(
        process(*TWO, handled("note", message("n"), interrupting=False, x="=y + 1"), declared=MESSAGES)
    )

    case.send("note", y=1, secret=2)

    assert case.variables["x"] == 2
    assert "secret" not in case.variables


def test_a_time_limit_over_several_steps():
    case = Case(process(*TWO, handled("late", timer("duration", "PT5H"))))
    case.complete("a")
    assert not case.wait(hours=4)

    assert case.wait(hours=1)

    assert case.tasks() == ["late_task"]
    assert case.progress.next_due is None


def test_the_turns_of_a_cycle_each_run_and_the_rest_is_forgotten_with_the_case():
    case = Case(process(*TWO, handled("daily", timer("cycle", "R2/P1D"), interrupting=False)))

    case.wait(days=1)
    case.wait(days=1)
    assert case.tasks() == ["a", "daily_task", "daily_task"]
    assert case.progress.next_due is None, "two turns were drawn"
    for activity in ("daily_task", "a", "daily_task", "b"):
        case.complete(activity)
    assert case.state == "completed"


def test_a_time_that_cannot_be_reckoned_is_an_incident_and_is_over_with_its_surroundings():
    case = Case(process(*TWO, handled("late", timer("date", "=by"))), variables={"by": "soon"})
    assert case.failed() == [("late", "bad_timer")]

    case.retry("late", by=MONDAY)
    assert case.tasks() == ["a"]
    case.wait(seconds=1)
    assert case.tasks() == ["late_task"]

    other = Case(process(*TWO, handled("late", timer("date", "=by"))), variables={"by": "soon"})
    other.complete("a")
    other.complete("b")
    assert (other.state, other.failed()) == ("completed", [])


def test_an_error_inside_is_caught_before_the_edge_of_what_is_around():
    inside = (
        start("i"),
        service("risky"),
        end("o"),
        path("i", "risky", "o"),
        handled("mend", error("e")),
    )
    drawing = process(
        start(),
        sub("phase", *inside),
        boundary("edge", "phase", error("e")),
        user("after"),
        user("outside"),
        end(),
        path("begin", "phase", "after", "done"),
        path("edge", "outside", "done"),
        declared=declare_error("e", "deaf"),
    )

    def fails(_):
        raise BpmnError("deaf", "no answer")

    case = Case(drawing, handlers={"echo": fails})

    assert case.tasks() == ["mend_task"]
    assert case.variables["error_message"] == "no answer"
    case.complete("mend_task")
    assert case.tasks() == ["after"], "the sub-process has ended, and the way leads on"


def test_an_error_within_it_climbs_out_past_itself():
    inside = (start("i"), user("work"), end("o"), path("i", "work", "o"))
    broken = event_sub("stop", message("m"), end("bad", error("e")), path("stop_begins", "bad"))
    case = Case(
        process(
            start(),
            sub("phase", *inside, broken),
            boundary("edge", "phase", error("e")),
            user("outside"),
            end(),
            path("begin", "phase", "done"),
            path("edge", "outside", "done"),
            declared=MESSAGES + declare_error("e"),
        )
    )

    case.send("stop")

    assert case.tasks() == ["outside"]


def test_an_error_beside_one_that_runs_is_caught_by_the_scope_of_both():
    case = Case(
        process(
            *TWO,
            event_sub(
                "note", message("n"), end("bad", error("e")), path("note_begins", "bad"), interrupting=False
            ),
            handled("mend", error()),
            declared=MESSAGES + declare_error("e"),
        )
    )

    case.send("note")

    assert case.tasks() == ["mend_task"]


def test_an_escalation_is_answered_beside_what_threw_it():
    thrown = element("intermediateThrowEvent", "tell", escalation("e"))
    case = Case(
        process(
            start(),
            thrown,
            user("a"),
            end(),
            path("begin", "tell", "a", "done"),
            handled("told", escalation("e"), interrupting=False),
            declared=declare_escalation("e"),
        )
    )

    assert case.tasks() == ["a", "told_task"]


def test_a_signal_thrown_in_the_case_itself_takes_its_own_thrower_away():
    case = Case(
        process(
            start(),
            element("intermediateThrowEvent", "tell", signal("s")),
            user("a"),
            end(),
            path("begin", "tell", "a", "done"),
            handled("told", signal("s")),
            declared=declare_signal("s"),
        )
    )

    assert case.tasks() == ["told_task"]


def test_it_is_armed_before_anything_around_it_moves():
    thrown = element("intermediateThrowEvent", "tell", message("m"))
    case = Case(
        process(
            start(),
            thrown,
            user("a"),
            end(),
            path("begin", "tell", "a", "done"),
            handled("stop", message("m")),
            declared=MESSAGES,
        )
    )

    assert case.tasks() == ["stop_task"]


def test_what_waits_on_the_way_hears_a_message_before_what_only_listens():
    case = Case(
        process(
            start(),
            catch("wait", message("m")),
            user("a"),
            end(),
            path("begin", "wait", "a", "done"),
            handled("stop", message("m")),
            declared=MESSAGES,
        )
    )

    case.send("stop")
    assert case.tasks() == ["a"]
    case.send("stop")
    assert case.tasks() == ["stop_task"]


def test_the_first_to_interrupt_disarms_the_others():
    drawing = process(
        *TWO, handled("stop", message("m")), handled("late", timer("duration", "PT1H")), declared=MESSAGES
    )
    case = Case(drawing)

    case.send("stop")

    assert case.progress.next_due is None
    assert case.tasks() == ["stop_task"]


def test_inside_a_sub_process_only_that_is_interrupted():
    case = Case(
        process(
            start(),
            parallel("f"),
            sub(
                "phase",
                start("i"),
                user("inner"),
                end("o"),
                path("i", "inner", "o"),
                handled("stop", message("m")),
            ),
            user("beside"),
            parallel("j"),
            user("after"),
            end(),
            path("begin", "f", "phase", "j", "after", "done"),
            path("f", "beside", "j"),
            declared=MESSAGES,
        )
    )

    case.send("stop")
    assert case.tasks() == ["beside", "stop_task"]
    case.complete("stop_task")
    case.complete("beside")

    assert case.tasks() == ["after"]
    assert not case.send("stop"), "with the sub-process it is over"


def test_inside_a_called_process_its_own_variables_are_seen_and_handed_back():
    phase = process(
        start("i"),
        user("inner"),
        end("o"),
        path("i", "inner", "o"),
        event_sub(
            "stop",
            message("m"),
            script("note", "x + 1", "x"),
            end("over"),
            path("stop_begins", "note", "over"),
        ),
        key="q",
        inputs="x",
        declared=MESSAGES,
    )
    main = process(
        start(),
        call("phase", "q", {"x": "=1"}, {"y": "=x"}),
        user("after"),
        end(),
        path("begin", "phase", "after", "done"),
    )
    case = Case(main, phase)

    case.send("stop")

    assert case.tasks() == ["after"]
    assert dict(case.variables) == {"y": 2}


def test_each_element_of_a_multi_instance_sub_process_listens_for_itself():
    body = (
        loop("=[1, 2]", "who"),
        start("i"),
        user("inner"),
        end("o"),
        path("i", "inner", "o"),
        handled("late", timer("duration", '=duration("PT1H") * who')),
    )
    case = Case(
        process(start(), sub("each", *body), user("after"), end(), path("begin", "each", "after", "done"))
    )

    case.wait(hours=1)
    assert case.tasks() == ["inner", "late_task"]
    case.complete("late_task")
    case.complete("inner")
    assert case.tasks() == ["after"]


def test_one_inside_another_listens_while_that_runs():
    inner = handled("worse", message("n"))
    outer = event_sub(
        "stop", message("m"), user("clear"), end("over"), path("stop_begins", "clear", "over"), inner
    )
    case = Case(process(*TWO, outer, declared=MESSAGES))
    assert case.progress.awaited == ("stop",)

    case.send("stop")
    assert case.progress.awaited == ("note",)
    case.send("note")

    assert case.tasks() == ["worse_task"]
    case.complete("worse_task")
    assert case.state == "completed"


def test_a_terminate_end_around_it_ends_it_and_one_inside_ends_only_itself():
    inside = (user("q"), end("over", terminate()), path("note_begins", "q", "over"))
    both = process(
        start(),
        parallel("f"),
        user("a"),
        user("b"),
        end(),
        end("all", terminate()),
        path("begin", "f", "a", "done"),
        path("f", "b", "all"),
        event_sub("note", message("n"), *inside, interrupting=False),
        declared=MESSAGES,
    )
    case = Case(both)
    case.send("note")
    case.complete("q")
    assert case.tasks() == ["a", "b"]

    case.send("note")
    case.complete("b")
    assert case.state == "completed"


def test_a_return_within_the_process_leaves_it_alone():
    case = Case(NOTED)
    case.complete("a")
    case.send("note")

    token = case.token("b")
    case.act(lambda instance: instance.return_to(token, "a"))

    assert case.tasks() == ["a", "note_task"]
    assert case.progress.awaited == ("note",)


def test_the_record_tells_its_beginning_and_its_end():
    case = Case(STOPPED)
    case.send("stop")
    case.complete("stop_task")

    record = [(step.activity_path, step.event) for step in case.steps]
    at = record.index(("a", "cancelled"))
    assert record[at:] == [
        ("a", "cancelled"),
        ("stop", "entered"),
        ("stop/stop_begins", "entered"),
        ("stop/stop_begins", "left"),
        ("stop/stop_task", "entered"),
        ("stop/stop_task", "left"),
        ("stop/stop_over", "entered"),
        ("stop/stop_over", "left"),
        ("stop", "left"),
    ]


# ---- by hand, and onto new drawings ------------------------------------------------------------------


def test_an_administrator_may_start_one_and_cancel_it():
    case = Case(NOTED)

    case.act(lambda instance: instance.modify(start=["note/note_task"]))
    assert case.tasks() == ["a", "note_task"]
    case.act(lambda instance: instance.modify(start=["note"]))
    assert case.tasks() == ["a", "note_task", "note_task"]

    host = next(each for each in case.steps if each.activity_path == "note").token_id
    done = case.act(lambda instance: instance.modify(cancel=[host]))
    assert [each.activity_id for each in done.closed] == ["note", "note_task"]
    assert case.tasks() == ["a", "note_task"]


def test_what_only_listens_cannot_be_cancelled():
    case = Case(STOPPED)

    with pytest.raises(InvalidInput):
        case.act(lambda instance: instance.modify(cancel=["0" * 32], start=["b"]))
    done = case.act(lambda instance: instance.preview(cancel=[case.token("a")], start=["b"]))
    assert [each.activity_id for each in (*done.closed, *done.opened)] == ["a", "b"]


def test_where_the_work_is_taken_up_again_it_listens_again():
    case = Case(STOPPED)
    case.send("stop")
    host = next(each for each in case.steps if each.activity_path == "stop").token_id

    case.act(lambda instance: instance.modify(cancel=[host], start=["a"]))

    assert case.tasks() == ["a"]
    assert case.progress.awaited == ("stop",)


def moved(case: Case, *files: bytes) -> list[str]:
    new = Model.load({f"file{number}.bpmn": content for number, content in enumerate(files)})
    plan = migration.plan(case.progress.snapshot, case.model, new)
    assert plan.is_possible
    progress = migration.migrate(case.progress.snapshot, case.model, new, case.environment()).progress()
    case.model = new
    case.keep(progress)
    return [f"{note.activity_path} {note.code}" for note in plan.notes]


def test_one_drawn_anew_listens_from_the_move_on_and_one_no_longer_drawn_stops():
    case = Case(process(*TWO))

    assert moved(case, STOPPED) == [" event-added"]
    assert case.progress.awaited == ("stop",)
    assert moved(case, process(*TWO)) == ["stop event-gone"]
    assert case.progress.awaited == ()


def test_what_has_interrupted_stays_alone_after_a_move_and_what_runs_may_not_vanish():
    case = Case(STOPPED)
    case.send("stop")

    assert (
        moved(
            case,
            process(*TWO, handled("stop", message("m")), handled("note", message("n")), declared=MESSAGES),
        )
        == []
    )
    assert case.progress.awaited == ()

    plan = migration.plan(case.progress.snapshot, case.model, Model.load({"p.bpmn": process(*TWO)}))
    assert [each.code for each in plan.obstacles] == ["element-gone", "process-gone"]


def test_a_timer_that_has_had_its_turn_gets_none_from_a_move():
    drawn = process(*TWO, handled("once", timer("duration", "PT1H"), interrupting=False))
    case = Case(drawn)
    case.wait(hours=1)
    case.complete("once_task")

    assert moved(case, drawn.replace(b'id="b"', b'id="b" name="Decide"')) == []

    assert case.progress.next_due is None


# ---- the check -----------------------------------------------------------------------------------------


def test_the_check_knows_what_runs():
    inner = (
        start("i"),
        user("inner"),
        end("o"),
        path("i", "inner", "o"),
        handled("late", timer("duration", "PT1H")),
    )
    assert codes(STOPPED) == codes(NOTED) == []
    assert codes(process(start(), sub("phase", *inner), end(), path("begin", "phase", "done"))) == []
    assert codes(process(*TWO, handled("daily", timer("cycle", "R/P1D"), interrupting=False))) == []


@pytest.mark.parametrize(
    ("parts", "findings"),
    [
        (
            [
                handled("s", ""),
            ],
            ["s_begins: unsupported-event"],
        ),
        ([handled("s", "<bpmn:conditionalEventDefinition/>")], ["s_begins: unsupported-event"]),
        ([handled("s", error(), interrupting=False)], ["s_begins: error-not-interrupting"]),
        ([handled("s", timer("cycle", "R/P1D"))], ["s_begins: cycle-timer"]),
        ([handled("s", message("gone"))], ["s_begins: dangling-message"]),
        ([handled("s", message("m")), path("s", "done")], ["s: event-sub-process-flow"]),
        (
            [
                handled("s", message("m")),
                boundary("edge", "s", timer("duration", "PT1H")),
                path("edge", "done"),
            ],
            ["edge: event-sub-process-flow"],
        ),
        ([handled("s", message("m")), handled("t", message("m"))], ["t: event-heard-twice"]),
        (
            [event_sub("s", message("m"), loop("=[1]"), end("o"), path("s_begins", "o"))],
            ["s: multi-instance"],
        ),
    ],
    ids=[
        "no event",
        "condition",
        "error beside",
        "cycle",
        "unknown",
        "flow",
        "edge",
        "twice",
        "many",
    ],
)
def test_what_is_wrong_with_one_is_named(parts, findings):
    assert codes(process(*TWO, *parts, declared=MESSAGES)) == findings


def test_its_variables_are_those_that_anything_around_it_may_have_set():
    inside = (script("copy", "x", "z"), user("q"), end("over"), path("stop_begins", "copy", "q", "over"))
    main = (
        start(),
        user("a", outputs={"x": "=1"}),
        user("b", inputs={"z": "=z"}),
        end(),
        path("begin", "a", "b", "done"),
    )

    beside = process(
        *main, event_sub("stop", message("m"), *inside, interrupting=False, y="=1"), declared=MESSAGES
    )
    instead = process(*main, event_sub("stop", message("m"), *inside, y="=1"), declared=MESSAGES)

    assert codes(beside) == []
    assert codes(instead) == ["b: unknown-variable"], "what comes instead of it sets nothing for it"
