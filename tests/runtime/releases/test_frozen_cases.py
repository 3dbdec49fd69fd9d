"""What an earlier release has stored: the present one loads every case and finishes it."""

from __future__ import annotations

import pytest

from service import resources
from service.errors import Conflict
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.incidents import incidents
from service.runtime.keeping import verifying
from service.runtime.releases import deployments, migrations
from service.runtime.scenarios.playing import Play
from service.runtime.step.context import SYSTEM
from tests.fixtures.frozen import HERE, RELEASES, played, remainder, scenario, stored, thawed

CASES = [(release, name, case) for release in RELEASES for name, case in stored(release).items()]
IDS = [f"{release}-{name}" for release, name, _ in CASES]
CORRECTED = {"amount": 7}
"""What the case that stopped at an incident is retried with."""


def test_every_release_has_stored_its_cases():
    assert {release for release, _, _ in CASES} == set(RELEASES)


def test_a_case_of_this_release_can_be_stored_for_those_to_come(tmp_path):
    folder = HERE / RELEASES[-1]
    [stopped] = played(folder, [folder / "incident.yaml"]).values()

    with thawed(RELEASES[-1], stopped, tmp_path) as world:
        [incident] = incidents.find(world.app, SYSTEM).items

        assert incident.activity_id == "amount_gateway"
        assert verifying.verify(world.app).problems == ()


def test_a_step_drawn_since_is_answered_as_the_present_scenarios_do(tmp_path):
    sets = tmp_path / "answers"
    sets.mkdir()
    (sets / "通用.yaml").write_text(
        "brand_review: {conclusion: 同意}\nsubmit_plan: {conclusion: 退回}\n", encoding="utf-8"
    )

    answers = scenario(HERE / "v0_1" / "planning.yaml", tmp_path).answers

    assert answers.of("brand_review") == {"conclusion": "同意"}
    assert answers.of("submit_plan")["conclusion"] == "同意", "what the release knew it answers itself"


@pytest.mark.parametrize(("release", "name", "frozen"), CASES, ids=IDS)
def test_a_case_stored_by_an_earlier_release_is_finished_by_this_one(release, name, frozen, tmp_path):
    with thawed(release, frozen, tmp_path) as world:
        assert verifying.verify(world.app).problems == (), "as it was stored"
        for incident in incidents.find(world.app, SYSTEM).items:
            incidents.retry(world.app, SYSTEM, incident.id, variables=CORRECTED)

        Play(remainder(release, name), world, dict(frozen.cases), frozen.current).run()

        assert incidents.find(world.app, SYSTEM).items == ()
        assert verifying.verify(world.app).problems == (), "as it was finished"


@pytest.mark.parametrize(("release", "name", "frozen"), CASES, ids=IDS)
def test_a_case_stored_by_an_earlier_release_moves_to_the_drawings_of_this_one(
    release, name, frozen, tmp_path
):
    with thawed(release, frozen, tmp_path) as world:
        # A file more makes it another manifest even when this release has not changed the drawings.
        files = resources.manifest_files() | {"another.form": b'{"id": "another", "components": []}'}
        live = deployments.deploy(world.app, SYSTEM, files)
        for incident in incidents.find(world.app, SYSTEM).items:
            incidents.retry(world.app, SYSTEM, incident.id, variables=CORRECTED)

        moved = migrations.migrate(world.app, SYSTEM).items
        Play(remainder(release, name), world, dict(frozen.cases), frozen.current).run()

        assert {view.to_deployment for view in moved} == {live.id}
        assert {view.outcome for view in moved} == {"moved"}
        assert verifying.verify(world.app).problems == ()


@pytest.mark.parametrize("name", ["preparation", "countersign_second_round", "formal_approval"])
def test_a_case_moved_to_the_drawings_of_this_release_can_be_withdrawn(name, tmp_path):
    frozen = stored("v0_1")[name]
    with thawed("v0_1", frozen, tmp_path) as world:
        [case] = instances.find(world.app, SYSTEM, definition="campaign_approval", state="active").items
        applicant = identity.actor(world.app, str(case.applicant))
        with pytest.raises(Conflict):
            instances.withdraw(world.app, applicant, case.id, reason="它的图上还没有撤销")
        deployments.deploy(world.app, SYSTEM, resources.manifest_files())
        migrations.migrate(world.app, SYSTEM)

        before = instances.diagram_state(world.app, SYSTEM, case.id)
        ended = instances.withdraw(world.app, applicant, case.id, reason="不办了")
        after = instances.diagram_state(world.app, SYSTEM, case.id)

        assert (ended.state, ended.case.facts["outcome"]) == ("completed", "withdrawn")
        assert [view.path for view in after] == [view.path for view in before], "one diagram for each call"
        [root] = [view for view in after if view.path == ""]
        assert {"approval_stage", "withdrawal_done", "campaign_withdrawn"} <= root.activities.keys()
        assert all(state.active == 0 for view in after for state in view.activities.values())
        assert verifying.verify(world.app).problems == ()
