"""The table of docs/rights.md, cell by cell: every route is asked over HTTP by everybody."""

from __future__ import annotations

import io
import re
import secrets
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from service import resources
from service.app import create_app
from service.engine import organisation
from service.engine.organisation.rights import RIGHTS
from service.runtime import identity
from service.runtime.campaigns import allowances
from service.runtime.cases import attachments, instances
from service.runtime.identity import phrases, saved_views
from service.runtime.incidents import incidents
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.store.models import Batch, Notification, Outbox, Study, Waiver
from tests.api.rights import ANSWERS, ANYONE, BY_ROUTE, OWN, SEES, SIGNED_IN, STARTS, markdown, served
from tests.engine import diagrams as d
from tests.runtime.drawings import REVIEW_FORM

DOCUMENT = Path(__file__).parents[2] / "docs" / "rights.md"
ORGANISATION = (resources.processes() / "organisation.yaml").read_bytes()
HELD = organisation.read(ORGANISATION).organisation.rights

PEOPLE = {
    # name: groups; 林悦 applies, 周衡 may answer, the others have nothing to do with the case
    "linyue": ("市场部",),
    "zhouheng": ("法务部",),
    "ouwen": ("客服部",),
    "xunuo": ("财务部",),
    "liangxiao": ("技术部",),
    "yezhen": ("流程负责人",),
    "lijing": ("流程管理部",),
    "shenji": ("审计部",),
    "zongcai": ("总裁办",),
    "admin": ("admin",),
}
NOBODY = "nobody"
DENIED = (401, 403, 404)


@dataclass
class World:
    """A company with one case of 林悦, in which 周衡 may answer a task, and one that has stopped."""

    app: Any
    flask: Any
    tokens: dict[str, str]
    unchanged: dict[str, str] = field(default_factory=dict)

    def path(self, route: str, is_refused: bool) -> str:
        """Return the path of a route with ids of things of its own.

        They are made for this request alone, unless it is refused: whoever is, leaves them for the next.
        """
        if not is_refused:
            return self.fill(route)
        if route not in self.unchanged:
            self.unchanged[route] = self.fill(route)
        return self.unchanged[route]

    def fill(self, route: str) -> str:
        """Return the path of a route with ids of things made anew."""
        if "<" not in route:
            return route.split(" ", 1)[1]
        case = instances.start(self.app, self.actor("linyue"), "review")
        [task] = user_tasks.find(self.app, SYSTEM, instance=case.id).items
        if route.endswith("/unclaim"):
            user_tasks.claim(self.app, self.actor("zhouheng"), task.id)
        if route.endswith("/signers/<user>"):
            added = {"users": ("lvshi",), "mode": "before", "reason": "请把关"}
            user_tasks.act(self.app, self.actor("zhouheng"), task.id, "signers", added)
        if route.endswith("/tasks/<task_id>/withdraw"):
            given = {"conclusion": "同意", "opinion": "规则合法"}
            user_tasks.complete(self.app, self.actor("zhouheng"), task.id, None, given)
        if route.endswith("/resolve"):
            lent = {"to": "zhouheng", "reason": "请看"}
            user_tasks.act(self.app, self.actor("lvshi"), task.id, "delegate", lent)
        if route.endswith("/resume"):
            instances.suspend(self.app, SYSTEM, case.id)
        made = {
            "instance_id": lambda: case.id,
            "task_id": lambda: task.id,
            "business_key": lambda: case.business_key,
            "incident_id": self._incident,
            "attachment_id": self._attachment,
            "token_id": lambda: identity.create_token(self.app, SYSTEM, "linyue").view.id,
            "session_id": self._session,
            "rule_id": self._rule,
            "notification_id": self._notification,
            "user_name": self._user,
            "department": lambda: "市场部",
            "year": lambda: "2026",
            "period": self._period,
            "batch_id": self._batch,
            "study_id": self._study,
            "job_id": self._job,
            "waiver_id": lambda: self._waiver(case),
            "deployment_id": lambda: self.app.live().deployment_id,
            "definition": lambda: "review",
            "filename": lambda: "nothing.css",
            "key": lambda: self._key(route),
            "name": lambda: self._name(route),
            "user": lambda: "lvshi",
            "view_id": self._view,
            "phrase_id": lambda: phrases.add(self.app, self.actor("linyue"), "同意，请按计划执行").id,
        }
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(made[found[1]]()), route.split(" ", 1)[1])

    def actor(self, name: str):
        return identity.actor(self.app, name)

    def _key(self, route):
        return "tier" if "decisions" in route else "legal_review" if "forms" in route else "review"

    def _name(self, route):
        return "hello" if "messages" in route else "claim" if "tasks" in route else "review.bpmn"

    def _incident(self):
        stopped = instances.start(self.app, self.actor("linyue"), "stopped")
        return incidents.find(self.app, SYSTEM, instance=stopped.id).items[0].id

    def _attachment(self):
        return attachments.upload(self.app, self.actor("linyue"), io.BytesIO(b"%PDF-1.7\n"), "a.pdf").id

    def _user(self):
        name = f"newcomer{secrets.token_hex(4)}"
        return identity.create_user(self.app, SYSTEM, name, department="客服部").name

    def _batch(self):
        with self.app.db.begin() as session:
            row = Batch(action="retry", reason="x", created_by="linyue", created_at=self.app.clock())
            session.add(row)
            session.flush()
            return row.id

    def _study(self):
        with self.app.db.begin() as session:
            row = Study(kind="calibration", created_by="linyue", created_at=self.app.clock())
            session.add(row)
            session.flush()
            return row.id

    def _waiver(self, case):
        with self.app.db.begin() as session:
            row = Waiver(
                instance_id=case.id,
                business_key=case.business_key,
                act="modify",
                given={"cancel": [], "start": [], "variables": {}},
                what={"template": "x", "params": {}},
                promises=[],
                reason="x",
                state="open",
                asked_by="linyue",
                asked_at=self.app.clock(),
            )
            session.add(row)
            session.flush()
            return row.id

    def _job(self):
        with self.app.db.begin() as session:
            now = self.app.clock()
            row = Outbox(kind="notify", payload={}, state="failed", available_at=now, created_at=now)
            session.add(row)
            session.flush()
            return row.id

    def _period(self):
        allowances.grant(self.app, SYSTEM, "市场部", "2026Q1", Decimal(1))
        return "2026Q1"

    def _view(self):
        return saved_views.save(self.app, self.actor("linyue"), "cases", "待结案", "state=active").id

    def _session(self):
        secret = identity.sign_in(self.app, self.actor("linyue"))
        return identity.sessions(self.app, self.actor("linyue"), secret=secret)[0].id

    def _rule(self):
        from datetime import timedelta

        now = self.app.clock()
        return identity.substitute(
            self.app, self.actor("linyue"), "ouwen", now + timedelta(days=9), now + timedelta(days=10)
        ).id

    def _notification(self):
        with self.app.db.begin() as session:
            row = Notification(
                user_name="linyue", kind="notice", subject="x", text="x", created_at=self.app.clock()
            )
            session.add(row)
            session.flush()
            return row.seq

    def ask(self, who: str, route: str, *, is_refused: bool) -> int:
        """Return the status with which a route answers somebody; 401 where it sends them to sign in."""
        method, path = route.split(" ", 1)[0], self.path(route, is_refused)
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who != NOBODY else {}
        options: dict[str, Any] = {"headers": {**headers, "Accept": "text/html"}}
        if path.startswith("/api/"):
            options = {"headers": headers}
            if route.startswith("POST /api/v1/deployments") and "<" not in route:
                options["data"] = {"files": (io.BytesIO(b"{}"), "x.form")}
            elif route.endswith("/metrics/import"):
                options["data"] = {"file": (io.BytesIO("日期,渠道,点击\n".encode()), "x.csv")}
            elif route in ("POST /api/v1/simulations", "POST /api/v1/backtests"):
                options["data"] = {"files": (io.BytesIO(b"{}"), "x.form")}
            elif method != "GET":
                options["json"] = BODIES.get(route, {})
        elif method == "POST":
            options["data"] = BODIES.get(route, {})
        if route in QUERIES:
            options["query_string"] = QUERIES[route]
        answer = self.flask.test_client().open(path, method=method, **options)
        to_sign_in = answer.status_code == 303 and answer.headers["Location"].startswith("/login")
        return 401 if to_sign_in and route not in ("POST /logout",) else answer.status_code


BODIES = {
    "POST /api/v1/process-instances/<instance_id>/withdraw": {"reason": "不办了"},
    "POST /api/v1/process-instances/<instance_id>/comments": {"text": "请补充"},
    "POST /cases/<instance_id>/comments": {"text": "请补充"},
    "POST /api/v1/tasks/<task_id>/complete": {"version": 1, "answers": {"conclusion": "同意"}},
    "POST /api/v1/tasks/<task_id>/draft": {"answers": {}},
    "POST /api/v1/tasks/<task_id>/transfer": {"to": "linyue", "reason": "出差"},
    "POST /api/v1/tasks/<task_id>/delegate": {"to": "linyue", "reason": "出差"},
    "POST /api/v1/tasks/<task_id>/signers": {"users": ["lvshi"], "mode": "before", "reason": "请把关"},
    "POST /api/v1/tasks/<task_id>/withdraw": {"reason": "漏看一条"},
    "POST /api/v1/tasks/complete-many": {"items": [{"id": "none", "version": 1}]},
    "POST /api/v1/phrases": {"text": "同意"},
    "POST /api/v1/saved-views": {"list": "cases", "name": "在办", "query": "state=active"},
    "POST /views": {"list": "cases", "name": "在办", "query": "state=active"},
    "POST /api/v1/tasks/<task_id>/copies": {"users": ["xunuo"]},
    "POST /api/v1/tasks/<task_id>/resolve": {"opinion": "可以"},
    "POST /api/v1/tasks/<task_id>/assign": {"to": "zhouheng", "reason": "病假"},
    "POST /api/v1/tasks/<task_id>/return": {"version": 1, "activity_id": "legal_review", "reason": "重做"},
    "POST /api/v1/decisions/<key>/evaluate": {"variables": {"amount": 1}},
    "POST /api/v1/campaigns/<business_key>/metrics": {
        "samples": [{"day": "2026-03-02", "channel": "抖音", "impressions": 1}]
    },
    "POST /api/v1/campaigns/<business_key>/load": {"qps": 1, "cpu": 0.1, "p95": 1, "error_rate": 0},
    "POST /api/v1/process-instances/<instance_id>/variables": {
        "variables": {"legal_conclusion": "同意"},
        "reason": "更正",
    },
    "POST /api/v1/process-instances/<instance_id>/facts": {"facts": {"tier": "x"}, "reason": "更正"},
    "POST /admin/instances/<instance_id>/facts": {"name": "x", "value": "1", "reason": "更正"},
    "POST /api/v1/process-instances/<instance_id>/modify": {"reason": "调整", "dry_run": True},
    "POST /api/v1/waivers/<waiver_id>/confirm": {"reason": "同意"},
    "POST /api/v1/waivers/<waiver_id>/decline": {"reason": "请等"},
    "POST /admin/waivers/<waiver_id>/confirm": {"reason": "同意"},
    "POST /admin/waivers/<waiver_id>/decline": {"reason": "请等"},
    "POST /api/v1/batch": {"action": "suspend", "ids": ["none"], "reason": "演练", "dry_run": True},
    "POST /api/v1/users": {"name": "", "display_name": "x"},
    "PATCH /api/v1/departments/<department>": {"head": None},
    "POST /api/v1/groups": {"name": ""},
    "PUT /api/v1/allowances/<department>/<period>": {"granted": 1},
    "POST /admin/company/people/import": {"table": "6LSm5Y+3LOWnk+WQjSzpg6jpl6g="},
    "POST /admin/instances/<instance_id>/variables": {"name": "x", "value": "1", "reason": "更正"},
    "POST /admin/batches": {"action": "suspend", "ids": "none", "reason": "演练"},
    "POST /admin/company/allowances": {"department": "市场部", "period": "2026Q1", "granted": "1"},
    "POST /admin/company/people/<user_name>": {"display_name": "欧文"},
    "POST /processes/deploy": {"file": "e30=|x.form"},
    "POST /processes/weave": {"file": "e30=|x.form"},
}
QUERIES = {
    "GET /api/v1/compare": {"from": "live"},
    "GET /processes/compare": {"from": "live"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory, _migrated_sqlite, _cheap_passwords):
    import shutil

    from service.runtime.wiring import open_application
    from service.settings import Settings
    from tests.conftest import Clock

    folder = tmp_path_factory.mktemp("rights")
    shutil.copyfile(_migrated_sqlite, folder / "countersign.db")
    settings = Settings(folder, f"sqlite:///{folder}/countersign.db", "memory://", "a secret of the tests")
    app = open_application(settings, clock=Clock())
    deployments.deploy(app, SYSTEM, files())
    for name, groups in PEOPLE.items():
        department = groups[0] if groups != ("admin",) else None
        identity.create_user(app, SYSTEM, name, groups=groups, department=department)
    identity.create_user(app, SYSTEM, "lvshi", groups=("法务部",))
    tokens = {name: identity.create_token(app, SYSTEM, name).token for name in PEOPLE}
    yield World(app, create_app(settings, application=app), tokens)
    app.close()


def files():
    review = d.process(
        d.start(),
        d.user("legal_review", camunda_formRef="legal_review"),
        d.end(),
        d.path("begin", "legal_review", "done"),
        key="review",
    )
    stopped = d.process(
        d.start(),
        d.script("sum", "1 + applicant", "x"),
        d.end(),
        d.path("begin", "sum", "done"),
        key="stopped",
    )
    return {
        "review.bpmn": review,
        "stopped.bpmn": stopped,
        "legal_review.form": REVIEW_FORM,
        "tier.dmn": (resources.processes() / "approval_tier.dmn")
        .read_bytes()
        .replace(b"approval_tier", b"tier"),
        "organisation.yaml": _without_follow_ups(),
    }


def _without_follow_ups() -> bytes:
    """Return the installed organisation: groups and rights as they are, no processes that are not here."""
    content = yaml.safe_load(ORGANISATION)
    content.pop("follow_ups")
    return yaml.safe_dump(content, allow_unicode=True).encode()


def holds(who: str, right: str) -> bool:
    return who == "admin" or not {*HELD.get(right, ())}.isdisjoint(PEOPLE[who])


def sees(who: str) -> bool:
    return who in ("linyue", "zhouheng") or holds(who, "case.see_all")


INSTEAD = ("sees the case, and began it or holds", "ordered it, or system.inspect")
"""What one needs no right for that is one's own."""


def refusals(who: str, route: str) -> set[int] | None:
    """Return with which statuses somebody is refused; None: not at all."""
    need = BY_ROUTE[route]
    if need.of == ANYONE:
        return None
    if who == NOBODY:
        return {401}
    wrong: set[int] = set()
    own = who == "linyue"
    unmet = {
        SIGNED_IN: None,
        OWN: None if own else 404,
        "one's own, or user.manage": None if own or holds(who, "user.manage") else 404,
        "one's own, or token.manage_all": None if own or holds(who, "token.manage_all") else 404,
        SEES: None if sees(who) else 404,
        "sees the task": None if sees(who) else 404,
        "holds the task, or assigns tasks": _for_task(who, or_right="task.assign"),
        STARTS: None,
        ANSWERS: _for_task(who),
        "is lent the task": _for_task(who),
        "answered the task": _for_task(who),
        "answers the task, or applied for the case": None if own else _for_task(who),
        "sees the task and cannot answer it": (409 if who == "zhouheng" else None) if sees(who) else 404,
        "uploaded it, or sees the case": None if own or holds(who, "case.see_all") else 404,
        "sees the case, and began it or holds": None if sees(who) else 404,
        "has asked for it": None if own else 403 if sees(who) else 404,
        "sees the case, has no part in it and has not asked": None if sees(who) else 404,
        "is the case's applicant": None if own else 403 if sees(who) else 404,
        "sees the case or reads incidents": None if own or _reads_all(who) else 404,
        "ordered it, or system.inspect": None if own or holds(who, "system.inspect") else 404,
        "user.read": None if holds(who, "user.read") else 403,
        "incident.read": None if holds(who, "incident.read") else 403,
        "incident.read, sees the case": None if holds(who, "incident.read") and sees(who) else 403,
        "deployment.create (for files)": None if holds(who, "deployment.create") else 403,
        "deployment.read": None if holds(who, "deployment.read") else 403,
        # asked for all campaigns: which of them one sees of one's own, tests of the board say
        "dashboard.execution, or sees the campaign": None if holds(who, "dashboard.execution") else 403,
    }[need.of]
    if unmet is not None:
        wrong.add(unmet)
    has_right = need.right is None or holds(who, need.right)
    if not has_right and not (need.of in INSTEAD and own):
        wrong.add(403)
    return wrong or None


def _reads_all(who: str) -> bool:
    return holds(who, "case.see_all") or holds(who, "incident.read")


def _for_task(who: str, or_right: str | None = None) -> int | None:
    if who == "zhouheng" or (or_right and holds(who, or_right)):
        return None
    return 403 if sees(who) else 404


@pytest.mark.parametrize("who", [NOBODY, *PEOPLE])
@pytest.mark.parametrize("route", sorted(BY_ROUTE))
def test_a_route_answers_somebody_as_the_table_says(world, who, route):
    expected = refusals(who, route)

    status = world.ask(who, route, is_refused=expected is not None)

    if expected is None:
        assert status < 500
        assert status not in DENIED or (route, status) in NOT_THERE
    else:
        assert status in expected


NOT_THERE = {
    ("GET /static/<path:filename>", 404),
    ("GET /processes/guarantees/<key>", 404),
    ("POST /login", 401),
    ("POST /api/v1/messages/<name>", 404),
}
"""What is answered alike to everybody who may ask: there is nothing of this name."""


def test_the_table_has_every_route_and_no_other(world):
    assert served(world.flask.url_map.iter_rules()) == {*BY_ROUTE}, "say in tests/api/rights.py what it needs"


def test_the_table_names_rights_that_exist():
    named = {need.right for need in BY_ROUTE.values() if need.right}

    assert named <= RIGHTS


def test_the_document_says_what_the_table_says():
    assert DOCUMENT.read_text(encoding="utf-8") == markdown(), (
        "run: python -m tests.api.rights > docs/rights.md"
    )
