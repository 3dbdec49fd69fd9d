"""What runs and is not on the picture: nobody who looks at the drawing would know of it."""

from __future__ import annotations

from service.engine.check.report import Report
from service.engine.drawing import Container, Drawing


def check_unseen(drawing: Drawing, report: Report) -> None:
    """Report elements and flows that a drawing with a picture does not show."""
    if drawing.layout:
        for process in drawing.processes:
            for container in process.body.containers():
                _unseen(container, drawing, report)


def _unseen(container: Container, drawing: Drawing, report: Report) -> None:
    shown = drawing.layout.keys()
    for element in container.elements.values():
        if element.id not in shown:
            report.warning(
                element,
                "unseen-element",
                "{element!r} stands in the file and runs, but is not on the drawing: draw it anew, or delete "
                "it from the file.",
                element=element.title,
            )
    for flow in container.flows:
        if {flow.source, flow.target} <= shown & container.elements.keys() and flow.id not in shown:
            report.warning(
                flow,
                "unseen-flow",
                "The flow from {source!r} to {target!r} stands in the file, but is not on the drawing: draw "
                "it anew, or delete it from the file.",
                source=container.elements[flow.source].title,
                target=container.elements[flow.target].title,
            )
