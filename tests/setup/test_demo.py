"""The demo company: everybody has an account, and every campaign is where the tour expects it."""

from __future__ import annotations

import dataclasses
import logging
import shutil
from datetime import timedelta

import pytest
from sqlalchemy import select

from service import demo, resources
from service.demo.people import PEOPLE
from service.runtime import identity
from service.runtime.campaigns import allowances
from service.runtime.cases import instances
from service.runtime.incidents import incidents
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.time import timers
from service.runtime.wiring import open_application
from service.settings import Settings
from service.store.models import ArchivedCampaign
from tests.conftest import MONDAY


class Told(logging.Handler):
    """Keeps the warnings: an incomplete campaign is one."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.warnings = []

    def emit(self, record):
        self.warnings.append(record.getMessage())


@pytest.fixture(scope="module")
def seeded(tmp_path_factory, _migrated_sqlite, _cheap_passwords):
    """The application with the demo company in it, as on an ordinary Monday at half past ten."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copyfile(_migrated_sqlite, folder / "countersign.db")
    settings = Settings(
        folder, f"sqlite:///{folder / 'countersign.db'}", "memory://", "a secret of the tests"
    )
    app = open_application(settings, clock=lambda: MONDAY + timedelta(minutes=90))
    deployments.deploy(app, SYSTEM, resources.manifest_files())
    told = Told()
    logging.getLogger("service").addHandler(told)
    demo.seed(app)
    logging.getLogger("service").removeHandler(told)
    assert told.warnings == []
    yield app
    app.close()


def the(app, name, definition="campaign_approval"):
    """The main instance of the campaign with this name."""
    (found,) = instances.find(app, SYSTEM, q=name, definition=definition, limit=100).items
    return instances.get(app, SYSTEM, found.id)


def owed(app, name):
    """What waits for people in the campaign, with those it waits for."""
    page = user_tasks.find(app, SYSTEM, business_key=the(app, name).business_key, limit=100)
    return {(task.activity_id, *task.candidate_groups, *task.candidate_users) for task in page.items}


def test_everybody_can_sign_in_with_the_printed_password(seeded):
    password = demo.people.known_password(seeded)

    for person in PEOPLE:
        assert identity.authenticate(seeded, person.name, password, address="test").name == person.name
        assert person.name in demo.banner(seeded)
    assert password in demo.banner(seeded)


def test_the_demo_is_seeded_once(seeded):
    assert demo.seed(seeded) is False


def test_nothing_went_wrong_on_the_way(seeded):
    assert incidents.find(seeded, SYSTEM, limit=10).items == ()


def test_nothing_is_left_to_the_clock(seeded):
    assert timers.run_due(seeded) == 0


def test_the_campus_campaign_waits_for_the_design_departments_commitment(seeded):
    assert ("commit_resources", "设计部") in owed(seeded, "校园大使")


def test_the_prize_draw_is_back_with_legal_in_the_second_round(seeded):
    assert owed(seeded, "抽奖季") == {("legal_review", "法务部")}
    variables = instances.variables(seeded, SYSTEM, the(seeded, "抽奖季").id)
    scope = next(each for each in variables.values() if "round" in each)
    assert (scope["round"], set(scope["agreed"])) == (2, {"财务部", "技术部"})
    assert the(seeded, "抽奖季").variables["plan_total"] == 120_000


def test_the_membership_campaign_waits_for_the_ceo_meeting(seeded):
    case = the(seeded, "会员节")

    assert (case.variables["tier"], case.variables["plan_total"]) == ("ceo_meeting", 380_000)
    assert owed(seeded, "会员节") == set()
    assert case.next_due - MONDAY < timedelta(days=3)


def test_the_short_videos_fall_short_of_their_click_through_rate(seeded):
    assert owed(seeded, "短视频种草") == {("adjust_today", "linyue")}
    days = instances.find(seeded, SYSTEM, q="短视频种草", definition="campaign_day", limit=10).items
    assert [day.state for day in days] == ["active", "completed", "completed"]
    (alert,) = [
        each
        for each in instances.get(seeded, SYSTEM, days[0].id).variables["alerts"]
        if each["level"] != "none"
    ]
    assert (alert["metric"], float(alert["deviation"])) == ("ctr", -0.1875)


def test_the_hot_topic_runs_while_its_explanation_is_owed(seeded):
    assert the(seeded, "冬日热点").variables["green_outcome"] == "approved"
    assert ("submit_explanation", "linyue") in owed(seeded, "冬日热点")
    assert "morning_meeting" in {each.activity_id for each in the(seeded, "冬日热点").active}


def test_the_website_campaign_is_being_audited(seeded):
    assert owed(seeded, "官网焕新") == {("audit_review", "审计部")}


def test_two_campaigns_are_archived_with_what_they_cost(seeded):
    with seeded.db.read() as session:
        rows = session.scalars(select(ArchivedCampaign).where(ArchivedCampaign.closed_at.is_not(None))).all()

    assert {int(row.budget_total): row.tier for row in rows} == {
        46_800: "department_head",
        95_000: "vice_president",
    }


def test_marketing_has_promised_what_the_demo_says(seeded):
    current = next(row for row in allowances.find(seeded, SYSTEM) if row.period == "2026Q1")

    assert (current.granted, current.committed) == (1_200_000, 640_000)


def test_the_password_can_be_guessed_only_where_nobody_else_can_reach_the_service(seeded, tmp_path):
    public = dataclasses.replace(seeded.settings, data=tmp_path, host="0.0.0.0")

    assert demo.people._password(public) != demo.people.LOCAL_PASSWORD
    assert demo.people._password(seeded.settings) == demo.people.LOCAL_PASSWORD
