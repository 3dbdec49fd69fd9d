"""Owners' words stand in owners' files: no text in Python is a name of theirs.

A name of theirs is what `organisation.yaml`, the drawings, the tables and the forms call something: a
department, a role, a lane, a conclusion, a metric, a process, a decision, a form. Renaming it must never need
a programmer.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from service import resources
from service.engine.definition import Model

SERVICE = Path(__file__).parents[1] / "service"
FIRST_RELEASE = "v0_1.py"
"""What cases of the first release need: those files' words are not their owners' any more."""

COINCIDENCES = {
    ("cli_company.py", "allowance"): "a command",
    ("runtime/company/readiness.py", "allowance"): "a kind of gap",
    ("engine/case/schema.py", "发起人"): "the label of a fact that every case has",
    ("engine/decisions/reading.py", "decision"): "the element of a DMN file",
    ("engine/check/figures.py", "load"): "a section of figures.yaml",
    ("engine/figures.py", "load"): "a section of figures.yaml",
    ("engine/organisation/model.py", "load"): "what may begin a follow-up, a word of ours",
    ("engine/organisation/reading.py", "budget"): "a section of organisation.yaml",
    ("handlers/measure.py", "budget"): "a column of the closeout's table",
    ("runtime/scenarios/reading.py", "发起人"): "a key of the scenario language",
    ("runtime/scenarios/yaml_lines.py", "load"): "a function that is offered",
    ("runtime/keeping/vouched.py", "decision"): "a column of the evaluations",
    ("runtime/step/evaluation_rows.py", "decision"): "a column of the evaluations",
    ("store/models/record.py", "decision"): "a column of the evaluations",
    ("runtime/step/actor.py", "系统"): "how the system is called in the record",
    **dict.fromkeys(
        [("web/figure_words.py", each) for each in ("CTR", "CPA", "ROAS", "GMV")], "words of the screens"
    ),
    ("web/boards.py", "campaign"): "a part of an address",
    ("web/form_payload.py", "decision"): "a part of what a page is told",
    ("web/tasks.py", "decision"): "what a page shows of a task",
    ("web/formatting.py", "decision"): "a word of the screens",
}
"""Texts that only look like a name of an owner, each with what it is; what stands there no longer goes."""

SENTENCES = {
    "demo": "the keys of the demo company's own file, and its banner in both languages",
    "engine/case/schema.py": "labels of what every case has",
    "domain/written.py": "how people write amounts and days",
    "engine/check/literals.py": "how people say times, to be told how a drawing says them",
    "engine/check/notes.py": "how people say no beside a line, and ask for the contrary",
    "engine/check/reminders.py": "how people say workdays, to be told how a drawing says them",
    "engine/files/said.py": "how people say numbers in notes",
    "engine/nodes/reminders.py": "the word of the dialect that asks for a superior",
    "engine/organisation/model.py": "words of the dialect for who is told of an event",
    "feel/slips.py": "how people say comparisons and amounts, to be told how FEEL says them",
    "handlers": "sentences of notices and of the record, which are kept in the language of the company",
    "runtime/company/founding.py": "how the first admin is shown",
    "runtime/company/importing.py": "the headings of tables of people",
    "runtime/scenarios": "the language scenarios are written in",
    "runtime/step/actor.py": "how the system is called in the record",
    "runtime/tasks/signing.py": "the two questions an added signer is asked",
    "runtime/tasks/telling.py": "sentences of notices, which are kept in the language of the company",
    "serving.py": "the product's name, and how the installer is called in the record",
    "web/api/document.py": "the product's name",
}
"""Where Chinese may stand in Python, and why."""


@pytest.fixture(scope="module")
def names() -> frozenset[str]:
    """What the owners of the installed files call things."""
    model = Model.load(resources.manifest_files())
    own = model.organisation
    declared = {*own.groups, *own.relations, *own.lanes, *own.conclusions, *own.aspects, *own.brand_lines}
    measured = {name for metric in own.metrics.values() for name in metric.names}
    ids = {*model.processes, *model.decisions, *model.forms}
    return frozenset({*declared, *measured, own.reserve, own.influencers, *ids})


def texts() -> Iterator[tuple[str, int, str]]:
    """Yield (file, line, text) of every text in Python that is not a docstring."""
    for path in sorted(SERVICE.rglob("*.py")):
        file = path.relative_to(SERVICE).as_posix()
        if path.name == FIRST_RELEASE or file.startswith("migrations/"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                yield file, node.lineno, node.value


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def test_no_name_of_an_owner_stands_in_python(names: frozenset[str]) -> None:
    found = {(file, text) for file, _, text in texts() if text in names}

    assert sorted(found - COINCIDENCES.keys()) == [], "move it into its owner's file, or say what else it is"
    assert sorted(COINCIDENCES.keys() - found) == [], "it no longer stands there: take it out"


def test_chinese_stands_in_python_only_where_it_is_ours() -> None:
    chinese = {file for file, _, text in texts() if is_chinese(text)}
    allowed = {
        file for file in chinese for place in SENTENCES if file == place or file.startswith(f"{place}/")
    }

    assert sorted(chinese - allowed) == [], "translate it, or move it into its owner's file"
    assert [place for place in SENTENCES if not any(file.startswith(place) for file in chinese)] == []
