"""Drawings for putting cases right."""

from __future__ import annotations

from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION


def fork() -> dict[str, bytes]:
    """Legal and finance at once, then a decision; two variables that are set at the beginning."""
    drawing = d.process(
        d.start(),
        d.script("set_total", "50000", "total"),
        d.script("set_day", 'date("2026-03-09")', "day"),
        d.parallel("split"),
        d.user("legal", group="法务部", name="法务"),
        d.user("finance", group="财务部", name="财务"),
        d.parallel("join"),
        d.user("decide", group="总监", name="决定"),
        d.end(),
        d.path("begin", "set_total", "set_day", "split", "legal", "join", "decide", "done"),
        d.path("split", "finance", "join"),
        key="fork",
    )
    return {"fork.bpmn": drawing, "organisation.yaml": ORGANISATION}
