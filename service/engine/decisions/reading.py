"""Reads DMN files (1.1 to 1.5, by element name) into decisions.

What is malformed inside a decision becomes one of its `problems`; only a file that cannot be read raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.engine.decisions.model import Decision
from service.engine.decisions.problems import Problems, written
from service.engine.decisions.tables import read_table
from service.engine.files.findings import Finding
from service.engine.files.xml import Tag, refusal
from service.wording import Text

UNSUPPORTED_LOGIC = frozenset(
    {
        "conditional",
        "context",
        "every",
        "filter",
        "for",
        "functionDefinition",
        "invocation",
        "list",
        "relation",
        "some",
    }
)
UNSUPPORTED_PARTS = {
    "businessKnowledgeModel": Text("business knowledge model"),
    "decisionService": Text("decision service"),
    "import": Text("import"),
}


def decisions_of(file: str, root: Tag) -> tuple[Decision, ...]:
    """Return the decisions of a file, in its order. Raises InvalidDeployment when it is no DMN file."""
    if root.name != "definitions" or "DMN" not in root.space:
        message = Text("This is no DMN file: its root must be dmn:definitions.")
        raise refusal(file, root.line, "decision-file", message)
    drafts = [_draft(file, element) for element in root.all("decision")]
    if not drafts:
        message = Text("The file holds no decision; add one or remove the file.")
        raise refusal(file, root.line, "decision-none", message)
    first, *others = _Linker(drafts).linked()
    problems = (*_refused_parts(file, root), *_repeated_ids(file, root), *first.problems)
    return (replace(first, problems=problems), *others)


@dataclass(frozen=True)
class _Draft:
    """A decision before it knows the decisions it requires; `required` are their ids."""

    decision: Decision
    required: tuple[str, ...]


def _draft(file: str, element: Tag) -> _Draft:
    problems = Problems(file, element.id)
    variable = element.first("variable")
    decision = Decision(
        id=element.id,
        name=element.get("name"),
        file=file,
        variable=(variable.get("name") if variable else "") or element.id,
        documentation=written(element.first("description")),
        line=element.line,
        note_line=description.line if (description := element.first("description")) is not None else 0,
    )
    if not decision.id:
        message = Text("The decision has no id; give it one that says what it decides.")
        problems.add(element, "decision-id", message)
    decision = _with_logic(decision, element, problems)
    if element.first("knowledgeRequirement") is not None:
        problems.unsupported(element, Text("knowledge requirement"))
    required = [part.first("requiredDecision") for part in element.all("informationRequirement")]
    targets = tuple(target.get("href").partition("#")[2] for target in required if target is not None)
    return _Draft(replace(decision, problems=tuple(problems.found)), targets)


def _with_logic(decision: Decision, element: Tag, problems: Problems) -> Decision:
    refused = next((child for child in element.children if child.name in UNSUPPORTED_LOGIC), None)
    table, literal = element.first("decisionTable"), element.first("literalExpression")
    if refused is not None:
        problems.unsupported(refused, refused.name)
    elif table is not None:
        return read_table(decision, table, problems)
    elif literal is not None:
        problems.only_feel(literal)
        return replace(decision, literal=problems.expression(literal, Text("The literal expression")))
    else:
        message = Text("The decision has no logic; give it a decision table.")
        problems.add(element, "decision-empty", message)
    return decision


class _Linker:
    """Gives each decision those it requires, each made once; a requirement that is none is a problem."""

    def __init__(self, drafts: Sequence[_Draft]) -> None:
        self._drafts = drafts
        self._by_id = {draft.decision.id: draft for draft in drafts}
        self._made: dict[int, Decision] = {}

    def linked(self) -> list[Decision]:
        return [self._resolve(draft, ()) for draft in self._drafts]

    def _resolve(self, draft: _Draft, above: tuple[str, ...]) -> Decision:
        if id(draft) not in self._made:
            above = (*above, draft.decision.id)
            usable = [each for each in draft.required if each in self._by_id and each not in above]
            broken = [
                _not_usable(draft.decision, each, above) for each in draft.required if each not in usable
            ]
            self._made[id(draft)] = replace(
                draft.decision,
                requires=tuple(self._resolve(self._by_id[each], above) for each in usable),
                problems=(*draft.decision.problems, *broken),
            )
        return self._made[id(draft)]


def _not_usable(decision: Decision, target: str, above: Sequence[str]) -> Finding:
    message = Text(
        "The decision requires {target!r}, which {why}; correct the information requirement.",
        target=target,
        why=Text("leads back to itself") if target in above else Text("is not in this file"),
    )
    return Finding(decision.file, decision.line, decision.id, "error", "decision-requirement", message)


def _refused_parts(file: str, root: Tag) -> Iterator[Finding]:
    """Yield a finding for every part of DMN that is refused by name."""
    for part in root.children:
        if part.name in UNSUPPORTED_PARTS:
            message = Text(
                "A {what} is not supported; use tables and literal expressions.",
                what=UNSUPPORTED_PARTS[part.name],
            )
            yield Finding(file, part.line, part.id, "error", "decision-unsupported", message)


def _repeated_ids(file: str, root: Tag) -> Iterator[Finding]:
    seen: set[str] = set()
    for element in root.everything():
        if element.id in seen:
            message = Text("The id {id!r} is used twice; give one of the two another id.", id=element.id)
            yield Finding(file, element.line, element.id, "error", "decision-duplicate-id", message)
        if element.id:
            seen.add(element.id)
