"""The same walk on SQLite and on PostgreSQL, and what happens when people are faster than each other."""

from __future__ import annotations

import threading

import pytest

from service.app import create_app
from service.runtime import identity
from service.runtime.keeping import verifying
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from tests.api.client import Client
from tests.conftest import hire_cast
from tests.runtime import drawings

ANSWERS = {"conclusion": "同意", "opinion": "同意上线"}


@pytest.fixture
def connect(any_app, _cheap_passwords):
    """Returns an HTTP client for a user, on a database of either kind with `review` deployed."""
    hire_cast(any_app)
    files = drawings.review()
    deployments.deploy(
        any_app,
        SYSTEM,
        {name: data.encode() if isinstance(data, str) else data for name, data in files.items()},
    )
    flask_app = create_app(any_app.settings, application=any_app)

    def client(name):
        return Client(flask_app, identity.create_token(any_app, SYSTEM, name).token)

    return client


def at_once(act, clients):
    """Return the answers of every client doing the same at the same moment."""
    gate, answers = threading.Barrier(len(clients)), []

    def run(client):
        gate.wait()
        answers.append(act(client))

    threads = [threading.Thread(target=run, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_case_is_walked_listed_and_recorded(any_app, connect):
    linyue, zhouheng, xunuo = connect("linyue"), connect("zhouheng"), connect("xunuo")
    case = linyue.post("/process-definitions/review/start", {"business_key": "HD-1"}, key="k").json["id"]
    for client, answers in ((zhouheng, ANSWERS), (xunuo, {})):
        task = client.get("/tasks", mine=True).json["items"][0]
        client.post(f"/tasks/{task['id']}/complete", {"version": task["version"], "answers": answers})

    listed = linyue.get("/process-instances", q="hd-1").json["items"]

    assert [(each["id"], each["state"]) for each in listed] == [(case, "completed")]
    assert linyue.get(f"/process-instances/{case}/dossier").json["opinions"][0]["opinion"] == "同意上线"
    assert linyue.get(f"/process-instances/{case}/history").json["items"]
    assert verifying.verify(any_app).problems == ()


def test_of_two_answers_at_the_same_moment_one_counts(any_app, connect):
    linyue, clients = connect("linyue"), [connect("zhouheng") for _ in range(4)]
    for _ in range(3):
        case = linyue.post("/process-definitions/review/start").json["id"]
        task = clients[0].get("/tasks", instance=case).json["items"][0]
        body = {"version": task["version"], "answers": ANSWERS}

        answers = at_once(
            lambda client, task=task, body=body: client.post(f"/tasks/{task['id']}/complete", body), clients
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        shown = linyue.get(f"/process-instances/{case}").json
        assert [each["activity_id"] for each in shown["active"]] == ["finance_confirm"]
        dossier = linyue.get(f"/process-instances/{case}/dossier").json
        assert [len(section["submissions"]) for section in dossier["sections"]] == [1]
    assert verifying.verify(any_app).problems == ()


def test_of_two_claims_at_the_same_moment_one_counts(any_app, connect):
    identity.create_user(any_app, SYSTEM, "wulei", groups=["法务部"])
    connect("linyue").post("/process-definitions/review/start")
    clients = [connect("zhouheng"), connect("wulei")]
    task = clients[0].get("/tasks", mine=True).json["items"][0]
    path, body = f"/tasks/{task['id']}/claim", {"version": task["version"]}

    answers = at_once(lambda client: client.post(path, body), clients)

    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_starts_at_the_same_moment_all_count_and_the_system_chain_stays_whole(any_app, connect):
    clients = [connect("linyue") for _ in range(6)]

    answers = at_once(lambda client: client.post("/process-definitions/review/start"), clients)

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json["business_key"] for answer in answers}) == 6
    assert verifying.verify(any_app).problems == ()


def test_deployments_at_the_same_moment_come_one_after_the_other(any_app, connect):
    admin = connect("admin")

    def deploy(client):
        name = f"form_{threading.get_ident()}.form"
        return client.upload("/deployments", {name: b'{"components": []}'})

    answers = at_once(deploy, [connect("admin") for _ in range(4)])

    done = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    # Nobody's files are lost: what was accepted is live.
    live = {each["name"] for each in admin.get("/resources").json["items"]}
    assert done
    assert len([name for name in live if name.startswith("form_")]) == len(done)
    assert verifying.verify(any_app).problems == ()
