"""What a decision table may answer, given what is known of the values it is asked with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from service.engine.decisions import Decision, Rule
from service.engine.decisions.cells import Literal
from service.engine.decisions.model import SINGLE_HIT
from service.engine.guarantees.evaluating import Known, possible
from service.engine.guarantees.formulas import formula, names_in
from service.engine.guarantees.values import ANY_LIST, UNKNOWN, Members, Value, passes

MOST_OPEN = 6
"""Of so many rules that may or may not match, all ways are tried; of more, none is followed."""
Row = Mapping[str, Value]


class Tables:
    """The decisions of a manifest, each asked once for the same values."""

    def __init__(self) -> None:
        self._asked: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[object, ...], tuple[Row, ...]] = {}

    def rows(self, decision: Decision, known: Known) -> tuple[Row, ...]:
        """Return the outputs a decision may have, by name; a list of hits as what may be in it."""
        if decision.id not in self._asked:
            names = (names_in(formula(column.expression)) for column in decision.inputs)
            self._asked[decision.id] = tuple(frozenset[str]().union(*names))
        key = (decision.id, *(known.get(name) for name in self._asked[decision.id]))
        if key not in self._found:
            self._found[key] = tuple(_rows(decision, known))
        return self._found[key]


def _rows(decision: Decision, known: Known) -> Iterator[Row]:
    if decision.literal or decision.aggregation:
        yield {column.name: UNKNOWN for column in decision.outputs}
        return
    matching = [_matches(decision, rule, known) for rule in decision.rules]
    if decision.hit_policy in SINGLE_HIT:
        yield from _single(decision, matching)
    else:
        yield from _several(decision, matching)


def _matches(decision: Decision, rule: Rule, known: Known) -> bool | None:
    """Say whether a rule matches; None where it may."""
    answers: list[bool | None] = []
    for column, cell in zip(decision.inputs, rule.cells, strict=False):
        if cell is None:
            answers.append(None)
            continue
        found = {passes(cell, value) for value in possible(formula(column.expression), known)}
        answers.append(found.pop() if len(found) == 1 else None)
    return False if False in answers else None if None in answers else True


def _single(decision: Decision, matching: Sequence[bool | None]) -> Iterator[Row]:
    sure = [number for number, matches in enumerate(matching) if matches]
    for number, matches in enumerate(matching):
        if matches is False or (decision.hit_policy == "UNIQUE" and sure and number not in sure):
            continue
        yield _row(decision, decision.rules[number])
        if matches and decision.hit_policy == "FIRST":
            return
    if not sure and all(column.default for column in decision.outputs):
        defaults = tuple(column.default for column in decision.outputs)
        yield _row(decision, Rule("", (), defaults))


def _row(decision: Decision, rule: Rule) -> Row:
    results = zip(decision.outputs, rule.results, strict=False)
    return {column.name: UNKNOWN if result is None else result for column, result in results}


def _several(decision: Decision, matching: Sequence[bool | None]) -> Iterator[Row]:
    """Yield what may be in the list of hits; entries that are no plain texts are not followed."""
    output = decision.outputs[0].name if len(decision.outputs) == 1 else ""
    values = [rule.results[0] if rule.results else None for rule in decision.rules]
    maybe = [number for number, matches in enumerate(matching) if matches is None]
    hit = [number for number, matches in enumerate(matching) if matches is not False]
    if not output or len(maybe) > MOST_OPEN or any(values[number] is None for number in hit):
        yield {column.name: ANY_LIST for column in decision.outputs}
        return
    seen: set[Members] = set()
    for chosen in product((True, False), repeat=len(maybe)):
        left_out = {number for number, is_hit in zip(maybe, chosen, strict=True) if not is_hit}
        entries = (values[number] for number in hit if number not in left_out)
        seen.add(Members(frozenset(each for each in entries if isinstance(each, Literal))))
    yield from ({output: each} for each in sorted(seen, key=lambda each: sorted(map(str, each.inside))))
