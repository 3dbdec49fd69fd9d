from __future__ import annotations

from service.app import create_app


def test_a_running_process_is_healthy_without_anything_deployed(app, cast):
    browser = create_app(app.settings, application=app).test_client()

    assert browser.get("/healthz").json == {"status": "ok"}
    assert browser.get("/readyz").status_code == 503


def test_it_is_ready_once_something_is_deployed(review, client_for):
    answer = client_for().http.get("/readyz")

    assert (answer.status_code, answer.json["deployment"]) == (200, review.id)


def test_without_its_tables_it_is_not_ready_but_healthy(tmp_path, make_app):
    app = make_app(f"sqlite:///{tmp_path / 'empty.db'}")
    browser = create_app(app.settings, application=app).test_client()

    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503


def test_metrics_count_requests_by_route_and_what_waits(legal_task, client_for):
    http = client_for("linyue")
    http.get(f"/tasks/{legal_task['id']}")

    text = http.http.get("/metrics").text

    counted = 'requests_total{method="GET",route="/api/v1/tasks/<task_id>",status="200"} 1.0'
    assert counted in text
    assert "countersign_open_tasks 1.0" in text
    assert "countersign_active_instances 1.0" in text
    assert "countersign_open_incidents 0.0" in text
    assert legal_task["id"] not in text
