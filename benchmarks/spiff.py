"""The bare engine: SpiffWorkflow with its own parser and serializer, one row in SQLite, nothing else.

The cycle is what any service around it has to do when a person answers: load, run, serialize, commit.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import DEFAULT_CONFIG, BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.helpers.bpmn_converter import BpmnConverter
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.util.task import TaskState


def parse(drawing: bytes, key: str) -> BpmnProcessSpec:
    """Return the process as the stock parser reads it."""
    parser = BpmnParser()
    parser.add_bpmn_str(drawing)
    return parser.get_spec(key)


def whole() -> BpmnWorkflowSerializer:
    """Return the stock serializer as it comes: the drawing is written and read with every case."""
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))


def without_drawing(spec: BpmnProcessSpec) -> BpmnWorkflowSerializer:
    """Return the stock serializer with the drawing kept in memory: the least it can be made to do."""

    class Known(BpmnConverter):
        def to_dict(self, _spec: Any) -> dict[str, Any]:
            return {}

        def from_dict(self, _dct: dict[str, Any]) -> BpmnProcessSpec:
            return spec

    return BpmnWorkflowSerializer(
        BpmnWorkflowSerializer.configure({**DEFAULT_CONFIG, BpmnProcessSpec: Known})
    )


class Cycle:
    """One case in one row. Each call answers its next user task; a finished case starts over, untimed."""

    def __init__(
        self, path: Path, spec: BpmnProcessSpec, serializer: BpmnWorkflowSerializer, data: dict[str, Any]
    ) -> None:
        self._spec, self._serializer, self._data = spec, serializer, data
        self._rows = sqlite3.connect(path, isolation_level=None)
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute("PRAGMA synchronous=FULL")
        self._rows.execute("CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, body TEXT)")
        self._begin()

    def __call__(self) -> float:
        """Answer one task; return the seconds it took."""
        begun = time.perf_counter()
        [(body,)] = self._rows.execute("SELECT body FROM state WHERE id = 1")
        workflow = self._serializer.deserialize_json(body)
        workflow.get_next_task(state=TaskState.READY, manual=True).run()
        workflow.do_engine_steps()
        self._save(workflow)
        taken = time.perf_counter() - begun
        if workflow.is_completed():
            self._begin()
        return taken

    def _begin(self) -> None:
        workflow = BpmnWorkflow(self._spec)
        workflow.task_tree.data.update(self._data)
        workflow.do_engine_steps()
        self._save(workflow)

    def _save(self, workflow: BpmnWorkflow) -> None:
        body = self._serializer.serialize_json(workflow)
        self._rows.execute("BEGIN IMMEDIATE")
        self._rows.execute("INSERT OR REPLACE INTO state VALUES (1, ?)", (body,))
        self._rows.execute("COMMIT")
