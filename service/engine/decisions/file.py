"""A DMN file, read once: its decisions, and what the deployment check says about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from service.engine.decisions.check import check_decision
from service.engine.decisions.model import Decision
from service.engine.decisions.reading import decisions_of
from service.engine.decisions.reads import expressions
from service.engine.files.findings import Finding
from service.engine.files.kept import kept_by_content
from service.engine.files.xml import read_xml
from service.feel import parse_all


@dataclass(frozen=True)
class DecisionFile:
    """The decisions of one file, in its order."""

    name: str
    decisions: tuple[Decision, ...]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Return everything wrong or doubtful about the file."""
        parse_all(text for decision in self.decisions for text in expressions(decision))
        return tuple(found for decision in self.decisions for found in check_decision(decision))


@kept_by_content
def read_dmn(name: str, content: bytes) -> DecisionFile:
    """Return a DMN file, read once per name and content. Raises InvalidDeployment when it is none."""
    return DecisionFile(name, decisions_of(name, read_xml(name, content)))
