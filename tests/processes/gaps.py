"""The shipped drawings with a sentence that does not hold yet, and says so."""

from __future__ import annotations

from service import resources
from service.engine import guarantees

ASKED, TURNED_ROUND = ">=ratify_needed</", ">=ratify_needed = false</"


def with_a_known_gap() -> dict[str, bytes]:
    """Return drawings that ask for the ratification where none is needed, and the sentence that says so."""
    files = resources.manifest_files()
    drawing, sentences = (files[name].decode() for name in ("green_followup_phase.bpmn", guarantees.FILE))
    always = "    always: record_resolution\n    when: green_outcome"
    gap = "    known_gap: {since: 2026-11-27, why: 追认尚未画出}\n"
    assert always in sentences
    return {
        "green_followup_phase.bpmn": drawing.replace(ASKED, TURNED_ROUND).encode(),
        guarantees.FILE: sentences.replace(always, gap + always).encode(),
    }
