"""What a manifest holds for FEEL, read in few crossings: each expression alone would be one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.engine.check.surroundings import Surroundings
from service.engine.decisions.reads import expressions
from service.feel import SchemaProblem, check_schemas, parse, parse_all

Problems = Mapping[str, tuple[SchemaProblem, ...]]


def wake() -> None:
    """Have an isolate made, where the process has none yet."""
    parse("null")


def cross(around: Surroundings) -> Problems:
    """Return what is wrong with each form, by file; afterwards `parse` knows every expression already."""
    found = check_schemas(list(around.schemas.values()))
    parse_all(_expressions(around))
    return dict(zip(around.schemas, found, strict=True))


def _expressions(around: Surroundings) -> Iterator[tuple[str, bool]]:
    """Yield (text, whether it is a unary test) of everything in drawings and decision tables."""
    for process in around.processes.values():
        for element in process.elements.values():
            yield from ((expression.text, False) for expression in around.expressions(element))
    for decision in around.decisions.values():
        yield from expressions(decision)
