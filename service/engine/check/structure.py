"""The shape of a drawing: what the engine cannot run, what leads nowhere, what would wait for ever."""

from __future__ import annotations

from service.engine.check.elements import check_elements
from service.engine.check.event_sub_processes import check_event_sub_processes
from service.engine.check.events import check_events
from service.engine.check.flows import check_flows
from service.engine.check.reach import check_reach
from service.engine.check.report import Report
from service.engine.drawing import Container


def check_structure(process: Container, report: Report) -> None:
    """Judge the shape of a process and its embedded sub-processes."""
    for each in process.containers():
        check_elements(each, report)
        check_flows(each, report)
        check_events(each, report)
        check_event_sub_processes(each, report)
        check_reach(each, report)
