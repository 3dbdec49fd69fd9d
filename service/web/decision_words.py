"""Decision tables as pages tell of them: what went in, which rule answered in whose words, what came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from service.engine.case.schema import Fact, fact_of
from service.runtime.cases import evaluations
from service.runtime.cases.views import EvaluationView, RuleView
from service.web.asking import application, me
from service.web.case_facts import value_text
from service.web.formatting import plain
from service.web.i18n import language_tag
from service.web.labels import told

Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class Said:
    """A value under its label."""

    label: str
    text: str


@dataclass(frozen=True)
class SaidRule:
    """A rule that matched: the owner's words for it, and what its cells ask."""

    index: int
    annotation: str
    counts: bool
    conditions: tuple[Said, ...]


@dataclass(frozen=True)
class Why:
    """One evaluation in words. `summary` is what came out, in a line."""

    title: str
    decision: str
    key: str
    at: datetime
    inputs: tuple[Said, ...]
    rules: tuple[SaidRule, ...]
    outputs: tuple[Said, ...]
    summary: str
    source: str
    is_proposed: bool


def of_instance(instance_id: str) -> tuple[Why, ...]:
    """Return what the decision tables of an instance were asked and answered, oldest first."""
    app = application()
    return tuple(
        _why(each, app.model(each.deployment_id).case.facts)
        for each in evaluations.of_instance(app, me(), instance_id)
    )


def last_of_each(made: Iterable[Why]) -> tuple[Why, ...]:
    """Return what each table last said of the case itself, the latest first; not those without an answer."""
    found = {each.key: each for each in made if each.outputs and not each.is_proposed}
    return tuple(sorted(found.values(), key=lambda each: each.at, reverse=True))


def _why(made: EvaluationView, facts: Facts) -> Why:
    outputs = tuple(_outputs(made, facts))
    return Why(
        title=made.activity_name or made.activity_id,
        decision=made.name,
        key=made.decision,
        at=made.at,
        inputs=tuple(_said(each.name, each.label, each.value, facts) for each in made.inputs),
        rules=tuple(map(_rule, made.rules)),
        outputs=outputs,
        summary=_("; ").join(_line(each) for each in outputs) or _("no rule applies"),
        source=f"{made.file} v{made.version}",
        is_proposed=made.is_proposed,
    )


def _rule(rule: RuleView) -> SaidRule:
    asks = tuple(Said(each.label, each.cell) for each in rule.conditions if each.cell not in ("", "-"))
    return SaidRule(rule.index, rule.annotation, rule.counts, asks)


def _outputs(made: EvaluationView, facts: Facts) -> Iterable[Said]:
    rows = made.outputs if isinstance(made.outputs, list) else [made.outputs]
    for row in rows:
        for name, value in row.items():
            label, words = made.output_labels.get(name, name), made.output_words.get(name, {})
            named = words.get(value) if isinstance(value, str) else None
            yield Said(told(label), told(named)) if named else _said(name, label, value, facts)


def _line(said: Said) -> str:
    return _("%(label)s: %(value)s", label=said.label, value=said.text)


def _said(name: str, label: str, value: Any, facts: Facts) -> Said:
    """Return a value as people say it: as that fact does whose name it has."""
    fact = facts.get(fact_of(name) or name)
    if fact is None:
        return Said(told(label), plain(value))
    said = fact.label_en if language_tag() == "en" else ""
    return Said(said or label, value_text(fact, value))
