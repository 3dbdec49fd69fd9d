"""Why a case went the way it went, over HTTP, on either database."""

from __future__ import annotations

import pytest

from service.app import create_app
from service.runtime import identity
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.web.api.document import document
from tests.api.client import Client
from tests.conftest import hire_cast
from tests.engine import diagrams as d
from tests.runtime.cases.test_evaluations import ask, files


@pytest.fixture
def connect(any_app, _cheap_passwords):
    """Returns an HTTP client for a user, where a process with a table, asked three times, is deployed."""
    hire_cast(any_app)
    again = d.loop("[amount, 60000, 300000]", "amount", sequential=True)
    deployments.deploy(any_app, SYSTEM, files(ask(again), d.user("approve")))
    flask_app = create_app(any_app.settings, application=any_app)
    return lambda name: Client(flask_app, identity.create_token(any_app, SYSTEM, name).token)


@pytest.fixture
def asked(connect):
    """The path under which the evaluations of a case stand."""
    instance = connect("linyue").post("/process-definitions/p/start", {}).json["id"]
    zhouheng = connect("zhouheng")
    [task] = zhouheng.get("/tasks", instance=instance).json["items"]
    body = {"version": task["version"], "answers": {"amount": 10}}
    assert zhouheng.post(f"/tasks/{task['id']}/complete", body).status_code == 200
    return f"/process-instances/{instance}/decisions"


def test_every_evaluation_is_told_with_inputs_rules_and_outputs(connect, asked):
    first, second, third = connect("linyue").get(asked).json["items"]

    assert first["inputs"] == [{"name": "amount", "label": "amount", "value": 10}]
    assert second["rules"] == [
        {
            "index": 2,
            "id": "r2",
            "annotation": "五万至二十万，分管副总裁",
            "counts": True,
            "conditions": [{"label": "amount", "cell": "[50000..200000]"}],
        }
    ]
    assert (third["decision"], third["outputs"], third["file"]) == ("tier", {"tier": "ceo"}, "tier.dmn")
    live = {each["name"]: each for each in connect("admin").get("/resources").json["items"]}
    assert (third["version"], third["sha256"]) == (1, live["tier.dmn"]["sha256"])


def test_they_come_page_by_page(connect, asked):
    linyue = connect("linyue")

    first = linyue.get(asked, limit=2).json
    rest = linyue.get(asked, limit=2, cursor=first["next"]).json

    assert [each["outputs"]["tier"] for each in first["items"]] == ["head", "vice"]
    assert [each["outputs"]["tier"] for each in rest["items"]] == ["ceo"]
    assert rest["next"] is None


def test_what_is_described_of_an_evaluation_is_what_is_sent(connect, asked):
    schema = document()["components"]["schemas"]["EvaluationView"]

    [evaluation, *_] = connect("linyue").get(asked).json["items"]

    assert set(schema["properties"]) == set(schema["required"]) == set(evaluation)


def test_an_outsider_is_told_there_is_no_such_case(connect, asked):
    assert connect("ouwen").get(asked).status_code == 404
