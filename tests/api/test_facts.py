"""The facts of a case over HTTP, on either database."""

from __future__ import annotations

import pytest

from service.app import create_app
from service.runtime import identity
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.web.api.document import document
from tests.api.client import Client
from tests.conftest import hire_cast
from tests.runtime.cases.test_case_facts import files


@pytest.fixture
def connect(any_app, _cheap_passwords):
    """Returns an HTTP client for a user, where a campaign with facts, and a change of it, are deployed."""
    hire_cast(any_app)
    deployments.deploy(any_app, SYSTEM, files())
    flask_app = create_app(any_app.settings, application=any_app)
    return lambda name: Client(flask_app, identity.create_token(any_app, SYSTEM, name).token)


@pytest.fixture
def proposed(connect):
    """A campaign over 60 000, and a change that proposes 333 000: the ids of both."""
    linyue = connect("linyue")
    main = start(linyue, "campaign", "K1")
    complete(linyue, main, 60_000)
    change = start(linyue, "change", "K1")
    complete(linyue, change, 333_000)
    return main, change


def start(client, key, number):
    return client.post(f"/process-definitions/{key}/start", {"business_key": number}).json["id"]


def complete(client, instance, amount):
    [task] = client.get("/tasks", instance=instance).json["items"]
    body = {"version": task["version"], "answers": {"amount": amount}}
    assert client.post(f"/tasks/{task['id']}/complete", body).status_code == 200


def test_an_instance_shows_its_case_with_the_facts_and_apart_what_is_proposed(connect, proposed):
    main, change = proposed

    cases = [connect("linyue").get(f"/process-instances/{each}").json["case"] for each in proposed]

    assert cases[0] == cases[1], "every instance of a case shows the same facts"
    assert {name: cases[0][name] for name in ("number", "applicant", "department", "main_instance")} == {
        "number": "K1",
        "applicant": "linyue",
        "department": "市场部",
        "main_instance": main,
    }
    assert cases[0]["facts"] == {"total": 60_000, "version": 1, "agreed": [], "tier": ""}
    assert [(each["name"], each["value"], each["instance_id"]) for each in cases[0]["pending"]] == [
        ("total", 333_000, change),
        ("version", 2, change),
    ]


def test_the_facts_are_listed_oldest_first_by_name_and_page_by_page(connect, proposed):
    linyue, path = connect("linyue"), f"/process-instances/{proposed[0]}/facts"

    whole = linyue.get(path).json
    first = linyue.get(path, limit=3).json
    rest = linyue.get(path, limit=3, cursor=first["next"]).json
    total = linyue.get(path, name="total").json["items"]

    assert [each["seq"] for each in whole["items"]] == sorted(each["seq"] for each in whole["items"])
    assert whole["next"] is None
    assert first["items"] + rest["items"] == whole["items"]
    assert [(each["state"], each["before"], each["value"]) for each in total] == [
        ("applied", 0, 60_000),
        ("proposed", 60_000, 333_000),
    ]
    assert linyue.get(path, name="nothing").json == {"items": [], "next": None}
    assert linyue.get(path, cursor="nowhere").status_code == 422


def test_what_is_described_of_a_fact_is_what_is_sent(connect, proposed):
    schema = document()["components"]["schemas"]["FactView"]

    [fact, *_] = connect("linyue").get(f"/process-instances/{proposed[0]}/facts").json["items"]

    assert set(schema["properties"]) == set(schema["required"]) == set(fact)


def test_an_outsider_is_told_there_is_no_such_case(connect, proposed):
    assert connect("ouwen").get(f"/process-instances/{proposed[0]}/facts").status_code == 404
