"""Small drawings under sentences: what tests of guarantees have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine import guarantees
from service.engine.definition import Model
from service.engine.guarantees import Proof
from service.engine.guarantees.subject import Subject
from service.handlers import HANDLERS


def subject(*files: bytes, extra: Mapping[str, bytes] | None = None) -> Subject:
    """Return what is judged, of drawings and other files by name."""
    named = {f"file{number}.bpmn": content for number, content in enumerate(files)}
    return Subject.of(Model.load({**named, **(extra or {})}), HANDLERS)


def proof(sentence: str, *files: bytes, extra: Mapping[str, bytes] | None = None) -> Proof:
    """Return what is found of one sentence, written as YAML: `before: pay`, one word to a line."""
    words = "\n".join(f"    {line.strip()}" for line in sentence.strip().splitlines())
    text = f"guarantees:\n  tested:\n    name: 测试\n    text: 测试\n{words}\n"
    reading = guarantees.read(text.encode())
    assert not reading.findings, [str(each) for each in reading.findings]
    [verdict] = guarantees.judge(subject(*files, extra=extra), reading.guarantees)
    return verdict.proof


def told(found: Proof) -> tuple[str, list[str]]:
    """Return the state of a sentence, and the ids of the elements on the way that breaks it."""
    return found.state, [step.element.id for step in found.way]


def decision(
    key: str, inputs: list[str], output: str, *rows: tuple[str, ...], policy: str = "UNIQUE"
) -> bytes:
    """Return a DMN file with one table; the last cell of a row is its result."""
    columns = "".join(
        f'<input id="{key}_in{n}"><inputExpression id="{key}_ie{n}" typeRef="{kind}"><text>{name}</text>'
        "</inputExpression></input>"
        for n, (name, _, kind) in enumerate(each.partition(":") for each in inputs)
    )
    rules = "".join(
        f'<rule id="{key}_r{n}">'
        + "".join(
            f'<inputEntry id="{key}_r{n}_{c}"><text>{_xml(cell)}</text></inputEntry>'
            for c, cell in enumerate(row[:-1])
        )
        + f'<outputEntry id="{key}_r{n}_o"><text>{_xml(row[-1])}</text></outputEntry></rule>'
        for n, row in enumerate(rows)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="d">'
        f'<decision id="{key}" name="{key}"><decisionTable id="{key}_t" hitPolicy="{policy}">{columns}'
        f'<output id="{key}_out" name="{output}" typeRef="string"/>{rules}</decisionTable></decision>'
        "</definitions>"
    ).encode()


def _xml(text: Any) -> str:
    return str(text).replace("&", "&amp;").replace("<", "&lt;")
