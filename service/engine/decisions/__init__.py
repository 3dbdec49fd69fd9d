"""Decision tables: DMN files read, checked and evaluated over FEEL.

`file` reads a file once (`reading`, `tables`) and has it checked (`check`, `cell_checks`); `coverage` finds
gaps, overlaps and rules never reached (`atoms`, `search`); `evaluate` decides.
"""

from __future__ import annotations

from service.engine.decisions.evaluate import evaluate
from service.engine.decisions.file import DecisionFile, read_dmn
from service.engine.decisions.model import Asked, Decision, DecisionResult, Input, Output, Rule
from service.engine.decisions.reads import paths, reads
from service.engine.decisions.results import map_result

__all__ = [
    "Asked",
    "Decision",
    "DecisionFile",
    "DecisionResult",
    "Input",
    "Output",
    "Rule",
    "evaluate",
    "map_result",
    "paths",
    "read_dmn",
    "reads",
]
