"""FEEL as the browser runs it: the same source, in Node, in another zone than the company's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HAS_NODE = shutil.which("node") and (ROOT / "node_modules").is_dir()


def in_node(script: str, given: Mapping[str, Any]) -> Any:
    """Return what a script prints as JSON that is handed `given`."""
    process = subprocess.run(
        ["node", "--input-type=module", "--eval", script, json.dumps(given)],
        cwd=ROOT,
        env={**os.environ, "TZ": "America/New_York"},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return json.loads(process.stdout)
