"""The elements of a multi-instance activity: begun, through, and enough of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.engine.nodes import MultiInstance
from service.engine.nodes.memory import Memory, Round
from service.engine.nodes.results import GoesOn, Repeats, Result, Throws
from service.engine.nodes.scope import Scope
from service.engine.tokens import removing
from service.engine.tokens.journal import Journal
from service.engine.tokens.running import Running
from service.engine.tokens.tree import Token


def node_of(wrapper: Token) -> MultiInstance:
    """Return the element of a multi-instance activity's token."""
    assert isinstance(wrapper.node, MultiInstance), "only these have rounds and elements"
    return wrapper.node


def round_of(wrapper: Token) -> Round:
    """Return how far a multi-instance activity has come."""
    assert wrapper.memory.round is not None, "it has its round from its arrival on"
    return wrapper.memory.round


def begin(wrapper: Token, result: Repeats) -> None:
    """Start the first element, or all of them."""
    wrapper.memory.round = Round(result.items)
    start(wrapper, range(1 if result.sequential else len(result.items)))


def start(wrapper: Token, indexes: Sequence[int]) -> None:
    """Begin elements for these places of the list."""
    for index in indexes:
        place_element(wrapper, index).ready()


def place_element(wrapper: Token, index: int) -> Token:
    """Put an element's token on a multi-instance activity; whatever it had given before counts no more."""
    node, round = node_of(wrapper), round_of(wrapper).starting(index)
    wrapper.memory.round = round
    spec = wrapper.tree.spec.task_specs[node.element_spec]
    memory = Memory(path=wrapper.memory.path, element=index)
    element = wrapper.tree.place(spec, memory, element_of=wrapper)
    variables = node.variables_of(round, index)
    element.own_scope = Scope(f"element:{element.token_id}", variables, wrapper.scope)
    return element


def with_collected(running: Running, token: Token, result: Result) -> Result:
    """Add to an element's answer what it hands to the collection of its multi-instance activity."""
    if token.memory.element is None:
        return result
    if isinstance(result, Throws):
        return replace(result, then=_collected(running, token, result.then))
    return _collected(running, token, result) if isinstance(result, GoesOn) else result


def _collected(running: Running, element: Token, result: GoesOn) -> GoesOn:
    value = node_of(element.parent).value_of(running.view(element), result)
    return replace(result, collected=value)


def element_done(running: Running, element: Token, index: int, result: GoesOn) -> None:
    """An element is through: stop early, start the next, or go on when all are."""
    wrapper: Token = element.parent
    node, round = node_of(wrapper), round_of(wrapper).with_result(index, result.collected)
    is_enough = round.is_over or node.has_enough(running.view(element), result, round)
    wrapper.memory.round = round
    running.journal.record(element, "left")
    element.leave_tree()
    if is_enough:
        end(wrapper, running.journal)
    elif node.drawn.sequential:
        start(wrapper, round.next_ones)


def go_on_without(wrapper: Token, index: int, journal: Journal) -> bool:
    """Leave out an element that was taken away; False when nobody would be left who had a say."""
    round = wrapper.memory.round = round_of(wrapper).without(index)
    if wrapper.elements:
        return True
    if node_of(wrapper).drawn.sequential and round.next_ones:
        start(wrapper, round.next_ones)
        return True
    if round.results:
        end(wrapper, journal)
    return bool(round.results)


def end(wrapper: Token, journal: Journal) -> None:
    """Let a multi-instance activity go on with what it has; who is still asked is spared."""
    for other in wrapper.elements:
        removing.cancel(other, journal)
    wrapper.release({})
