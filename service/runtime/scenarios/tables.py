"""Cases of decision tables: what a table must say of these inputs.

    决策表:
      approval_tier:
        - {budget_total: 50000, 得: vice_president}     one output: its value; several: names and values
        - {budget_total: 五万, 拒收: budget_total}       no answer, with that text among the reasons

A table that answers with a list gives a list of those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.engine.decisions import Decision, evaluate, read_dmn
from service.engine.decisions.results import value_of
from service.engine.files.nearest import suggestion
from service.errors import DecisionError, InvalidAnswers
from service.feel import FEEL
from service.runtime.scenarios.acting import says, told
from service.runtime.scenarios.expecting import same, written
from service.runtime.scenarios.moments import FIRST_MOMENT
from service.runtime.scenarios.yaml_lines import Lines, ScenarioError, load
from service.runtime.tasks.answering import as_values
from service.wording import Text

KEY, GIVES, REFUSES = "决策表", "得", "拒收"


@dataclass(frozen=True)
class TableResult:
    """What came of the cases of one decision. `unused` are the numbers of the rules that none of them hit."""

    decision: str
    cases: int
    rules: int
    unused: tuple[int, ...]
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.failures


def run_tables(path: Path, files: Mapping[str, bytes]) -> list[TableResult]:
    """Return what came of the cases in a file. ScenarioError for a file that cannot be understood."""
    content = load(path)
    named = content.get(KEY)
    if set(content) != {KEY} or not isinstance(named, Lines):
        raise ScenarioError(Text("{key} holds keys and values.", key=KEY), file=str(path), line=1)
    known = decisions(files)
    for key in named:
        if key not in known:
            message = Text(
                "There is no decision {name!r}.{hint}", name=str(key), hint=suggestion(str(key), known)
            )
            raise ScenarioError(message, file=str(path), line=named.line_of(key))
    return [_run(known[key], cases or [], str(path)) for key, cases in named.items()]


def decisions(files: Mapping[str, bytes]) -> dict[str, Decision]:
    """Return the decisions of a manifest by their keys."""
    tables = [read_dmn(name, content) for name, content in files.items() if name.endswith(".dmn")]
    return {decision.id: decision for table in tables for decision in table.decisions}


def _run(decision: Decision, cases: list[Any], file: str) -> TableResult:
    hit: set[int] = set()
    failures: list[str] = []
    for case in cases:
        if not isinstance(case, Lines) or not {GIVES, REFUSES} & set(case):
            message = Text(
                "A case of a table is written as {example}.", example="{budget_total: 50000, 得: …}"
            )
            line = getattr(case, "line", 1)
            raise ScenarioError(message, file=file, line=line)
        for wrong in _wrong(decision, case, hit):
            place = f"{file}:{case.line}"
            failures.append(Text("{place}: {message}", place=place, message=wrong))
    rules = range(1, len(decision.rules) + 1)
    unused = tuple(number for number in rules if number not in hit)
    return TableResult(decision.id, len(cases), len(rules), unused, tuple(failures))


def _wrong(decision: Decision, case: Lines, hit: set[int]) -> Iterator[Text]:
    """Yield what does not come out as the case says; add the rules it hits."""
    given = {str(key): value for key, value in case.items() if key not in (GIVES, REFUSES)}
    name = f"{decision.id} {written(given)}"
    try:
        result = evaluate(decision, as_values(given, "inputs"), FEEL, FIRST_MOMENT)
    except (DecisionError, InvalidAnswers) as error:
        reason = told(error)
        if REFUSES not in case:
            yield Text("{case}: it gives nothing: {reason}", case=name, reason=reason)
        elif not says(reason, str(case[REFUSES])):
            wanted = str(case[REFUSES])
            yield Text("It is refused, but not because of {wanted}: {reason}", wanted=wanted, reason=reason)
        return
    hit.update(result.matched_rules)
    found = value_of(decision, result)
    if REFUSES in case:
        yield Text("{case}: it should give nothing, but gives {found}.", case=name, found=written(found))
    elif not same(found, case[GIVES]):
        yield Text(
            "{case}: it gives {found}, expected {wanted}.",
            case=name,
            found=written(found),
            wanted=written(case[GIVES]),
        )
