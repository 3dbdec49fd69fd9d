"""Activity paths, as `active` gives them: where in a running case an activity is to be started.

`phase/sign` lies in the call or sub-process `phase`; `votes[2]` is the third element of the multi-instance
activity `votes`. What an activity lies in is entered where it runs already, and opened where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.engine.failures import failure_of
from service.engine.motion import moving, rounds
from service.engine.motion.applying import open_process
from service.engine.nodes import BoundaryEvent, MultiInstance, Node, SubProcess
from service.engine.nodes.memory import MAIN, BranchPath, Memory
from service.engine.nodes.results import OpensProcess
from service.engine.tokens import joins
from service.engine.tokens.running import Running
from service.engine.tokens.tree import STARTED, Branch, Token, TokenTree
from service.errors import FieldError, InvalidInput, ServiceError
from service.wording import Text

_PART = re.compile(r"(?P<id>[^\[\]]+)(?:\[(?P<index>\d{1,4})\])?")
Branches = Mapping[TokenTree, BranchPath]


@dataclass(frozen=True)
class _Part:
    """One part of a path: a node of a token tree, and which of its elements."""

    tree: TokenTree
    node: Node
    index: int | None


def start(running: Running, path: str, branches: Branches) -> list[Token]:
    """Start the activity at a path; return its token and those of what had to be opened around it.

    `branches` are those in which tokens were taken away: what is started in their stead takes them over.
    InvalidInput says which part of the path leads nowhere, or not to one place.
    """
    try:
        return _start(running, path, branches)
    except InvalidInput as error:
        raise InvalidInput(error.message, errors=[FieldError(path, error.message)]) from error


def _start(running: Running, path: str, branches: Branches) -> list[Token]:
    *around, last = path.split("/")
    tree: TokenTree = running.root
    opened: list[Token] = []
    for text in around:
        part = _part(tree, text)
        host = _running_at(part)
        if host is None:
            host = _placed(part, branches)
            _open(running, host)
            opened.append(host)
        tree = _inside(host)
    started = _placed(_part(tree, last), branches)
    started.ready()
    return [*opened, started]


def _part(tree: TokenTree, text: str) -> _Part:
    match = _PART.fullmatch(text)
    node = tree.spec.task_specs.get(match["id"]) if match else None
    if match is None or not isinstance(node, Node) or node.name != node.element_id:
        raise InvalidInput(Text("There is no activity {activity!r} here.", activity=text))
    return _Part(tree, node, int(match["index"]) if match["index"] else None)


def _running_at(part: _Part) -> Token | None:
    """Return the one activity there that a process runs inside of; None when there is none yet."""
    if part.index is not None:
        found = [each for each in _wrapper(part).elements if each.memory.element == part.index]
    elif isinstance(part.node, MultiInstance):
        raise InvalidInput(
            Text("{activity!r} runs several times: say which, as in {example}.", **_example(part.node))
        )
    else:
        found = [each for each in part.tree.live() if each.node is part.node]
    hosts = [each for each in found if each.inside is not None]
    if len(hosts) > 1:
        raise InvalidInput(Text("{activity!r} runs more than once here.", activity=part.node.element_id))
    return hosts[0] if hosts else None


def _example(node: Node) -> dict[str, str]:
    return {"activity": node.element_id, "example": f"{node.element_id}[0]"}


def _wrapper(part: _Part) -> Token:
    """Return the multi-instance activity that is running, of which an element is meant."""
    found = [each for each in part.tree.live() if each.node is part.node and each.state == STARTED]
    is_meant = isinstance(part.node, MultiInstance) and len(found) == 1
    if not is_meant or part.index not in range(len(rounds.round_of(found[0]).items)):
        raise InvalidInput(
            Text(
                "{activity!r} has no element {index} here.",
                activity=part.node.element_id,
                index=part.index or 0,
            )
        )
    return found[0]


def _placed(part: _Part, branches: Branches) -> Token:
    if part.index is not None:
        wrapper = _wrapper(part)
        if any(each.memory.element == part.index for each in wrapper.elements):
            raise InvalidInput(Text("The element {index} is at work already.", index=part.index))
        return rounds.place_element(wrapper, part.index)
    if isinstance(part.node, BoundaryEvent):
        raise InvalidInput(Text("An event on the edge of an activity is not started by itself."))
    if joins.is_join(part.node):
        raise InvalidInput(Text("A join is not started by itself: start what stands before or behind it."))
    name = part.node.element_id
    path = part.tree.visited.get(name) or branches.get(part.tree) or MAIN
    return part.tree.place(part.node, Memory(path=path))


def _open(running: Running, host: Token) -> None:
    """Have an activity's process run inside it, without its start event."""
    if not isinstance(host.node, SubProcess):
        raise InvalidInput(Text("Nothing lies inside {activity!r}.", activity=host.node.element_id))
    running.journal.enter(host)
    moving.arm(running, host)
    try:
        result = host.node.enter(running.view(host))
        assert isinstance(result, OpensProcess), "a sub-process opens its process, and wants nothing else"
        moving.listen(running, open_process(running, host, result))
    except ServiceError as error:
        raise InvalidInput(failure_of(error)[1]) from error


def _inside(host: Token) -> Branch:
    assert host.inside is not None, "it was found, or opened"
    return host.inside
