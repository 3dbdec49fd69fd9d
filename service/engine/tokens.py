"""The token tree: SpiffWorkflow's Task and Workflow, kept lean.

SpiffWorkflow 3.2.0 predicts the whole future as tasks, keeps every finished task, copies all data
per task and builds log records at every change of state: a loop slows down with every turn and stalls
at about 250. Here a finished token leaves the tree at once, nothing is predicted, and variables live
in scopes, so a step costs the same on the first day and on the three-hundredth.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from service.engine.scope import Scope

READY = TaskState.READY
STARTED = TaskState.STARTED
WAITING = TaskState.WAITING
COMPLETED = TaskState.COMPLETED
ERROR = TaskState.ERROR
CANCELLED = TaskState.CANCELLED

STATE_NAMES = {READY: "ready", STARTED: "waiting", WAITING: "waiting", ERROR: "failed"}


class Token(Task):
    """A place the process has reached and not yet left.

    READY: to be run by the engine. STARTED: waits for somebody or something outside. WAITING: waits at a
    join. ERROR: an incident. What the token must remember stands in `memory`.
    """

    @property
    def memory(self) -> dict[str, Any]:
        return self.internal_data

    @property
    def token_id(self) -> str:
        return self.id.hex

    def _set_state(self, value: int) -> None:
        # The stock method collects log extras (ids of all tasks, state names) at every change.
        if value == self._state:
            return
        self._state = value
        if value == READY:
            self.workflow.top_workflow.ready.append(self)

    def _ready(self) -> None:
        self._set_state(READY)

    def _add_child(self, task_spec: Any, state: int = TaskState.FUTURE) -> Token:
        return Token(self.workflow, task_spec, self, state=state)

    def _inherit_data(self) -> None:
        """Variables belong to scopes: nothing is copied from token to token."""

    def spawn(self, task_spec: Any, **memory: Any) -> Token:
        """Put a new token on an element, to be run next."""
        child = self._add_child(task_spec)
        child.memory.update(memory)
        child._ready()
        return child

    def leave_tree(self) -> None:
        """Take this token out of the tree; its children move up to its parent."""
        parent = self.parent
        parent._children.remove(self.id)
        for child in self.children:
            child._parent = parent.id
            parent._children.append(child.id)
        del self.workflow.tasks[self.id]


class TokenTree:
    """What the top process and every called or embedded process have in common."""

    scope: Scope

    def plant(self) -> Token:
        """Create the root token that all others hang from."""
        root = Token(self, self.spec.start, state=COMPLETED)  # type: ignore[arg-type]
        self.task_tree = root
        return root

    def live(self) -> Iterator[Token]:
        """Yield every token of this tree but the root, in order of creation."""
        root = self.task_tree
        return (token for token in self.tasks.values() if token is not root)

    @property
    def is_empty(self) -> bool:
        return len(self.tasks) == 1

    def _task_completed_notify(self, task: Token) -> None:
        """The engine itself decides what follows a completed token."""


class Root(TokenTree, BpmnWorkflow):
    """The token tree of a process instance."""

    def __init__(self, spec: Any, scope: Scope) -> None:
        self.ready: deque[Token] = deque()
        self.scope = scope
        # Expressions are FEEL and go through the run: the stock engine would build a Python environment.
        super().__init__(spec, {}, script_engine=object(), deserializing=True)

    def trees(self) -> Iterator[TokenTree]:
        yield self
        yield from list(self.subprocesses.values())

    def all_live(self) -> list[Token]:
        return [token for tree in self.trees() for token in tree.live()]

    def find(self, matches: Callable[[Token], bool]) -> Token | None:
        return next((token for token in self.all_live() if matches(token)), None)

    def token(self, token_id: str) -> Token | None:
        """Return a live token by its hexadecimal id; None when it is gone or the id is nonsense."""
        try:
            key = UUID(hex=token_id)
        except (ValueError, AttributeError, TypeError):
            return None
        for tree in self.trees():
            found = tree.tasks.get(key)
            if found is not None:
                return found if found is not tree.task_tree else None
        return None


class Branch(TokenTree, BpmnSubWorkflow):
    """The token tree of a called process or an embedded sub-process."""

    def __init__(self, spec: Any, parent_task_id: UUID, top_workflow: Root, scope: Scope) -> None:
        self.scope = scope
        super().__init__(spec, parent_task_id, top_workflow, deserializing=True)

    @property
    def parent_token(self) -> Token:
        return self.top_workflow.token(self.parent_task_id.hex)

    def _calculate_depth(self) -> int:
        # The stock calculation walks up through `get_task_from_id` before the tree is attached; never needed.
        return 0
