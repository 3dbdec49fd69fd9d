"""Tests without code: `processes/scenarios/*.yaml` run on the real engine, in virtual time, in seconds.

`reading` knows the file format (`yaml_lines`, `spans`), `workbench` the throw-away system a scenario runs
in, `scene` what can be seen there, `cast` who acts by default and what they answer, `playing` the steps,
`expecting` the comparisons, `coverage` what was walked, `running` all of it for files and folders.
"""

from __future__ import annotations

from service.runtime.scenarios.coverage import Coverage
from service.runtime.scenarios.reading import Scenario, ScenarioError, read
from service.runtime.scenarios.running import ScenarioResult, run_file, run_paths

__all__ = ["Coverage", "Scenario", "ScenarioError", "ScenarioResult", "read", "run_file", "run_paths"]
