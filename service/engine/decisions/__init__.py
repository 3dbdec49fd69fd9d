"""Decision tables: DMN files read, checked and evaluated over FEEL.

`parse` reads a file, `check` judges it, `evaluate` decides; `cells` and `coverage` find gaps between rules.
"""

from __future__ import annotations

from service.engine.decisions.check import check_dmn, reads
from service.engine.decisions.model import Decision, DecisionResult, Input, Output, Rule
from service.engine.decisions.parse import parse_dmn
from service.engine.decisions.results import map_result

__all__ = [
    "Decision",
    "DecisionResult",
    "Input",
    "Output",
    "Rule",
    "check_dmn",
    "map_result",
    "parse_dmn",
    "reads",
]
