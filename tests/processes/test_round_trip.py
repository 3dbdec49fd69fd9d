"""The modelling tools read every drawing without loss and find nothing to object to."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.lacking import give_up
from tests.processes.drawing import FILES

SCRIPT = Path(__file__).with_name("round_trip.mjs")
MODULES = Path(__file__).parents[2] / "node_modules"
NEEDED = ("bpmn-moddle", "camunda-bpmn-moddle", "bpmnlint")


@pytest.fixture(scope="module")
def examined() -> Mapping[str, Mapping[str, Any]]:
    """What the modelling tools say, by file stem."""
    missing = [name for name in NEEDED if not (MODULES / name).is_dir()]
    if shutil.which("node") is None or missing:
        give_up(f"needs Node.js and npm packages: {', '.join(missing) or 'node'}")
    command = ["node", str(SCRIPT), *map(str, FILES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return {Path(file).stem: result for file, result in json.loads(done.stdout).items()}


@pytest.fixture(params=[path.stem for path in FILES])
def drawing(request, examined) -> Mapping[str, Any]:
    return examined[request.param]


def test_a_drawing_is_imported_without_a_warning(drawing):
    assert drawing["warnings"] == []


def test_opening_and_saving_a_drawing_changes_nothing(drawing):
    assert drawing["unchanged"]


def test_a_drawing_passes_the_recommended_lint_rules(drawing):
    assert drawing["reports"] == []
