"""Moving tokens by hand: some are taken away, some activities started, and the case goes on from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.engine.motion import activity_paths, moves, moving, rounds
from service.engine.nodes import EventSubProcess
from service.engine.nodes.memory import BranchPath
from service.engine.progress import ActiveToken, ScopeView, Stand
from service.engine.tokens import joins, looking, removing, snapshot
from service.engine.tokens.running import Running
from service.engine.tokens.tree import Token, TokenTree
from service.errors import FieldError, InvalidInput, NotFound
from service.wording import Text


@dataclass(frozen=True)
class Modification:
    """What moving tokens by hand does.

    `opened`: the activities started, with those around them that had to be opened. `closed`: every token
    that ends. `lost`: the variables that end with them, and what multi-instance activities had collected.
    `stand`: how the case stands then, before anything moves on.
    """

    opened: tuple[ActiveToken, ...]
    closed: tuple[ActiveToken, ...]
    lost: tuple[ScopeView, ...]
    stand: Stand = field(repr=False)


def modify(
    running: Running, cancel: Sequence[str], start: Sequence[str], variables: Mapping[str, Any]
) -> Modification:
    """Take tokens away, start activities and move on from there. InvalidInput when that cannot be done."""
    running.root.scope.set(variables)
    done = _rearranged(running, cancel, start)
    moving.drain(running)
    return done


def preview(
    running: Running, cancel: Sequence[str], start: Sequence[str], variables: Mapping[str, Any]
) -> Modification:
    """Return what `modify` would do, found out on a copy that moves nothing."""
    blob = snapshot.encode(running.definition, running.state, running.journal.seq, running.root)
    rest = snapshot.decode(blob, running.model)
    copy = Running(running.model, rest.definition, running.env, rest.root, rest.state, rest.seq)
    copy.root.scope.set(variables)
    return _rearranged(copy, cancel, start)


def correct(running: Running, scope: str, variables: Mapping[str, Any]) -> ScopeView:
    """Set variables of a scope and return it as it was before. NotFound when there is none of this name."""
    owners = [(looking.root_scope(running.root), running.root.scope)]
    for token in running.root.all_live():
        owners += looking.owned_scopes(token)
    for view, owner in owners:
        if scope in (view.path, view.id):
            before = ScopeView(view.id, view.path, view.definition, dict(owner.variables))
            owner.set(variables)
            return before
    raise NotFound(Text("There is no scope {scope!r} in this case.", scope=scope), scope=scope)


def _rearranged(running: Running, cancel: Sequence[str], start: Sequence[str]) -> Modification:
    tokens = [_to_cancel(running, token_id) for token_id in dict.fromkeys(cancel)]
    before = joins.starving(running.root)
    closed = [each for token in tokens for each in _hanging_on(token)]
    lost = tuple(view for token in closed for view in _lost_with(token))
    places = tuple(map(looking.place, closed))
    for token in tokens:
        removing.cancel(token, running.journal)
        _listen_again(running, token)
    branches = _branches(tokens)
    opened = [token for path in start for token in activity_paths.start(running, path, branches)]
    _settle_rounds(running, tokens)
    _refuse_emptied(tokens)
    moves.refuse_starving(running.root, before)
    stand = looking.stand(running.root, running.definition)
    return Modification(tuple(map(looking.place, opened)), places, lost, stand)


def _to_cancel(running: Running, token_id: str) -> Token:
    token = running.root.token(token_id)
    if token is None or token.memory.only_listens:
        text = Text("There is no token {token} here.", token=token_id)
        raise InvalidInput(text, errors=[FieldError(token_id, text)])
    return token


def _listen_again(running: Running, token: Token) -> None:
    """Without the event sub-process that took the place of all else, a process listens as if begun anew."""
    tree = token.tree
    is_there = tree.host is None or tree.host.is_live
    if is_there and isinstance(token.node, EventSubProcess) and token.node.interrupts:
        moving.listen(running, tree)


def _hanging_on(token: Token) -> Iterator[Token]:
    """Yield a token and all that runs inside it; armed events are no places of their own."""
    yield token
    for inner in removing.inside(token):
        if not inner.memory.only_listens:
            yield from _hanging_on(inner)


def _lost_with(token: Token) -> Iterator[ScopeView]:
    yield from looking.scopes_of(token)
    round = token.memory.round
    if round is not None and round.results:
        name = rounds.node_of(token).drawn.output_collection or ""
        yield ScopeView(token.token_id, token.activity_path, token.definition, {name: round.collected})


def _branches(tokens: Iterable[Token]) -> dict[TokenTree, BranchPath]:
    found: dict[TokenTree, BranchPath] = {}
    for token in tokens:
        found[token.tree] = found.get(token.tree, token.memory.path).shared(token.memory.path)
    return found


def _settle_rounds(running: Running, tokens: Iterable[Token]) -> None:
    """Let multi-instance activities go on without the elements that were taken away and not started anew."""
    for token in tokens:
        index = token.memory.element
        if index is None or not token.parent.is_live:
            continue
        anew = any(each.memory.element == index for each in token.parent.elements)
        if not anew and not rounds.go_on_without(token.parent, index, running.journal):
            raise InvalidInput(
                Text(
                    "Nobody would be left at {activity!r}: cancel the whole activity instead.",
                    activity=token.parent.activity_path,
                )
            )


def _refuse_emptied(tokens: Iterable[Token]) -> None:
    """A process without a token would count as done. The activity that holds it is named by its token."""
    for tree in {token.tree for token in tokens}:
        host = tree.host
        if not tree.is_empty or (host is not None and not host.is_live):
            continue
        if host is None:
            raise InvalidInput(Text("Nothing would be left of the case: cancel the case instead."))
        text = Text(
            "Nothing would be left in {activity!r}, which would count as done: start something in it, or "
            "take it away as well.",
            activity=host.activity_path,
        )
        raise InvalidInput(text, errors=[FieldError(host.token_id, text)])
