"""For those who operate the service: is it alive, is it ready, what does it do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from werkzeug.wrappers import Response

from service.errors import NotFound, Unavailable
from service.runtime.keeping import backlog
from service.runtime.step.context import Application

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def install(app: Flask) -> None:
    """Add /healthz, /readyz and /metrics, and measure every request."""
    metrics = _Metrics(app.extensions["countersign"])
    app.before_request(_start_timing)
    app.after_request(metrics.observe)
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", metrics.show)


def healthz() -> dict[str, str]:
    """The process answers. Says nothing about the database: restarting would not mend that."""
    return {"status": "ok"}


def readyz() -> tuple[dict[str, Any], int]:
    """The database answers and something is deployed: requests can be served."""
    application: Application = current_app.extensions["countersign"]
    try:
        live = application.live()
    except NotFound:
        return {"status": "not ready", "reason": "nothing is deployed"}, 503
    except Unavailable as error:
        return {"status": "not ready", "reason": error.message}, 503
    return {"status": "ready", "deployment": live.deployment_id}, 200


class _Metrics:
    """Counters of this process, and gauges read from the database when somebody asks."""

    def __init__(self, application: Application) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "countersign_http_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "countersign_http_request_seconds",
            "Time to answer a request",
            ["method", "route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.registry.register(_Backlog(application))

    def observe(self, response: Response) -> Response:
        # The rule, not the path: ids must not become labels.
        route = str(request.url_rule) if request.url_rule else "none"
        self.requests.labels(request.method, route, response.status_code).inc()
        started = g.get("request_started")
        if started is not None:
            self.seconds.labels(request.method, route).observe(time.perf_counter() - started)
        return response

    def show(self) -> Response:
        return Response(generate_latest(self.registry), content_type=CONTENT_TYPE_LATEST)


class _Backlog(Collector):
    """What waits, as gauges."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            counted = backlog.count(self.application)
        except Unavailable:
            counted = {}
        yield GaugeMetricFamily(
            "countersign_database_up", "whether the database answers", value=int(bool(counted))
        )
        for name, value in counted.items():
            yield GaugeMetricFamily(f"countersign_{name}", name.replace("_", " "), value=value)


def _start_timing() -> None:
    g.request_started = time.perf_counter()
