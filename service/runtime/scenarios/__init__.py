"""Tests without code: `processes/scenarios/*.yaml` run on the real engine, in virtual time, in seconds.

`reading` knows the file format (`yaml_lines`, `spans`), `sources` which drawings are tested, `workbench` the
throw-away system a scenario runs in, `world` and `scene` what can be seen there, `cast` who acts by default
and what they answer, `playing` the steps, `expecting` the comparisons, `results` one file played, `crew`
many at once, `coverage` what was walked, `running` all of it for files and folders.
"""

from __future__ import annotations

from service.runtime.scenarios.coverage import Coverage
from service.runtime.scenarios.reading import Scenario, ScenarioError, read
from service.runtime.scenarios.results import ScenarioResult
from service.runtime.scenarios.running import run_file, run_paths
from service.runtime.scenarios.sources import UnderTest, is_scenario

__all__ = [
    "Coverage",
    "Scenario",
    "ScenarioError",
    "ScenarioResult",
    "UnderTest",
    "is_scenario",
    "read",
    "run_file",
    "run_paths",
]
