"""What service tasks read of forms: each topic names the keys it needs, and some form must ask for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from service.domain.metrics import Metric
from service.engine.check.drawing import Container, NodeElement, Report
from service.engine.form_marks import in_text, text_path
from service.engine.nearest import suggestion
from service.feel.schema import Schema, walk

OF_TEXT = ""
"""In a topic's `reads`: what it reads of the plan's text, in whichever forms that stands."""


@dataclass(frozen=True)
class Answers:
    """What the forms of a manifest ask for, and the metrics with a daily target."""

    forms: Mapping[str, Schema] = field(default_factory=dict)
    metrics: Collection[Metric] = ()

    @cached_property
    def text(self) -> frozenset[str]:
        """The paths of the plan's text."""
        every = (each for schema in self.forms.values() for each in walk(schema))
        return frozenset(text_path(each) for each in every if each.key and in_text(each))

    def wanted(self, key: str) -> Iterator[str]:
        """Yield the keys that a topic's `reads` mean: with `{metric}` or `{target}` one per daily metric."""
        if "{" not in key:
            yield key
            return
        yield from (key.format(metric=each.key, target=each.target) for each in self.metrics if each.target)

    def of(self, form: str) -> frozenset[str]:
        """Return the paths that one form answers to."""
        return frozenset(text_path(each) for each in walk(self.forms[form]) if each.key)


def check_reads(container: Container, topics: Mapping[str, Any], answers: Answers, report: Report) -> None:
    """Judge what the service tasks of a process read."""
    for node in container.everything():
        topic = topics.get(node.extensions.attribute("topic") or "")
        for parameter, keys in getattr(topic, "reads", {}).items():
            if parameter == OF_TEXT:
                _text(node, topic, keys, answers, report)
            else:
                _form(node, topic, parameter, keys, answers, report)


def _text(node: NodeElement, topic: Any, keys: tuple[str, ...], answers: Answers, report: Report) -> None:
    for key in keys:
        if key not in answers.text:
            report.error(
                node.node,
                "reads-nothing",
                "The topic {topic!r} reads {key!r} of the plan, but no form marks such a field with "
                "text = plan.{hint}",
                topic=topic.name,
                key=key,
                hint=suggestion(key, answers.text),
            )


def _form(
    node: NodeElement, topic: Any, parameter: str, keys: tuple[str, ...], answers: Answers, report: Report
) -> None:
    form = dict(node.extensions.inputs).get(parameter, "").strip()
    if form not in answers.forms:
        report.error(
            node.node,
            "unknown-form",
            "The topic {topic!r} reads a form: give its id in the parameter {parameter!r}.{hint}",
            topic=topic.name,
            parameter=parameter,
            hint=suggestion(form, answers.forms),
        )
        return
    known = answers.of(form)
    for key in (each for wanted in keys for each in answers.wanted(wanted)):
        if key not in known:
            report.error(
                node.node,
                "reads-nothing",
                "The topic {topic!r} reads {key!r} of the form {form!r}, which has no such field.{hint}",
                topic=topic.name,
                key=key,
                form=form,
                hint=suggestion(key, known),
            )
