"""The token tree: SpiffWorkflow's Task and Workflow, kept lean.

SpiffWorkflow 3.2.0 predicts the whole future as tasks, keeps every finished task, copies all data
per task and builds log records at every change of state: a loop slows down with every turn and stalls
at about 250. Here a finished token leaves the tree at once, nothing is predicted, and variables live
in scopes, so a step costs the same on the first day and on the three-hundredth.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from service.engine.nodes import CallActivity, Node
from service.engine.nodes.memory import BranchPath, Memory
from service.engine.nodes.scope import Scope

READY: int = TaskState.READY
STARTED: int = TaskState.STARTED
COMPLETED: int = TaskState.COMPLETED
ERROR: int = TaskState.ERROR

STATE_NAMES = {READY: "ready", STARTED: "waiting", ERROR: "failed"}

_PLANTED = UUID(int=0)


class Token(Task):
    """A place the process has reached and not yet left.

    READY: to be moved by the engine. STARTED: waits for somebody, something outside, or its partners at a
    join. ERROR: an incident. What the token must remember stands in `memory`.
    """

    workflow: TokenTree
    task_spec: Node

    def __init__(
        self,
        tree: TokenTree,
        node: Node,
        parent: Token | None,
        state: int,
        memory: Memory | None = None,
        id: UUID | None = None,
    ) -> None:
        super().__init__(tree, node, parent, state, id)
        self.token_id: str = self.id.hex
        self.memory = memory or Memory()
        # Only an element of a multi-instance activity has variables of its own.
        self.own_scope: Scope | None = None

    def _child_added_notify(self, child: Task) -> None:
        """Whose element a token is stands with the token; a list of children would be kept twice."""

    @property
    def tree(self) -> TokenTree:
        return self.workflow

    @property
    def node(self) -> Node:
        return self.task_spec

    @property
    def around(self) -> Token | None:
        """Return the activity this token is inside of: its multi-instance activity, sub-process or call."""
        return self.parent if self.memory.element is not None else self.tree.host

    @property
    def elements(self) -> list[Token]:
        """Return the live elements of this multi-instance activity."""
        if self.memory.round is None:
            return []
        return [token for token in self.tree.live() if token._parent == self.id]

    @property
    def inside(self) -> Branch | None:
        """Return the process that runs inside this activity."""
        return self.tree.root.subprocesses.get(self.id)

    @property
    def scope(self) -> Scope:
        return self.own_scope or self.tree.scope

    @property
    def activity_path(self) -> str:
        """Return the ids of the activities around this token and its own, joined by `/`."""
        host, own = self.tree.host, self.node.element_id
        return f"{host.activity_path}/{own}" if host is not None else own

    @property
    def definition(self) -> str:
        return self.tree.key.split("/")[0]

    @property
    def is_in_call(self) -> bool:
        """Say whether this runs in a called process; embedded sub-processes belong to what is around them."""
        host = self.tree.host
        return host is not None and (isinstance(host.node, CallActivity) or host.is_in_call)

    @property
    def came(self) -> Mapping[str, Any]:
        """Return what this token waited for: a payload, answers, results, an inner process's variables."""
        inside = self.inside
        return inside.scope.visible() if inside is not None else self.memory.came or {}

    @property
    def element_value(self) -> Any:
        """Return the entry of the list this element stands for; None elsewhere."""
        wrapper = self.parent.memory.round if self.memory.element is not None else None
        return wrapper.items[self.memory.element] if wrapper is not None else None

    @property
    def is_live(self) -> bool:
        return self.id in self.workflow.tasks

    def ready(self) -> None:
        """Have the engine move this token."""
        self._state = READY
        self.tree.root.ready.append(self)

    def wait(self) -> None:
        self._state = STARTED

    def stop(self) -> None:
        self._state = ERROR

    def release(self, came: Mapping[str, Any]) -> None:
        """What the token waited for has come: have it take that over and go on."""
        self.memory.is_leaving, self.memory.came, self.memory.due = True, came, None
        self.ready()

    def leave_tree(self) -> None:
        """Take this token, and the process inside it, out of the tree."""
        del self.workflow.tasks[self.id]
        self.tree.root.subprocesses.pop(self.id, None)


class TokenTree:
    """What the top process and every called or embedded process have in common."""

    spec: Any
    tasks: dict[UUID, Token]
    task_tree: Token
    scope: Scope
    host: Token | None
    root: Root
    depth: int
    # How each activity that waits for people was last reached: where `return_to` leads.
    visited: dict[str, BranchPath]

    @property
    def key(self) -> str:
        return str(self.spec.key)

    def plant(self) -> None:
        """Create the task all tokens hang from; it is none itself."""
        self.task_tree = Token(self, self.spec.start, None, COMPLETED, id=_PLANTED)

    def place(self, node: Node, memory: Memory, *, element_of: Token | None = None) -> Token:
        """Put a token on an element. It neither moves nor waits before `ready` or `wait` says so."""
        return Token(self, node, element_of or self.task_tree, READY, memory)

    def live(self) -> Iterator[Token]:
        """Yield every token of this tree, in order of creation."""
        root = self.task_tree
        return (token for token in list(self.tasks.values()) if token is not root)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing runs here any more: event sub-processes that only listen keep nothing open."""
        return all(token.memory.is_armed for token in self.live())


class Root(TokenTree, BpmnWorkflow):
    """The token tree of a process instance."""

    subprocesses: dict[UUID, Branch]

    def __init__(self, spec: Any, scope: Scope) -> None:
        self.ready: deque[Token] = deque()
        self.scope, self.host, self.root, self.visited = scope, None, self, {}
        # Expressions are FEEL and go through the run: the stock engine would build a Python environment.
        super().__init__(spec, {}, script_engine=object(), deserializing=True)
        self.plant()

    def trees(self) -> list[TokenTree]:
        return [self, *self.subprocesses.values()]

    def all_live(self) -> list[Token]:
        return [token for tree in self.trees() for token in tree.live()]

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
    """The token tree of a called process or an embedded sub-process, inside its `host`."""

    host: Token

    def __init__(self, spec: Any, host: Token, scope: Scope) -> None:
        self.scope, self.host, self.root, self.visited = scope, host, host.tree.root, {}
        super().__init__(spec, host.id, host.tree.root, deserializing=True)
        self.plant()
        host.tree.root.subprocesses[host.id] = self

    def _calculate_depth(self) -> int:
        return self.host.tree.depth + 1
