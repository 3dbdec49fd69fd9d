"""When an inclusive join lets its tokens on: when none elsewhere can still bring one that is missing.

The same rule as that of the running engine (`engine/tokens/joins.py`), over the elements of the drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.engine.drawing import Element
from service.engine.guarantees.net import Place
from service.engine.guarantees.unfolding import Frame


def may_pass(frame: Frame, join: Element, standing: Sequence[Place], tokens: Iterable[Place]) -> bool:
    """Say whether the tokens that stand at a join may go on, given where all tokens are."""
    marked = {place.flow for place in standing}
    for other in tokens:
        if other.frame is frame and other.element is not join:
            reached = _arriving(frame, other.element, join)
            if reached - marked and not reached & marked:
                return False
    return True


def _arriving(frame: Frame, start: Element, join: Element) -> set[str]:
    """Return the flows into the join that a token at `start` may come by without passing it."""
    arriving: set[str] = set()
    seen, waiting = {start}, [start]
    while waiting:
        element = waiting.pop()
        for flow in element.outgoing:
            target = frame.container.elements[flow.target]
            if target is join:
                arriving.add(flow.id)
            elif target not in seen:
                seen.add(target)
                waiting.append(target)
        for event in element.boundary:
            if event not in seen:
                seen.add(event)
                waiting.append(event)
    return arriving
