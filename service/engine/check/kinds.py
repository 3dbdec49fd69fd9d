"""Expressions whose kind cannot fit the place they stand in, or that can never be right in themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.engine.case.schema import fact_of
from service.engine.check.expressions import Expression, Role
from service.engine.check.report import Report
from service.engine.check.scopes import Scopes
from service.engine.check.surroundings import Surroundings
from service.engine.decisions import Decision, Input
from service.engine.decisions.cells import Cell, plain_cell
from service.engine.drawing import Element, Process
from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.engine.kinds.functions import elements_of
from service.engine.kinds.infer import infer
from service.engine.kinds.model import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DURATIONS,
    LIST,
    NULL,
    NUMBER,
    TEXT,
    Kind,
    join,
    of,
)
from service.engine.kinds.operators import never_same
from service.engine.kinds.reader import INPUT, Misfit, Names
from service.engine.kinds.sources import OF_COLUMNS, fact_kind
from service.feel import parse
from service.wording import SILENT, Text

MOMENT = DATE | DATE_TIME | TEXT
TAKES: Mapping[Role, int] = {
    "condition": BOOLEAN,
    "completion": BOOLEAN,
    "dueDate": MOMENT | DURATIONS | NULL,
    "assignee": TEXT | NULL,
    "candidateGroups": TEXT | LIST | NULL,
    "candidateUsers": TEXT | LIST | NULL,
    "collection": LIST,
    "cardinality": NUMBER,
    "date": MOMENT,
    "duration": DURATIONS | TEXT,
    "cycle": TEXT,
}
"""What each place of a drawing can use; the others take anything."""
_MENDS: Mapping[Role, Text] = {
    "condition": Text(" Compare it with something: =amount > 50000."),
    "completion": Text(" Compare it with something: =nrOfCompletedInstances = nrOfInstances."),
    "dueDate": Text(" Write a moment or a duration: =workdays_after(now(), 2), PT24H."),
    "date": Text(' Write a moment: =workdays_after(now(), 2), =now() + duration("PT24H").'),
    "duration": Text(" Write a duration: PT24H, P3D; a moment stands in a timer of the kind “date”."),
    "cycle": Text(" Write a cycle: R/P1D, R3/PT24H."),
    "collection": Text(" Write a list, or the name of one."),
}


def check_kinds(process: Process, around: Surroundings, scopes: Scopes, report: Report) -> None:
    """Report what cannot be right about the kinds of the expressions of a process."""
    for element in process.elements.values():
        for expression in around.expressions(element):
            found = scopes.inferred(element, expression)
            for misfit in found.misfits:
                _tell(element, expression, misfit, report)
            if not found.misfits:
                _place(element, expression, found.kind, around, report)


def _tell(element: Element, expression: Expression, misfit: Misfit, report: Report) -> None:
    report.error(
        expression.at,
        misfit.code,
        "{element!r}, {what} {expression!r}: {reason}",
        element=element.title,
        what=expression.what,
        expression=expression.text.strip(),
        reason=misfit.message,
    )


def _place(
    element: Element, expression: Expression, kind: Kind, around: Surroundings, report: Report
) -> None:
    wanted = TAKES.get(expression.role)
    if wanted is not None and not kind.may_be(wanted):
        reason = Text(
            "it is {kind} where {wanted} is needed.{mend}",
            kind=kind.said,
            wanted=of(wanted & ~NULL).said,
            mend=_MENDS.get(expression.role, SILENT),
        )
        _tell(element, expression, Misfit("kind-place", reason), report)
    elif expression.role in ("output", "out"):
        _fact(element, expression, kind, around, report)
    elif expression.role == "candidateGroups" and around.groups is not None:
        _groups(element, expression, kind, around.groups, report)


def _fact(element: Element, expression: Expression, kind: Kind, around: Surroundings, report: Report) -> None:
    """Report a fact of the case that is given what it cannot be."""
    fact = around.case.facts.get(fact_of(expression.target) or "")
    if fact is None or kind.is_unknown:
        return
    takes = fact_kind(fact)
    if not kind.may_be(takes.bits):
        reason = Text(
            "the fact {name!r} is {wanted}, not {kind}.", name=fact.name, wanted=takes.said, kind=kind.said
        )
        _tell(element, expression, Misfit("kind-place", reason), report)
    elif fact.values and kind.texts and (wrong := sorted(kind.texts - set(fact.values))):
        reason = Text(
            "the fact {name!r} is never {word!r}.{hint}",
            name=fact.name,
            word=wrong[0],
            hint=suggestion(wrong[0], fact.values),
        )
        _tell(element, expression, Misfit("never-equal", reason), report)


def _groups(
    element: Element, expression: Expression, kind: Kind, known: frozenset[str], report: Report
) -> None:
    for name in unknown_names(kind, known):
        reason = Text(
            "there is no group or relation {group!r}.{hint}", group=name, hint=suggestion(name, known)
        )
        _tell(element, expression, Misfit("unknown-group", reason), report)


def unknown_names(kind: Kind, known: frozenset[str]) -> list[str]:
    """Return the names written out in a text or a list of texts that are not among the known ones."""
    named = elements_of(kind) if not kind.is_unknown else kind
    return sorted(each for each in (named.texts or frozenset()) - known if each)


def check_tables(around: Surroundings, scopes: Scopes) -> Iterator[Finding]:
    """Yield what the decisions of a manifest are given and cannot use, wherever they are asked."""
    asked: dict[str, Names] = {}
    for process in around.processes.values():
        for element in process.elements.values():
            decision = around.decisions.get(element.extensions.attribute("decisionRef") or "")
            if element.kind == "businessRuleTask" and decision is not None:
                given = scopes.decided(element, decision)
                yield from _columns(process.file, element, decision, given)
                known = asked.get(decision.id)
                asked[decision.id] = given if known is None else _either(known, given)
    for name, given in asked.items():
        if not around.decisions[name].problems:
            yield from _cells(around.decisions[name], given)


def _either(one: Names, other: Names) -> Names:
    """Return what is known of names that come from two places."""
    return {name: join(one[name], other[name]) for name in one.keys() & other.keys()}


def _columns(file: str, element: Element, decision: Decision, given: Names) -> Iterator[Finding]:
    own = {other.variable for other in decision.requires}
    for column in decision.inputs:
        parsed = parse(column.expression)
        if own & parsed.names or column.type not in OF_COLUMNS:
            continue
        kind = infer(column.expression, parsed, given).kind
        if refused := _refused(column, kind):
            text = Text(
                "{element!r} asks the decision {decision!r} with {word!r} too, which the column "
                "{column!r} does not allow.{hint}",
                element=element.title,
                decision=decision.id,
                word=refused[0],
                column=column.title,
                hint=suggestion(refused[0], _allowed(column)),
            )
            yield Finding(file, element.line, element.id, "error", "never-equal", text)
        if not kind.may_be(OF_COLUMNS[column.type]) and kind.bits != NULL:
            text = Text(
                "{element!r} asks the decision {decision!r} with {expression!r}, which is {kind}: the column "
                "{column!r} takes {wanted}.",
                element=element.title,
                decision=decision.id,
                expression=column.expression,
                kind=kind.said,
                column=column.title,
                wanted=of(OF_COLUMNS[column.type]).said,
            )
            yield Finding(file, element.line, element.id, "error", "kind-place", text)


def _allowed(column: Input) -> frozenset[str]:
    """Return the texts that a column declares as the only ones it takes; none where it declares none."""
    cell = plain_cell(column.values) if column.values else None
    if cell is None or cell.negated or any(each.low != each.high for each in cell.intervals):
        return frozenset()
    return frozenset(each.value for each in cell.literals if each.kind == "string")


def _refused(column: Input, kind: Kind) -> list[str]:
    """Return the texts that a column may be given and does not allow; "" says that nothing is known yet."""
    allowed = _allowed(column)
    return sorted((kind.texts or frozenset()) - allowed - {""}) if allowed and not kind.is_unknown else []


def _cells(decision: Decision, given: Names) -> Iterator[Finding]:
    """Yield cells that can never match, and expressions that can never be right."""
    own = {other.variable for other in decision.requires}
    names = {name: kind for name, kind in given.items() if name not in own}
    tested = [_tested(column, names) for column in decision.inputs]
    for rule in decision.rules:
        if len(rule.inputs) != len(decision.inputs) or len(rule.outputs) != len(decision.outputs):
            continue
        for column, kind, text, cell in zip(decision.inputs, tested, rule.inputs, rule.cells, strict=True):
            if cell is None:
                yield from _written(
                    decision, rule.line, text, {**names, INPUT: kind, column.variable: kind}, True
                )
            elif not cell.negated and (asked := _asked(cell)):
                known = _allowed(column) | (kind.texts or frozenset())
                if never_same(kind, Kind(TEXT, asked)) and not asked <= known:
                    yield from (
                        _never(decision, rule.line, column, each, kind) for each in sorted(asked - known)
                    )
        for text, result in zip(rule.outputs, rule.results, strict=True):
            if text and result is None:
                yield from _written(decision, rule.line, text, names, False)


def _asked(cell: Cell) -> frozenset[str]:
    """Return the texts of a cell that asks for nothing but texts."""
    texts = frozenset(each.value for each in cell.literals if each.kind == "string")
    return texts if all(each.kind == "string" for each in cell.literals) else frozenset()


def _tested(column: Input, names: Names) -> Kind:
    kind = infer(column.expression, parse(column.expression), names).kind
    typed = of(OF_COLUMNS[column.type]) if column.type in OF_COLUMNS else kind
    return typed.or_null() if kind.is_unknown else kind


def _written(decision: Decision, line: int, text: str, names: Names, unary: bool) -> Iterator[Finding]:
    for misfit in infer(text, parse(text, unary=unary), names, unary=unary).misfits:
        message = Text("The cell {expression!r}: {reason}", expression=text, reason=misfit.message)
        yield Finding(decision.file, line, decision.id, "error", misfit.code, message)


def _never(decision: Decision, line: int, column: Input, word: str, kind: Kind) -> Finding:
    message = Text(
        "{column!r} is never {word!r}, so the rule never matches.{hint}",
        column=column.title,
        word=word,
        hint=suggestion(word, kind.texts or ()),
    )
    return Finding(decision.file, line, decision.id, "error", "never-equal", message)
