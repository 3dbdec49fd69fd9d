from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from service.app import create_app
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.promises.waivers import WaiverView
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.wiring import open_application
from service.settings import Settings
from service.web.api.document import document, sections
from service.web.api.section import Content, ListOf
from tests.api.client import Client
from tests.conftest import Clock
from tests.runtime import drawings

OPERATIONS = [operation for section in sections() for operation in section.operations]
HERE = "tests/api/test_openapi.py"
CONTRACT = (
    "POST /api/v1/deployments",
    "GET /api/v1/deployments",
    "POST /api/v1/deployments/{deployment_id}/activate",
    "GET /api/v1/resources",
    "GET /api/v1/resources/{name}",
    "GET /api/v1/compare",
    "GET /api/v1/process-definitions",
    "GET /api/v1/process-definitions/{key}",
    "GET /api/v1/process-definitions/{key}/xml",
    "POST /api/v1/process-definitions/{key}/start",
    "GET /api/v1/process-instances",
    "GET /api/v1/process-instances/{instance_id}",
    "GET /api/v1/process-instances/{instance_id}/history",
    "GET /api/v1/process-instances/{instance_id}/facts",
    "GET /api/v1/process-instances/{instance_id}/dossier",
    "GET /api/v1/process-instances/{instance_id}/certificate",
    "GET /api/v1/process-instances/{instance_id}/approval-sheet.pdf",
    "POST /api/v1/process-instances/{instance_id}/cancel",
    "POST /api/v1/process-instances/{instance_id}/suspend",
    "POST /api/v1/process-instances/{instance_id}/resume",
    "POST /api/v1/process-instances/{instance_id}/messages/{name}",
    "POST /api/v1/messages/{name}",
    "POST /api/v1/incidents/{incident_id}/retry",
    "GET /api/v1/tasks",
    "GET /api/v1/tasks/{task_id}",
    "GET /api/v1/tasks/{task_id}/form",
    "POST /api/v1/tasks/{task_id}/claim",
    "POST /api/v1/tasks/{task_id}/unclaim",
    "POST /api/v1/tasks/{task_id}/draft",
    "POST /api/v1/tasks/{task_id}/complete",
    "POST /api/v1/tasks/{task_id}/transfer",
    "POST /api/v1/tasks/{task_id}/delegate",
    "POST /api/v1/tasks/{task_id}/resolve",
    "POST /api/v1/tasks/{task_id}/remind",
    "POST /api/v1/tasks/{task_id}/copies",
    "GET /api/v1/copies",
    "POST /api/v1/tasks/{task_id}/withdraw",
    "POST /api/v1/tasks/complete-many",
    "GET /api/v1/phrases",
    "POST /api/v1/phrases",
    "GET /api/v1/saved-views",
    "POST /api/v1/saved-views",
    "POST /api/v1/tasks/{task_id}/signers",
    "DELETE /api/v1/tasks/{task_id}/signers/{user}",
    "GET /api/v1/notifications",
    "POST /api/v1/notifications/{notification_id}/read",
    "POST /api/v1/notifications/read-all",
    "GET /api/v1/notification-settings",
    "PATCH /api/v1/notification-settings",
    "GET /api/v1/channels",
    "POST /api/v1/decisions/{key}/evaluate",
    "POST /api/v1/attachments",
    "GET /api/v1/process-instances/{instance_id}/waiting",
    "POST /api/v1/process-instances/{instance_id}/modify",
    "POST /api/v1/process-instances/{instance_id}/variables",
    "POST /api/v1/tasks/{task_id}/assign",
    "POST /api/v1/batch",
    "GET /api/v1/batch/{batch_id}",
    "GET /api/v1/audit",
    "GET /api/v1/jobs",
    "POST /api/v1/jobs/{job_id}/retry",
    "GET /api/v1/users",
    "POST /api/v1/users",
    "PATCH /api/v1/users/{user_name}",
    "GET /api/v1/groups",
    "POST /api/v1/groups",
    "PATCH /api/v1/departments/{department}",
    "GET /api/v1/calendar/{year}",
    "PUT /api/v1/calendar/{year}",
    "GET /api/v1/allowances/{department}/{period}",
    "PUT /api/v1/allowances/{department}/{period}",
)


def described(line):
    method, path = line.split()
    return document()["paths"].get(path, {}).get(method.lower())


@pytest.mark.parametrize("line", CONTRACT)
def test_every_route_outsiders_rely_on_is_described(line):
    assert described(line) is not None


def test_the_document_is_served_and_names_its_version(client_for):
    answer = client_for().get("/openapi.json")

    assert answer.status_code == 200
    assert answer.json["openapi"].startswith("3.1")


def test_every_route_below_the_api_is_described_and_every_description_is_served(app):
    flask_app = create_app(app.settings, application=app)
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in flask_app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api.openapi"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    assert served == {
        (method.upper(), path) for path, methods in document()["paths"].items() for method in methods
    }


def test_every_reference_leads_somewhere():
    schemas = document()["components"]["schemas"]
    references = set(re.findall(r"'#/components/schemas/(\w+)'", str(document())))

    assert references
    assert references <= set(schemas)


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does():
    names = [operation.name for operation in OPERATIONS]

    assert len(set(names)) == len(names)
    assert all(operation.view.__doc__ for operation in OPERATIONS)


@dataclass(frozen=True)
class Prepared:
    """A company as it stands before each operation: its folder, and values for the path parameters."""

    folder: Path
    token: str
    values: dict[str, str]

    def opened(self, folder):
        """Return the application and its client on a copy of their own."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return connected(folder, self.token)


def connected(folder, token):
    """Return the application of a folder, and a client of it as the person who sees most."""
    url = f"sqlite:///{folder / 'countersign.db'}"
    settings = Settings(
        data=folder, database_url=url, queue_url="memory://", secret_key="a secret of the tests"
    )
    app = open_application(settings, clock=Clock())
    return app, Client(create_app(app.settings, application=app), token)


PROMISE = """
guarantees:
  legal_does_its_own:
    name: 法务的事法务办
    text: 法务会签只由法务部的人办理。
    who_does: legal_review
    is_always: 法务部
""".encode()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, _hired_sqlite, _cheap_passwords):
    folder = tmp_path_factory.mktemp("prepared")
    shutil.copy(_hired_sqlite, folder / "countersign.db")
    app, nobody = connected(folder, None)
    token = identity.create_token(app, SYSTEM, "admin").token
    admin = Client(nobody.http.application, token)
    files = {
        name: text.encode() if isinstance(text, str) else text for name, text in drawings.review().items()
    }
    review = deployments.deploy(app, SYSTEM, files | {"guarantees.yaml": PROMISE})
    case = instances.start(app, identity.actor(app, "linyue"), "review")
    [task] = user_tasks.find(app, SYSTEM, instance=case.id).items
    asked = admin.post(f"/tasks/{task.id}/assign", {"to": "ouwen", "reason": "x"}).json
    admin.put("/allowances/市场部/2026Q1", {"granted": 1})
    order = {"action": "suspend", "ids": [case.id], "reason": "x", "dry_run": True}
    values = {
        "deployment_id": review.id,
        "key": "review",
        "instance_id": case.id,
        "task_id": task.id,
        "attachment_id": admin.upload("/attachments", {"a.txt": b"text"}, field="file").json["id"],
        "incident_id": "none",
        "token_id": admin.post("/tokens", {"title": "x"}).json["about"]["id"],
        "notification_id": "none",
        "batch_id": admin.post("/batch", order).json["id"],
        "job_id": "none",
        "waiver_id": asked["id"],
        "user_name": "ouwen",
        "user": "ouwen",
        "study_id": admin.post("/calibrations", {}).json["id"],
        "phrase_id": admin.post("/phrases", {"text": "同意"}).json["id"],
        "view_id": admin.post("/saved-views", {"list": "cases", "name": "x", "query": "q=1"}).json["id"],
        "department": "市场部",
        "year": "2026",
        "period": "2026Q1",
        "business_key": case.business_key,
    }
    app.close()
    return Prepared(folder, token, values)


@pytest.fixture
def world(prepared, tmp_path):
    """A client as the person who sees most, and values for the path parameters that lead to something."""
    app, admin = prepared.opened(tmp_path)
    yield admin, prepared.values
    app.close()


@pytest.fixture(scope="module")
def standing(prepared, tmp_path_factory):
    """The same for what changes nothing."""
    app, admin = prepared.opened(tmp_path_factory.mktemp("standing"))
    yield admin, prepared.values
    app.close()


PARAMETERS = re.compile(r"<(?:\w+:)?(\w+)>")


def path_of(operation, values):
    missing = ", ".join(sorted(set(PARAMETERS.findall(operation.rule)) - values.keys()))
    assert not missing, f"{operation.rule}: add an example for {missing} to prepared() in {HERE}"
    return PARAMETERS.sub(lambda found: values[found[1]], operation.rule)


def test_a_path_parameter_without_an_example_is_asked_for():
    [operation] = [each for each in OPERATIONS if each.name == "get_task"]

    with pytest.raises(AssertionError, match="add an example for task_id to prepared"):
        path_of(operation, {})


def values_for(operation, values):
    name = "review.bpmn" if operation.rule.startswith("/resources") else "plan_changed"
    return {**values, "name": name}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_route_answers_what_it_promises(world, operation):
    admin, values = world
    query = {"from": values["deployment_id"]} if operation.name == "compare_deployments" else {}
    path = path_of(operation, values_for(operation, values))

    if operation.method == "GET":
        answer = admin.get(path, **query)
    elif operation.files is not None:
        answer = admin.upload(path, {"extra.form": b'{"components": []}'}, field=next(iter(operation.files)))
    else:
        answer = _send(admin, operation, path, values)

    responses = document()["paths"]["/api/v1" + re.sub(r"<(\w+)>", r"{\1}", operation.rule)]
    promised = responses[operation.method.lower()]["responses"]
    assert str(answer.status_code) in promised
    if answer.status_code < 300:
        is_asked = operation.is_asked and answer.status_code == 202
        _assert_shaped(answer, WaiverView if is_asked else operation.returns)
    else:
        assert answer.content_type == "application/problem+json"
        assert {"title", "status", "detail"} <= answer.json.keys()
    if operation.method == "GET":
        assert answer.status_code == 200, f"the examples of prepared() in {HERE} lead nowhere at {path}"


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if "<" in each.rule], ids=lambda operation: operation.name
)
def test_what_is_not_there_is_not_found(standing, operation):
    admin, values = standing
    nowhere = dict.fromkeys(PARAMETERS.findall(operation.rule), "nowhere")

    path = path_of(operation, nowhere)
    answer = admin.get(path) if operation.method == "GET" else _send(admin, operation, path, values)

    assert answer.status_code == 404


def _send(admin, operation, path, values):
    if operation.files is not None and "<" in operation.rule:
        return admin.upload(path, {"x.csv": b"a,b\n1,2\n"}, field="file")
    return getattr(admin, operation.method.lower())(path, _body(operation, admin, values))


def _body(operation, admin, values):
    if operation.body is None:
        return None
    task = admin.get(f"/tasks/{values['task_id']}").json
    body = {
        "version": task["version"],
        "answers": {"conclusion": "同意", "opinion": "同意上线"},
        "activity_id": "legal_review",
        "reason": "因为",
        "to": "linyue",
        "users": ["xunuo"],
        "mode": "before",
        "text": "同意",
        "items": [{"id": "none", "version": 1}],
        "opinion": "可以",
        "title": "x",
        "variables": {},
        "facts": {},
        "samples": [{"day": "2026-03-01", "channel": "抖音"}],
        "qps": 10,
        "cpu": 0.5,
        "p95": 100,
        "error_rate": 0,
        "action": "suspend",
        "ids": ["none"],
        "dry_run": True,
        "name": "newcomer",
        "kind": "role",
        "head": "ouwen",
        "granted": 1,
    }
    if operation.name == "start_instance":
        return {}
    return {name: value for name, value in body.items() if name in operation.body.model_fields}


def _assert_shaped(answer, returns):
    if returns is None:
        assert answer.data == b""
    elif isinstance(returns, ListOf):
        assert set(answer.json) == {"items", "next"}
        TypeAdapter(list[returns.entry]).validate_python(answer.json["items"])
    elif not isinstance(returns, Content):
        TypeAdapter(returns).validate_python(answer.json)
