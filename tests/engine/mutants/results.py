"""What became of the mutants of large runs, kept for docs/conformance.md: each run once, by its seed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

FILE = Path(__file__).with_name("results.json")
NOBODY = "by nobody"
BY = ("by a guarantee", "by both", "by the check", "as not proven", NOBODY)


def record(run: str, counted: Mapping[str, int]) -> None:
    """Keep the numbers of a run, in the place of those it had before."""
    kept = _read() | {run: dict(sorted(counted.items()))}
    FILE.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", encoding="utf-8")


def markdown() -> Iterator[str]:
    """Yield the lines of the document."""
    runs = _read()
    yield "By `python -m tests.engine.mutants --record`: a file of the company with one slip or two, or"
    yield "changed by a clumsy hand. Guarantees left out; what the check lets pass is played, reloaded."
    yield ""
    yield "| | changed | refused by the check | let through and played | tracebacks, hangs, silent stalls |"
    yield "|---|---|---|---|---|"
    counted = Counter[str]()
    for run, numbers in runs.items():
        if run.startswith("seed "):
            counted.update(numbers)
    for suffix, name in ((".bpmn", "drawings"), (".dmn", "tables"), (".form", "forms")):
        mine = {
            key.partition(" ")[2]: count for key, count in counted.items() if key.startswith(f"{suffix} ")
        }
        odd = sum(mine.values()) - mine.get("refused", 0) - mine.get("played", 0)
        refused, played = mine.get("refused", 0), mine.get("played", 0)
        yield f"| {name} | {refused + played + odd} | {refused} | {played} | {odd} |"
    yield ""
    approvals = runs.get("approvals", {})
    noticed = ", ".join(f"{approvals.get(name, 0)} {name}" for name in BY if name != NOBODY)
    total = sum(approvals.values())
    yield f"On purpose, `--approvals`: {total} ways to take a decision away or to lead past it."
    yield f"Noticed: {noticed}."
    yield f"The other {approvals.get(NOBODY, 0)} break no sentence: mostly the answer that is missing"
    yield "is asked again later, or counts as a refusal."
    yield ""


def _read() -> dict[str, dict[str, int]]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
