"""What service tasks read of forms: each topic names the keys it needs, and some form must ask for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from service.domain.metrics import Metric
from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings, Topic
from service.engine.drawing import Element, Process
from service.engine.files.nearest import suggestion
from service.engine.forms.marks import in_text, text_path
from service.feel.schema import Schema, components

PLAN_TEXT, START_FORM, FACTS = "", "start", "case"
"""What a topic's `reads` names beside its parameters: the plan's text, a case's start form, its facts."""


@dataclass(frozen=True)
class Answers:
    """What the forms of a manifest ask for.

    `start_form` is that of the process that leads a case, None where nothing is said about it. `metrics` may
    have daily targets, `facts` are those of a case.
    """

    forms: Mapping[str, Schema] = field(default_factory=dict)
    metrics: Collection[Metric] = ()
    start_form: str | None = None
    facts: frozenset[str] = frozenset()

    @cached_property
    def text(self) -> frozenset[str]:
        """The paths of the plan's text."""
        every = (each for schema in self.forms.values() for each in components(schema))
        return frozenset(text_path(each) for each in every if each.key and in_text(each))

    def wanted(self, key: str) -> Iterator[str]:
        """Yield the keys that a topic's `reads` mean: with `{metric}` or `{target}` one per daily metric."""
        if "{" not in key:
            yield key
            return
        yield from (key.format(metric=each.key, target=each.target) for each in self.metrics if each.target)

    def of(self, form: str) -> frozenset[str]:
        """Return the paths that one form answers to."""
        return frozenset(text_path(each) for each in components(self.forms[form]) if each.key)


def answers_of(around: Surroundings) -> Answers | None:
    """Return what the forms of a manifest ask for; None in the first release, where no topic said so."""
    if around.organisation.is_first_release:
        return None
    metrics, main = tuple(around.organisation.metrics.values()), around.processes.get(around.case.main or "")
    start_form = main.start_form if main is not None else None
    return Answers(around.forms, metrics, start_form, frozenset(around.case.facts))


def check_reads(process: Process, topics: Mapping[str, Topic], answers: Answers, report: Report) -> None:
    """Judge what the service tasks of a process read."""
    for element in process.elements.values():
        topic = topics.get(element.extensions.attribute("topic") or "")
        if topic is not None:
            _check(element, topic, answers, report)


def _check(element: Element, topic: Topic, answers: Answers, report: Report) -> None:
    for parameter, keys in topic.reads.items():
        if parameter == PLAN_TEXT:
            _text(element, topic, keys, answers, report)
        elif parameter == FACTS:
            _facts(element, topic, keys, answers, report)
        elif parameter != START_FORM:
            form = dict(element.extensions.inputs).get(parameter, "").strip()
            _form(element, topic, parameter, form, report, answers)
            _keys(element, topic, form, keys, answers, report)
        elif answers.start_form is not None:
            _keys(element, topic, answers.start_form, keys, answers, report)


def _text(node: Element, topic: Topic, keys: tuple[str, ...], answers: Answers, report: Report) -> None:
    for key in keys:
        if key not in answers.text:
            report.error(
                node,
                "reads-nothing",
                "The topic {topic!r} reads {key!r} of the plan, but no form marks such a field with "
                "text = plan.{hint}",
                topic=topic.name,
                key=key,
                hint=suggestion(key, answers.text),
            )


def _facts(node: Element, topic: Topic, names: tuple[str, ...], answers: Answers, report: Report) -> None:
    for name in names:
        if name not in answers.facts:
            report.error(
                node,
                "unknown-fact",
                "The topic {topic!r} reads case.{name}, which case.yaml does not declare.{hint}",
                topic=topic.name,
                name=name,
                hint=suggestion(name, answers.facts),
            )


def _form(node: Element, topic: Topic, parameter: str, form: str, report: Report, answers: Answers) -> None:
    if form not in answers.forms:
        report.error(
            node,
            "unknown-form",
            "The topic {topic!r} reads a form: give its id in the parameter {parameter!r}.{hint}",
            topic=topic.name,
            parameter=parameter,
            hint=suggestion(form, answers.forms),
        )


def _keys(
    node: Element, topic: Topic, form: str, keys: tuple[str, ...], answers: Answers, report: Report
) -> None:
    if form not in answers.forms:
        return
    known = answers.of(form)
    for key in (each for wanted in keys for each in answers.wanted(wanted)):
        if key not in known:
            report.error(
                node,
                "reads-nothing",
                "The topic {topic!r} reads {key!r} of the form {form!r}, which has no such field.{hint}",
                topic=topic.name,
                key=key,
                form=form,
                hint=suggestion(key, known),
            )
