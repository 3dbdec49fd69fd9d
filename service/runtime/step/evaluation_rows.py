"""What a step's business rule tasks asked of decision tables, as rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from service.engine.progress import NewEvaluation, Progress
from service.runtime.step.step import Step


def new_rows(step: Step, progress: Progress | None) -> list[dict[str, Any]]:
    """Return the rows of the evaluations a step has made, and put them into the audit."""
    evaluations = progress.evaluations if progress else ()
    if not evaluations:
        return []
    rows = [_row(step, each) for each in evaluations]
    for row in rows:
        step.cover("decision_evaluation", row)
    step.audit("decisions.evaluated", evaluations=[_audited(row) for row in rows])
    return rows


def _row(step: Step, made: NewEvaluation) -> dict[str, Any]:
    return {
        "instance_id": step.instance.id,
        "deployment_id": step.instance.deployment_id,
        "definition": made.definition,
        "activity_id": made.activity_id,
        "activity_path": made.activity_path,
        "token_id": made.token_id,
        "decision": made.decision,
        "file": made.file,
        "inputs": dict(made.inputs),
        "outputs": made.outputs,
        "rules": [asdict(rule) for rule in made.rules],
        "at": step.now,
    }


def _audited(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("decision", "file", "deployment_id", "inputs", "outputs")}
    rules = [rule["index"] for rule in row["rules"]]
    return {**shown, "rules": rules, "activity": row["activity_path"]}
