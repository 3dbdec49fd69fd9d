"""A running case moves onto new drawings, or is told why it cannot."""

from __future__ import annotations

from service.engine import migration
from service.engine.definition import Model
from tests.engine.diagrams import (
    boundary,
    call,
    declare_message,
    end,
    event_sub,
    flow,
    inclusive,
    loop,
    message,
    parallel,
    path,
    process,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.engine.driver import Case

SIMPLE = (start(), user("a", outputs={"x": "x"}), user("b"), end())
V1 = process(*SIMPLE, path("begin", "a", "b", "done"))


def move(case: Case, *files: bytes) -> migration.Plan:
    """Plan the move of a case, and carry it out when nothing stands against it."""
    new = Model.load({f"file{number}.bpmn": content for number, content in enumerate(files)})
    found = migration.plan(case.progress.snapshot, case.model, new)
    if found.is_possible:
        moved = migration.migrate(case.progress.snapshot, case.model, new, case.environment())
        case.model = new
        case.keep(moved.progress())
    return found


def obstacles(found: migration.Plan) -> list[tuple[str, str]]:
    return [(each.activity_path, each.code) for each in found.obstacles]


def test_a_step_inserted_ahead_is_walked_after_the_move():
    case = Case(V1)
    token = case.token("a")

    found = move(case, process(*SIMPLE, user("new"), path("begin", "a", "new", "b", "done")))
    assert found.is_possible
    assert case.token("a") == token

    case.complete("a", x=1)
    assert case.tasks() == ["new"]


def test_the_element_a_case_stands_on_may_not_vanish():
    found = move(Case(V1), process(start(), user("b"), end(), path("begin", "b", "done")))

    assert obstacles(found) == [("a", "element-gone")]


def test_the_element_a_case_stands_on_may_not_become_something_else():
    changed = V1.replace(b'<bpmn:userTask id="a"', b'<bpmn:manualTask id="a"').replace(
        b'</bpmn:userTask><bpmn:userTask id="b"', b'</bpmn:manualTask><bpmn:userTask id="b"'
    )

    assert obstacles(move(Case(V1), changed)) == [("a", "kind-changed")]


def test_a_token_waiting_at_a_join_keeps_its_place_or_stops_the_move():
    fork = (start(), parallel("f"), user("a"), user("b"), parallel("j"), user("c"), end())
    flows = (path("begin", "f", "a", "j", "c", "done"), path("f", "b"))
    case = Case(process(*fork, *flows, path("b", "j")))
    case.complete("b")

    rerouted = process(*fork, *flows, user("d"), path("b", "d", "j"))
    assert obstacles(move(case, rerouted)) == [("j", "flow-gone")]

    renamed = process(*fork, *flows, path("b", "j")).replace(b'id="c"', b'id="c" name="Decide"')
    assert move(case, renamed).is_possible
    case.complete("a")
    assert case.tasks() == ["c"]


def test_a_branch_drawn_beside_those_that_run_already_would_never_come_to_the_join():
    fork = (start(), parallel("f"), user("a"), user("b"), parallel("j"), user("c"), end())
    flows = (path("begin", "f", "a", "j", "c", "done"), path("f", "b", "j"))
    wider = process(*fork, *flows, user("d"), path("f", "d", "j"))

    running = Case(process(*fork, *flows))

    found = move(running, wider)
    assert obstacles(found) == [("j", "join-starves")]
    assert "'j'" in found.obstacles[0].message
    assert "from d" in found.obstacles[0].message
    running.complete("a")
    running.complete("b")
    assert move(running, wider).is_possible, "the join is behind it"


def test_a_join_that_waits_for_nobody_in_the_new_drawing_is_passed_with_the_move():
    parts = (start(), parallel("f"), user("a"), user("b"), inclusive("j"), user("c"), end(), end("off"))
    flows = path("begin", "f", "a", "j", "c", "done") + path("f", "b")
    case = Case(process(*parts, flows, path("b", "j")))
    case.complete("a")
    assert case.tasks() == ["b"]

    assert move(case, process(*parts, flows, path("b", "off"))).is_possible

    assert case.tasks() == ["b", "c"]


def timed(duration: str) -> bytes:
    return process(
        start(),
        user("a"),
        boundary("late", "a", timer("duration", duration)),
        user("boss"),
        end(),
        path("begin", "a", "done"),
        path("late", "boss", "done"),
    )


def test_a_running_timer_keeps_its_due_date():
    case = Case(timed("PT1H"))
    due = case.progress.next_due

    found = move(case, timed("PT9H"))

    assert [note.code for note in found.notes] == ["due-kept"]
    assert case.progress.next_due == due
    case.wait(hours=1)
    assert case.tasks() == ["boss"]


def test_a_timer_drawn_anew_is_armed_and_one_no_longer_drawn_goes():
    plain = process(start(), user("a"), user("boss"), end(), path("begin", "a", "done"), path("boss", "done"))
    case = Case(plain)

    assert [note.code for note in move(case, timed("PT1H")).notes] == ["event-added"]
    assert case.progress.next_due is not None

    assert [note.code for note in move(case, plain).notes] == ["event-gone"]
    assert case.progress.next_due is None
    assert not case.wait(hours=2)
    assert case.tasks() == ["a"]


def test_a_running_countersign_goes_on_after_the_move():
    votes = user(
        "vote",
        loop('=["x", "y", "z"]', "who"),
        properties={"outputCollection": "all", "outputElement": "=says"},
    )
    v1 = process(start(), votes, end(), path("begin", "vote", "done"))
    case = Case(v1)
    case.complete("vote", 0, says=1)

    assert move(
        case, process(start(), votes, user("after"), end(), path("begin", "vote", "after", "done"))
    ).is_possible
    case.complete("vote", 2, says=3)
    case.complete("vote", 1, says=2)

    assert case.variables["all"] == [1, 2, 3]
    assert case.tasks() == ["after"]


def test_a_call_moves_with_what_it_calls():
    def phase(*more: str) -> bytes:
        return process(start(), user("in1"), *more, end(), path("begin", "in1"), key="q")

    main = process(start(), call("phase", "q"), end(), path("begin", "phase", "done"))
    case = Case(main, phase(flow("in1", "done")))

    assert move(case, main, phase(user("in2"), path("in1", "in2", "done"))).is_possible
    case.complete("in1")
    assert case.tasks() == ["in2"]

    assert obstacles(move(case, main)) == [("phase", "process-gone")]


def test_an_open_task_is_described_anew():
    case = Case(V1)

    found = move(case, V1.replace("法务部".encode(), "财务部".encode(), 1))

    assert [note.code for note in found.notes] == ["task-changed"]
    assert [task.candidate_groups for task in case.open.values()] == [("财务部",)]


def test_a_loop_drawn_around_the_present_step_is_taken():
    case = Case(V1)
    looped = process(
        *SIMPLE,
        xor("again", "out"),
        xor("in"),
        path("begin", "in", "a", "again"),
        flow("again", "b", id="out"),
        flow("again", "in", "=x = 1"),
        path("b", "done"),
    )

    assert move(case, looped).is_possible
    case.complete("a", x=1)

    assert case.tasks() == ["a"]


def inside(*elements: str, key: str = "stage", named: str = "begun", over: str = "ended") -> str:
    """Return a sub-process drawn around elements, with a start and an end of its own."""
    return sub(key, start(named), *elements, end(over))


WITHDRAWAL = event_sub(
    "withdrawal",
    message("withdraw"),
    user("clear_up"),
    end("gone"),
    path("withdrawal_begins", "clear_up", "gone"),
)


def test_a_case_is_put_inside_a_sub_process_drawn_around_where_it_stands():
    case = Case(
        process(
            *SIMPLE,
            boundary("late", "a", timer("duration", "P1D")),
            end("missed"),
            path("begin", "a", "b", "done"),
            path("late", "missed"),
        )
    )
    token = case.token("a")
    stage = inside(
        user("a", outputs={"x": "x"}),
        boundary("late", "a", timer("duration", "P1D")),
        end("missed"),
        WITHDRAWAL,
        path("begun", "a", "ended"),
        path("late", "missed"),
    )
    drawn = process(
        start(),
        stage,
        user("b"),
        end(),
        path("begin", "stage", "b", "done"),
        declared=declare_message("withdraw"),
    )

    found = move(case, drawn)

    assert found.is_possible
    assert [(note.activity_path, note.code) for note in found.notes] == [("stage", "event-added")]
    assert case.token("a") == token
    assert case.act(lambda instance: instance.awaits("withdraw"))
    assert [step.activity_path for step in case.steps if step.event == "entered"][-1] == "stage"
    case.complete("a", x=1)
    assert (case.tasks(), case.progress.variables["x"]) == (["b"], 1)


def test_a_case_that_was_put_inside_hears_what_was_drawn_there():
    case = Case(V1)
    stage = inside(user("a", outputs={"x": "x"}), user("b"), WITHDRAWAL, path("begun", "a", "b", "ended"))
    move(
        case,
        process(start(), stage, end(), path("begin", "stage", "done"), declared=declare_message("withdraw")),
    )

    assert case.send("withdraw")

    assert case.tasks() == ["clear_up"]
    case.complete("clear_up")
    assert case.state == "completed"


def test_sub_processes_inside_each_other_and_calls_and_rounds_go_in_together():
    phase = process(
        start(),
        user("sign", loop("=[1, 2]", "who")),
        end(),
        path("begin", "sign", "done"),
        key="phase",
    )
    old = process(
        start(),
        parallel("f"),
        call("review", "phase"),
        user("a"),
        parallel("j"),
        user("b"),
        end(),
        path("begin", "f", "review", "j", "b", "done"),
        path("f", "a", "j"),
    )
    inner = inside(
        call("review", "phase"),
        path("deeper", "review", "deep"),
        key="deep_stage",
        named="deeper",
        over="deep",
    )
    outer = inside(
        parallel("f"),
        inner,
        user("a"),
        parallel("j"),
        path("begun", "f", "deep_stage", "j", "ended"),
        path("f", "a", "j"),
    )
    case = Case(old, phase)

    found = move(case, process(start(), outer, user("b"), end(), path("begin", "stage", "b", "done")), phase)

    assert found.is_possible
    assert sorted(case.tasks()) == ["a", "sign", "sign"]
    paths = {task.activity_path for task in case.open.values()}
    assert paths == {"stage/a", "stage/deep_stage/review/sign"}


def test_a_case_that_would_stand_beside_a_sub_process_it_left_does_not_move():
    stage = inside(user("a"), path("begun", "a", "ended"))
    case = Case(process(start(), stage, user("b"), end(), path("begin", "stage", "b", "done")))

    assert obstacles(
        move(case, process(start(), user("a"), user("b"), end(), path("begin", "a", "b", "done")))
    ) == [("stage", "element-gone"), ("stage", "process-gone")]


def test_a_case_is_not_put_inside_what_runs_several_times_or_at_an_event():
    several = sub(
        "stage", start("begun"), user("a"), end("ended"), path("begun", "a", "ended"), loop("=[1, 2]")
    )

    found = move(Case(V1), process(start(), several, user("b"), end(), path("begin", "stage", "b", "done")))

    assert obstacles(found) == [("a", "element-moved")]
