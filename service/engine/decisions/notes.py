"""Notes of a decision table that repeat a number which its cells no longer hold."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from service.engine.decisions.cell_checks import finding
from service.engine.decisions.model import Decision
from service.engine.files.findings import Finding
from service.engine.files.said import held_by, outdated, shown
from service.wording import Text


def numbers_of(decision: Decision) -> frozenset[Decimal]:
    """Return every number written in a decision's cells and columns."""
    cells = (text for rule in decision.rules for text in (*rule.inputs, *rule.outputs))
    columns = (text for each in decision.inputs for text in (each.expression, each.values))
    results = (text for each in decision.outputs for text in (each.values, each.default))
    return held_by((*cells, *columns, *results, decision.literal))


def check_notes(decision: Decision) -> Iterator[Finding]:
    """Yield the notes of rules, and the description of a decision, that state other numbers than these."""
    every = numbers_of(decision)
    for number in outdated(decision.documentation, every):
        message = Text(
            "The description says {number}, which no cell holds: they hold {held}. Correct the one or the "
            "other.",
            number=number,
            held=shown(every),
        )
        yield finding(decision, decision.note_line or decision.line, "warning", "note-number", message)
    for index, rule in enumerate(decision.rules, 1):
        held = held_by((*rule.inputs, *rule.outputs))
        for note in rule.annotations:
            for number in outdated(note, held, every):
                message = Text(
                    "The note of rule {rule} says {number}, which no cell holds: the rule's hold {held}. "
                    "Correct the one or the other.",
                    rule=index,
                    number=number,
                    held=shown(held),
                )
                line = rule.note_line or rule.line
                yield finding(decision, line, "warning", "note-number", message)
