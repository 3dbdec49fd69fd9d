"""docs/notices.md, cell by cell over real cases: everybody it names is told, and nobody else is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from service import resources
from service.runtime import identity
from service.runtime.cases import comments, instances
from service.runtime.scenarios import read
from service.runtime.scenarios.results import play
from service.runtime.scenarios.suites import suites
from service.runtime.scenarios.workbench import furnish, open_in, world_of
from service.runtime.scenarios.world import World
from service.runtime.step.context import SYSTEM
from service.store.models import TASKS, Notification, ProcessInstance
from tests.processes import told

DOCUMENT = Path(__file__).parents[2] / "docs" / "notices.md"
WALKS = ("W06b", "W09", "W10b", "W10d", "W11a", "W11b", "W13b", "W13c", "W15a")
"""Between them they meet every event: a return, alerts, changes applied, refused and outdated, a stop with
its pause, a refusal, what is late everywhere, a withdrawal."""


@dataclass
class Met:
    """What was told in the cases that were walked, and who had acted in each."""

    told: list[Notification] = field(default_factory=list)
    cases: dict[str, ProcessInstance] = field(default_factory=dict)
    done: dict[str, set[str]] = field(default_factory=dict)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)

    def of(self, kind: str, reason: str = "") -> list[Notification]:
        return [each for each in self.told if each.kind == kind and reason in ("", each.reason)]

    def take(self, world: World) -> None:
        """Read what a world has come to."""
        with world.app.db.read() as session:
            self.told += session.scalars(select(Notification)).all()
            for case in session.scalars(select(ProcessInstance)):
                self.cases[case.id] = case
            for row in session.execute(select(TASKS).where(TASKS.c.state == "completed")):
                doers = {row.completed_by, row.on_behalf_of} - {None}
                self.done.setdefault(row.instance_id, set()).update(doers)
        for person in world.people:
            self.groups[person.name] = person.groups


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Met:
    """Walk the cases, and let somebody comment and something fail on the way."""
    files = [file for file in sorted(resources.scenarios().glob("*.yaml")) if file.stem.startswith(WALKS)]
    (suite,) = suites(files)
    found = Met()
    for number, file in enumerate(suite.scenarios):
        folder = tmp_path_factory.mktemp(f"walk{number}")
        app = open_in(folder, f"sqlite:///{folder / 'countersign.db'}")
        furnish(app, suite.tested.files, suite.people)
        scenario = read(file)
        world = world_of(app, suite.names, scenario)
        assert play(scenario, world) == ()
        if number == 0:
            _comment(world)
            _fail(world)
        found.take(world)
        app.close()
    return found


def _comment(world: World) -> None:
    with world.app.db.read() as session:
        case = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id)).first()
    sees_all = next(each for each in world.people if "审计部" in each.groups)
    comments.add(world.app, sees_all, case.id, "预算依据请补一份报价单。")


def _fail(world: World) -> None:
    """Let a task lead to nobody: all of finance is gone when the next campaign gets there."""
    scenario = read(next(resources.scenarios().glob("W01b*.yaml")))
    for person in world.people:
        if {"财务部", "分管副总裁", "总裁办"} & person.groups:
            identity.update_user(world.app, SYSTEM, person.name, active=False)
    # Numbered by the service: the first walk has the scenario's number.
    assert play(scenario, replace(world, numbers=None)), "somebody still answers for finance"
    with world.app.db.read() as session:
        stuck = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id.desc())).first()
    instances.cancel(world.app, SYSTEM, stuck.id, reason="财务无人可办，先行撤销。")


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == told.document(), (
        "run: python -m tests.processes.told > docs/notices.md"
    )


@pytest.mark.parametrize("cell", told.events(), ids=lambda cell: f"{cell.kind}-{cell.reason}")
def test_an_event_reaches_everybody_it_is_told_to(met: Met, cell: told.Cell) -> None:
    rows = met.of(cell.kind, cell.reason)

    assert rows, "nobody was ever told"
    for row in rows:
        assert _belongs(met, row, cell.reason), f"{row.user_name} was told as {cell.reason}: {row.subject}"


@pytest.mark.parametrize("kind", ["approved", "refused", "changed", "stopped", "withdrawn"])
def test_whoever_had_a_hand_in_the_campaign_hears_how_it_went(met: Met, kind: str) -> None:
    for event in {row.event for row in met.of(kind)}:
        rows = [row for row in met.of(kind) if row.event == event]
        case = met.cases[rows[0].instance_id]
        people = {row.user_name for row in rows}
        before = {
            row.user_name
            for row in met.told
            if row.kind == "task" and met.cases[row.instance_id].business_key == case.business_key
        }
        done = set[str]().union(
            *(
                met.done.get(key, set())
                for key, each in met.cases.items()
                if each.business_key == case.business_key
            )
        )

        assert case.applicant in people or kind == "withdrawn"
        assert people - {case.applicant} <= done | before | {case.applicant}


@pytest.mark.parametrize("cell", told.services(), ids=lambda cell: f"{cell.kind}-{cell.reason}-{cell.at[0]}")
def test_what_drawings_tell_reaches_the_groups_they_name(met: Met, cell: told.Cell) -> None:
    process = cell.at[0].partition("/")[0]
    rows = [each for each in met.of(cell.kind) if process in _processes(met, each)]
    events = {each.event: {row.user_name for row in rows if row.event == each.event} for each in rows}

    assert events, "nobody was ever told"
    # Whoever belongs to several of the groups is told as one of the first.
    assert any(people >= _people(met, cell.reason, rows) for people in events.values())


@pytest.mark.parametrize("kind", ["copy", "consult"])
def test_phases_are_copied_to_whom_the_table_of_responsibilities_names(met: Met, kind: str) -> None:
    assert [cell for cell in told.phases() if cell.kind == kind]
    assert met.of(kind)
    for row in met.of(kind):
        assert _belongs(met, row, row.reason)
        assert row.user_name != met.cases[row.instance_id].applicant


def test_those_who_can_do_it_are_reminded_and_those_above_told(met: Met) -> None:
    reasons = {cell.reason for cell in told.deadlines() if cell.kind == "escalate"}

    assert {row.reason for row in met.of("remind")} == {told.HOLDER}
    told_above = {row.reason for row in met.of("escalate")}
    assert told_above <= reasons | {each for name in reasons for each in name.split("、")}
    assert {told.HOLDER, "上级", "部门负责人", "分管副总裁"} <= told_above


def test_nothing_is_told_that_the_document_does_not_name(met: Met) -> None:
    named = {cell.kind for cell in (*told.events(), *told.services(), *told.phases(), *told.deadlines())}

    assert {row.kind for row in met.told} <= named


def test_every_line_says_what_happened_and_why_somebody_is_told(met: Met) -> None:
    for row in met.told:
        assert row.subject
        assert row.reason or row.kind == "task"


def _processes(met: Met, row: Notification) -> set[str]:
    """Return the processes of a case; a phase is told under the instance that calls it."""
    number = met.cases[row.instance_id].business_key
    found = {each.definition for each in met.cases.values() if each.business_key == number}
    return {*found, *("campaign_day" for each in found if each == "campaign_approval")}


def _people(met: Met, reason: str, rows: list[Notification]) -> set[str]:
    if reason == "发起人":
        return {met.cases[row.instance_id].applicant for row in rows[:1]}
    return {name for name, groups in met.groups.items() if reason in groups}


def _belongs(met: Met, row: Notification, reason: str) -> bool:
    """Say whether somebody is of those a reason names; whoever stands in for somebody is judged by them."""
    name, case = row.on_behalf_of or row.user_name, met.cases[row.instance_id]
    if reason == "发起人":
        return bool(name == case.applicant)
    if reason == "部门负责人":
        return name == "shenlan"
    if reason in ("经办人", told.HOLDER, "上级"):
        return name in met.groups
    return name == reason or reason in met.groups[name]
