from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from service.runtime.keeping import housekeeping, idempotency
from service.store.models import Attachment, IdempotencyKey, ProcessInstance

START = "/process-definitions/review/start"


def count(app, model=ProcessInstance):
    with app.db.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_repeated_start_is_carried_out_once_and_answered_alike(app, review, client_for):
    linyue = client_for("linyue")

    first = linyue.post(START, {"business_key": "HD-1"}, key="k1")
    second = linyue.post(START, {"business_key": "HD-1"}, key="k1")

    assert count(app) == 1
    assert (second.status_code, second.json) == (201, first.json)
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_repeated_completion_gets_the_first_answer_and_not_a_conflict(legal_task, client_for):
    zhouheng = client_for("zhouheng")
    body = {"version": legal_task["version"], "answers": {"conclusion": "同意", "opinion": "同意上线"}}
    path = f"/tasks/{legal_task['id']}/complete"

    first, second = zhouheng.post(path, body, key="k"), zhouheng.post(path, body, key="k")

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json == first.json


def test_another_key_is_another_request(app, review, client_for):
    linyue = client_for("linyue")

    linyue.post(START, key="k1")
    linyue.post(START, key="k2")

    assert count(app) == 2


def test_a_key_belongs_to_one_person(app, review, client_for):
    client_for("linyue").post(START, key="k")

    answer = client_for("shenlan").post(START, key="k")

    assert answer.status_code == 201
    assert count(app) == 2


def test_a_key_used_for_something_else_is_refused(app, review, client_for):
    linyue = client_for("linyue")
    linyue.post(START, {"business_key": "HD-1"}, key="k")

    refused = linyue.post(START, {"business_key": "HD-2"}, key="k")

    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == ["Idempotency-Key"]
    assert count(app) == 1


def test_what_was_refused_may_be_tried_again_under_the_same_key(review, client_for, deploy):
    linyue = client_for("linyue")

    refused = linyue.post(START, {"variables": {"x": 1}}, key="k")
    started = linyue.post(START, key="k")

    assert (refused.status_code, started.status_code) == (422, 201)


def test_the_same_file_sent_twice_is_kept_once_though_its_boundary_differs(app, client_for):
    linyue = client_for("linyue")

    first = linyue.upload("/attachments", {"a.txt": b"text"}, field="file", key="k")
    second = linyue.upload("/attachments", {"a.txt": b"text"}, field="file", key="k")
    other = linyue.upload("/attachments", {"a.txt": b"other"}, field="file", key="k")

    assert first.json == second.json
    assert other.status_code == 422
    assert count(app, Attachment) == 1


def test_twins_at_the_same_moment_start_one_case(app, review, client_for):
    clients = [client_for("linyue") for _ in range(6)]
    statuses: list[int] = []

    def start(client):
        statuses.append(client.post(START, key="twin").status_code)

    threads = [threading.Thread(target=start, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(app) == 1
    assert set(statuses) <= {201, 409}
    assert 201 in statuses


def test_after_a_crash_before_the_commit_the_request_may_be_tried_again(app, cast, clock):
    actor = cast.linyue
    idempotency.claim(app, actor, "k", "hash")

    with pytest.raises(Exception, match="still being"):
        idempotency.claim(app, actor, "k", "hash")
    clock.forward(minutes=3)

    assert idempotency.claim(app, actor, "k", "hash") is None


def test_after_a_crash_between_commit_and_answer_it_is_not_carried_out_twice(app, cast, clock):
    actor = cast.linyue
    idempotency.claim(app, actor, "k", "hash")
    with idempotency.marking(app, actor, "k"), app.db.begin():
        pass
    clock.forward(minutes=3)

    with pytest.raises(Exception, match="was carried out"):
        idempotency.claim(app, actor, "k", "hash")


def test_keys_are_forgotten_after_a_day(app, review, client_for, clock):
    client_for("linyue").post(START, key="k")

    clock.forward(hours=25)
    housekeeping.purge(app)

    assert count(app, IdempotencyKey) == 0


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_nobody_can_keep_is_refused(review, client_for, key):
    linyue = client_for("linyue")
    linyue.headers["Idempotency-Key"] = key

    assert linyue.post(START).status_code == 422
