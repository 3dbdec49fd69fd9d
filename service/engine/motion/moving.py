"""Moving tokens until every one of them waits.

Whatever goes wrong while one token moves becomes an incident at its element, except what undoes the whole
step (`Environment.undone_by`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any

from service.engine.failures import INTERNAL, failure_of
from service.engine.motion import event_sub_processes, rounds
from service.engine.motion.applying import apply
from service.engine.motion.stalls import stalled
from service.engine.nodes import involving
from service.engine.nodes.memory import Memory
from service.engine.nodes.results import Result
from service.engine.tokens import joins, removing
from service.engine.tokens.running import Running
from service.engine.tokens.tree import READY, STARTED, Token, TokenTree
from service.errors import FeelError, FieldError, InvalidAnswers
from service.wording import Text

log = logging.getLogger(__name__)

MOST_MOVES = 5_000
"""So often tokens are moved in one step. The case is locked meanwhile: the next move is an incident."""


def drain(running: Running) -> None:
    """Move tokens until every one of them waits."""
    while running.state == "active" and _move_ready(running):
        if not _pass_inclusive(running) and not _close_processes(running):
            _tell_stalls(running)
            return


def _move_ready(running: Running) -> bool:
    """Move every READY token; False when there were too many. The rest stays READY for the next step."""
    ready = running.root.ready
    while ready:
        token = ready.popleft()
        if token.state != READY or not token.is_live:
            continue
        running.moves += 1
        if running.moves > MOST_MOVES:
            message = Text("more than {limit} automatic steps without a wait", limit=MOST_MOVES)
            running.journal.fail(token, "endless_loop", message)
            return False
        move(running, token)
    return True


def _pass_inclusive(running: Running) -> bool:
    token = joins.free_inclusive(running.root)
    if token is not None:
        joins.merge(token, joins.inclusive_partners(token), running.journal)
        move(running, token)
    return token is not None


def _close_processes(running: Running) -> bool:
    """End the processes whose last token is gone; True when that moved anything."""
    over = [tree for tree in running.root.trees() if tree.is_empty and _may_close(tree)]
    for tree in over:
        for listening in tree.live():
            removing.cancel(listening, running.journal)
        if tree.host is None:
            running.state = "completed"
        else:
            tree.host.release({})
    return bool(over)


def _may_close(tree: TokenTree) -> bool:
    return tree.host is None or tree.host.state == STARTED


def _tell_stalls(running: Running) -> None:
    for token in stalled(running.root):
        message = Text("nothing can reach this join any more, and nothing else can go on")
        running.journal.fail(token, "stalled", message)


# ---- one token --------------------------------------------------------------------------------------


def move(running: Running, token: Token) -> None:
    """Ask a token's element what it wants on arrival or on leaving, and do it."""
    _settle(running, token, _leaving if token.memory.is_leaving else _entering)


def settle(running: Running, token: Token, result: Result) -> None:
    """Do what somebody outside says of a waiting token."""
    _settle(running, token, lambda *_: result)


def answer(running: Running, token: Token, answers: Mapping[str, Any]) -> None:
    """Let a token leave its user task. InvalidAnswers when its outputs cannot be computed."""
    token.memory.is_leaving, token.memory.came = True, answers
    running.journal.close(token.token_id, "completed")
    _settle(running, token, _judged)


def _settle(running: Running, token: Token, ask: Callable[[Running, Token], Result]) -> None:
    try:
        at_once = apply(running, token, ask(running, token))
    except Exception as error:
        if isinstance(error, (*running.env.undone_by, InvalidAnswers)) or not token.is_live:
            raise
        code, message = failure_of(error)
        if code == INTERNAL:
            log.exception("%s failed at %s", running.definition, token.activity_path)
        running.journal.fail(token, code, message)
    else:
        for each in at_once:
            move(running, each)


def _entering(running: Running, token: Token) -> Result:
    if token.node.recorded_on_arrival and not token.memory.is_armed:
        running.journal.enter(token)
    arm(running, token)
    if token.memory.element is None and involving.has_any(token.node.extensions.properties):
        running.journal.involved.append(involving.of(running.view(token), token.node))
    return rounds.with_collected(running, token, token.node.enter(running.view(token)))


def _leaving(running: Running, token: Token) -> Result:
    # Boundary events and joins arrive when they fire.
    running.journal.enter(token)
    return rounds.with_collected(running, token, token.node.leave(running.view(token)))


def _judged(running: Running, token: Token) -> Result:
    try:
        return _leaving(running, token)
    except FeelError as error:
        raise InvalidAnswers(errors=[FieldError("", error.message)]) from error


def arm(running: Running, host: Token, *, but: Collection[str] = ()) -> None:
    """Have the boundary events of an activity wait from this moment on, `but` those of these names."""
    if not host.node.boundary:
        return
    armed = {each.node.name for each in removing.attached(host)}
    for name in host.node.boundary:
        if name not in armed and name not in but:
            node = host.tree.spec.task_specs[name]
            move(running, host.tree.place(node, Memory(path=host.memory.path, host=host.token_id)))


def listen(running: Running, tree: TokenTree, *, but: Collection[str] = ()) -> None:
    """Have the event sub-processes of a process wait for their events, `but` those of these names."""
    for token in event_sub_processes.put(tree, but=but):
        move(running, token)
