"""A few of the many changes that `python -m tests.engine.mutants` makes to the files of the company."""

from __future__ import annotations

from tests.engine.mutants.approvals import decisions, noticed
from tests.engine.mutants.files import Mutant
from tests.engine.mutants.playing import campaign


def test_whatever_is_changed_is_refused_or_plays_without_standing_still_unnoticed():
    outcomes = [(changed, outcome) for changed, outcome in campaign(25, seed=2026)]

    odd = [(changed.file, changed.what, outcome) for changed, outcome in outcomes if outcome.is_odd]
    assert odd == []
    assert {outcome.kind for _, outcome in outcomes} == {"refused", "played"}


def test_decisions_taken_away_are_noticed():
    tried = [(changed, errors) for changed, errors in decisions(every=85) if not _is_made_up_for(changed)]

    assert [(changed.file, changed.what) for changed, errors in tried if noticed(errors) == "by nobody"] == []
    assert any("guarantee-broken" in errors for _, errors in tried)


def _is_made_up_for(changed: Mutant) -> bool:
    """Tell whether a later step may make up for it: who agreed is asked again before approval."""
    return changed.what.endswith(("led past for small sums", "past by default", "turned round"))
