"""Form parts in what is about to be deployed."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.forms import weaving
from service.runtime.identity.rights import require
from service.runtime.releases import vetting
from service.runtime.step.context import Actor, Application


def with_woven(app: Application, by: Actor, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files, and beside them the live forms that these parts make stale, woven.

    What somebody changed in a copy of a part itself is lost: the part counts. InvalidDeployment carries what
    hinders the weaving. Nothing is deployed.
    """
    require(by, "deployment.create")
    _, whole = vetting.merged(app, files)
    found = app.beside(weaving.weave, whole, only=frozenset(whole))
    return {**files, **{name: woven.content for name, woven in found.items()}}
