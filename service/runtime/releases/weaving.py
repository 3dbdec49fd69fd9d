"""Form parts in what is about to be deployed."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.forms import weaving
from service.runtime.releases import vetting
from service.runtime.step.context import Application


def with_woven(app: Application, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files, and beside them the live forms that these parts make stale, woven.

    What somebody changed in a copy of a part itself is lost: the part counts. InvalidDeployment carries what
    hinders the weaving. Nothing is deployed.
    """
    _, whole = vetting.merged(app, files)
    found = weaving.weave(whole, only=whole)
    return {**files, **{name: woven.content for name, woven in found.items()}}
