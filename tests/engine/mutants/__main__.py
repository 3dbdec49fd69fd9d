"""Prints what became of many mutants."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from tests.engine.mutants.approvals import decisions, noticed
from tests.engine.mutants.playing import campaign
from tests.engine.mutants.results import record


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Changes the files of the company at random, and prints what became of each."
    )
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--approvals", action="store_true")
    parser.add_argument("--record", action="store_true", help="keep the numbers for docs/conformance.md")
    asked = parser.parse_args(arguments)
    if asked.approvals:
        return _tell_approvals(is_kept=asked.record)
    return _tell(asked.number, asked.seed, is_kept=asked.record)


def _tell(number: int, seed: int, *, is_kept: bool) -> int:
    counted: Counter[str] = Counter()
    for changed, outcome in campaign(number, seed):
        counted[f"{Path(changed.file).suffix} {outcome.kind}"] += 1
        if outcome.is_odd:
            print(f"{outcome.kind}: {changed.file}: {changed.what}\n{outcome.detail}", flush=True)
    print(f"seed {seed}: " + ", ".join(f"{name} {count}" for name, count in sorted(counted.items())))
    if is_kept:
        record(f"seed {seed}", counted)
    return 1 if any(not name.endswith(("refused", "played")) for name in counted) else 0


def _tell_approvals(*, is_kept: bool) -> int:
    counted: Counter[str] = Counter()
    for changed, errors in decisions():
        counted[noticed(errors)] += 1
        print(f"{noticed(errors)}: {changed.file}: {changed.what} {sorted(set(errors))}", flush=True)
    print(", ".join(f"{name} {count}" for name, count in sorted(counted.items())))
    if is_kept:
        record("approvals", counted)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
