"""What the company promises now, and what was found of it on the live drawings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.engine import guarantees
from service.engine.files.kept import Kept
from service.engine.guarantees import Subject, Verdict
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View

_JUDGED: Kept[tuple[Verdict, ...]] = Kept(most=20)


@dataclass(frozen=True)
class GuaranteeView(View):
    """One sentence and its state: holds, broken or unproven; `path` is the way that breaks it."""

    key: str
    name: str
    text: str
    state: str
    path: tuple[dict[str, str], ...]
    is_sure: bool
    doubted: tuple[dict[str, str], ...]
    reason: str | None
    known_gap: dict[str, str] | None


def find(app: Application, by: Actor) -> tuple[GuaranteeView, ...]:
    """Return the sentences of the live deployment with what was found of each."""
    return tuple(GuaranteeView(**_shown(verdict)) for verdict in judged(app, by))


def judged(app: Application, by: Actor) -> tuple[Verdict, ...]:
    """Return the verdicts on the live deployment, judged once for each."""
    require(by, "deployment.read")
    live = app.live()
    subject = Subject.of(live.model, app.handlers)
    return _JUDGED.get(live.deployment_id, lambda: guarantees.judge(subject, live.model.guarantees))


def _shown(verdict: Verdict) -> dict[str, Any]:
    return dict(guarantees.as_json(verdict))
