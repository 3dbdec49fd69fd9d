"""Names that cross from one file into another: what topics name, what is set for nobody, what forms read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from service.engine.check.expressions import ALWAYS_KNOWN, Expression
from service.engine.check.kinds import unknown_names
from service.engine.check.messages import caught
from service.engine.check.report import Report
from service.engine.check.scopes import Scopes
from service.engine.check.surroundings import Surroundings, Topic
from service.engine.check.variables import AT_START
from service.engine.decisions import reads
from service.engine.drawing import Element, Process
from service.engine.drawing.kinds import PEOPLE
from service.engine.files.findings import Finding
from service.engine.files.nearest import nearest, suggestion
from service.engine.kinds.infer import infer
from service.engine.kinds.model import ANY, BOOLEAN, LIST, NULL, NUMBER, Kind, join, of, text
from service.engine.kinds.reader import Names
from service.engine.kinds.sources import answers, rows
from service.feel import parse, parse_all, strip_equals
from service.feel.per_schema import PerSchema
from service.feel.schema import Component, Schema, components
from service.wording import SILENT, Text

OWN_WORDS = frozenset(
    {"this", "parent", "i", "value", "item", "partial", "_this_", "_parent_", "_i_", "case"}
)
"""What every expression of a form may read beside its keys and what the task hands in."""
_TEMPLATE = re.compile(r"{{(?![#/@])(.+?)}}", re.DOTALL)
_RULE = re.compile(r"requiredIf|(?:assert|warn)[2-9]?")
_TRUTHS = frozenset({"hide", "requiredIf"})
Written = tuple[Component, str, str, int]
"""A component, the name of a property, the expression in it, and the kinds it takes (0: any)."""


def check_names(process: Process, around: Surroundings, scopes: Scopes, report: Report) -> None:
    """Report names in a process that nobody answers to."""
    read = _read_in(process, around)
    for element in process.elements.values():
        _topic(element, process, around, scopes, report)
        for expression in around.expressions(element):
            if expression.role == "output" and element.kind in PEOPLE:
                _takes_itself(element, expression, around, report)
            elif expression.role == "output":
                _not_brought(element, expression, around, scopes, report)
        _unread(element, read, report)
        if element.kind in PEOPLE and element.form is None and element.extensions.inputs:
            report.warning(
                element,
                "shows-nothing",
                "{element!r} has no form, so nobody sees what its input parameters hand in: give it one.",
                element=element.title,
            )


def _topic(element: Element, process: Process, around: Surroundings, scopes: Scopes, report: Report) -> None:
    """Judge the parameters of a service task that name something."""
    topic = around.topics.get(element.extensions.attribute("topic") or "")
    if topic is None:
        return
    given = {each.target: scopes.inferred(element, each).kind for each in around.expressions(element)
             if each.role == "input"}  # fmt: skip
    for name, written in element.extensions.inputs:
        known = _known(topic, name, process, around)
        if known is None:
            continue
        kind = given[name] if name in given else text(*_listed(written))
        wrong = [
            each for each in unknown_names(kind, frozenset(known)) if name not in given or each in written
        ]
        for each in wrong:
            report.error(
                element,
                "unknown-name",
                "{element!r}, input parameter {name}: there is no {what} {word!r}.{hint}",
                element=element.title,
                name=name,
                what=_WORDS[topic.kinds[name]],
                word=each,
                hint=suggestion(each, known),
            )


def _listed(written: str) -> list[str]:
    return [part.strip() for part in re.split("[,，、]", written) if part.strip()] or [""]


_WORDS: Mapping[str, Text] = {
    "activity": Text("activity"),
    "groups": Text("group or relation"),
    "process": Text("process"),
    "message": Text("message"),
    "forms": Text("form"),
}


def _known(topic: Topic, name: str, process: Process, around: Surroundings) -> Collection[str] | None:
    """Return what a parameter may name; None where it names nothing that can be looked up."""
    means = topic.kinds.get(name)
    if means == "activity":
        return [key for each in around.processes.values() for key in each.elements]
    if means == "groups":
        return around.groups
    if means == "process":
        return around.processes.keys()
    if means == "forms":
        unread = {name.removesuffix(".form") for name in around.unreadable}
        return around.forms.keys() | unread
    return (
        {each for known in around.processes.values() for each in caught(known)}
        if means == "message"
        else None
    )


def _takes_itself(element: Element, expression: Expression, around: Surroundings, report: Report) -> None:
    """Report an output parameter that reads the variable it sets, and nothing that was answered."""
    keys = around.answers_to(element.form or "")
    read = expression.parsed.names
    if keys is None or expression.target not in read or read & keys:
        return
    report.error(
        expression.at,
        "takes-itself",
        "{element!r}, {what} {expression!r}: the form {form!r} asks for no {name!r}, so the variable takes "
        "itself over.{hint}",
        element=element.title,
        what=expression.what,
        expression=expression.text.strip(),
        form=element.form or "",
        name=expression.target,
        hint=suggestion(expression.target, keys),
    )


def _not_brought(
    element: Element, expression: Expression, around: Surroundings, scopes: Scopes, report: Report
) -> None:
    """Report a name that neither the decision or the handler of a task brings nor any variable has."""
    brought = _brings(element, around)
    if brought is None:
        return
    known = brought | scopes.variables(element.process) | expression.local | AT_START | ALWAYS_KNOWN
    for name in sorted(expression.parsed.names - known):
        report.error(
            expression.at,
            "unknown-variable",
            "{element!r}, {what} {expression!r} reads {name!r}, which it does not bring.{hint}",
            element=element.title,
            what=expression.what,
            expression=expression.text.strip(),
            name=name,
            hint=suggestion(name, brought),
        )


def _brings(element: Element, around: Surroundings) -> frozenset[str] | None:
    """Return the names a task brings for its output parameters; None where that cannot be said."""
    if element.kind == "businessRuleTask":
        decision = around.decisions.get(element.extensions.attribute("decisionRef") or "")
        names = [column.name for column in decision.outputs] if decision is not None else None
    else:
        topic = around.topics.get(element.extensions.attribute("topic") or "")
        names = list(topic.outputs) if topic is not None else None
    result = element.extensions.attribute("resultVariable") or ""
    return None if names is None else frozenset({*names, result})


def _read_in(process: Process, around: Surroundings) -> frozenset[str] | None:
    """Return every name that is read of a process's variables; None where any may be."""
    found: set[str] = set()
    for element in process.elements.values():
        for expression in around.expressions(element):
            if expression.role != "out":
                found |= expression.parsed.reads
        decision = around.decisions.get(element.extensions.attribute("decisionRef") or "")
        found |= reads(decision) if decision is not None else frozenset()
        if any(mapped.everything for mapped in element.extensions.call_in):
            return None
    for other in around.processes.values():
        for element in other.elements.values():
            if element.called == process.key:
                if any(mapped.everything for mapped in element.extensions.call_out):
                    return None
                for expression in around.expressions(element):
                    found |= expression.parsed.reads if expression.role == "out" else frozenset()
    return frozenset(found)


def _unread(element: Element, read: frozenset[str] | None, report: Report) -> None:
    """Report what is set and read nowhere, where a name that is read is so near that it was meant."""
    if read is None:
        return
    named = [name for name, _ in element.extensions.outputs if not name.startswith("case.")]
    named += [
        mapped.target for mapped in element.extensions.call_out if not mapped.target.startswith("case.")
    ]
    named.append(element.extensions.attribute("resultVariable") or "")
    for name in named:
        near = nearest(name, read - ALWAYS_KNOWN) if name and name not in read else ""
        if near and near not in named:
            report.warning(
                element,
                "never-read",
                "{element!r} sets {name!r}, which nothing reads. Did you mean {near!r}?",
                element=element.title,
                name=name,
                near=near,
            )


def check_form_names(around: Surroundings, scopes: Scopes) -> Iterator[Finding]:
    """Yield what is wrong with the expressions of forms that tasks and starts ask with."""
    handed = _handed_in(around, scopes)
    used = {name: schema for name, schema in around.schemas.items() if name.removesuffix(".form") in handed}
    parse_all((source, False) for schema in used.values() for _, _, source, _ in _WRITTEN.of(schema))
    for file, schema in used.items():
        yield from _form(file, schema, handed[file.removesuffix(".form")], scopes)


def _handed_in(around: Surroundings, scopes: Scopes) -> Mapping[str, Names]:
    """Return what each form is handed in by the tasks that ask with it, by its id."""
    found: dict[str, dict[str, Kind]] = {}
    for process in around.processes.values():
        for element in process.elements.values():
            if not element.form or element.form not in around.forms:
                continue
            names = found.setdefault(element.form, {})
            kinds = {each.target: scopes.inferred(element, each).kind for each in around.expressions(element)
                     if each.role == "input"}  # fmt: skip
            for name, written in element.extensions.inputs:
                kind = kinds.get(name, text(written))
                names[name] = join(names[name], kind) if name in names else kind
    return found


def _form(file: str, schema: Schema, handed: Names, scopes: Scopes) -> Iterator[Finding]:
    own = answers(schema)
    # A handed in date is text by the time a form reads it; null is what is not there yet.
    names = {**dict.fromkeys(handed, ANY), **own, "case": scopes.case, "value": ANY}
    inside = rows(schema)
    for component, what, source, wanted in _WRITTEN.of(schema):
        holder = component.rows_of
        here = names if holder is None else {**names, "this": inside.get(holder, ANY)}
        for code, message in _judge(what, source, wanted, here):
            place = str(component.raw.get("id") or component.name)
            yield Finding(file, 0, place, "error", code, message)


def _judge(what: str, source: str, wanted: int, names: Names) -> Iterator[tuple[str, Text]]:
    parsed = parse(source)
    if parsed.problems:
        return
    said = {"what": what, "expression": source}
    for name in sorted(parsed.names - names.keys() - OWN_WORDS):
        hint = suggestion(name, [each for each in names if each not in OWN_WORDS])
        yield (
            "unknown-key",
            Text(
                "{what} {expression!r} reads {name!r}, no key of the form and handed in by no task.{hint}",
                **said,
                name=name,
                hint=hint,
            ),
        )
    found = infer(source, parsed, names)
    for misfit in found.misfits:
        yield misfit.code, Text("{what} {expression!r}: {reason}", **said, reason=misfit.message)
    if wanted and not found.misfits and not found.kind.may_be(wanted):
        reason = Text(
            "it is {kind} where {wanted} is needed.{mend}",
            kind=found.kind.said,
            wanted=of(wanted & ~NULL).said,
            mend=SILENT,
        )
        yield "kind-place", Text("{what} {expression!r}: {reason}", **said, reason=reason)


def _written(schema: Schema) -> tuple[Written, ...]:
    """Return the expressions of a form, without their equals sign."""
    return tuple((each, *written) for each in components(schema) for written in _of_component(each))


def _of_component(component: Component) -> Iterator[tuple[str, str, int]]:
    raw = component.raw
    for holder, name, wanted in _PLACES:
        inner = raw.get(holder) if holder else raw
        written = inner.get(name) if isinstance(inner, Mapping) else None
        is_feel = isinstance(written, str) and (written.startswith("=") or name == "expression")
        if is_feel and strip_equals(str(written)):
            yield name, strip_equals(str(written)), wanted
    for name, rule in component.properties.items():
        if _RULE.fullmatch(name) and isinstance(rule, str) and strip_equals(rule):
            yield name, strip_equals(rule), BOOLEAN | NULL
    for name in ("text", "label", "description"):
        if isinstance(raw.get(name), str):
            yield from ((name, found.strip(), 0) for found in _TEMPLATE.findall(raw[name]) if found.strip())


_PLACES: tuple[tuple[str, str, int], ...] = (
    ("", "expression", 0),
    ("conditional", "hide", BOOLEAN | NULL),
    ("", "readonly", BOOLEAN | NULL),
    ("", "valuesExpression", LIST | NULL),
    ("", "dataSource", LIST | NULL),
    *(("validate", name, NUMBER | NULL) for name in ("min", "max", "minLength", "maxLength")),
)
_WRITTEN = PerSchema(_written)
