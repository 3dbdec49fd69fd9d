"""What changed between two manifests, in words: for whom, which step, which field, which cell.

Made of the same `Change`s that programs get. Where things stand on the page, and the flows that follow from a
step that came or went, are told apart (`is_minor`): a reader wants the rest first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from service.engine.decisions import Decision, Input, Output, read_dmn
from service.engine.drawing import Element, read_drawing
from service.errors import InvalidDeployment
from service.feel import walk
from service.runtime.releases.differences import FILE, Change
from service.runtime.step.views import View
from service.wording import Text, joined


@dataclass(frozen=True)
class ToldChange(View):
    """One thing that changed, as a sentence. `kind`: added, removed, changed."""

    file: str
    element: str
    kind: str
    text: str
    is_minor: bool = False


def told(
    changes: Iterable[Change], before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> Iterator[ToldChange]:
    """Yield what changed as sentences, by file."""
    for name, found in groupby(changes, key=lambda each: each.file):
        yield from _file(name, list(found), before.get(name), after.get(name))


def _file(name: str, changes: list[Change], old: bytes | None, new: bytes | None) -> Iterator[ToldChange]:
    if changes[0].property == FILE:
        is_new = old is None
        text = Text("The file is new.") if is_new else Text("The file is gone.")
        yield ToldChange(name, "", "added" if is_new else "removed", text)
        return
    was, now = (_reader(name)(name, content or b"") for content in (old, new))
    for element, found in groupby(changes, key=lambda each: each.element):
        yield from _element(element, list(found), was, now)


def _element(element: str, changes: list[Change], was: _Words, now: _Words) -> Iterator[ToldChange]:
    there = {change.property: change for change in changes}
    came = there.get("element")
    if came is not None and (came.before is None or came.after is None):
        kind, words = ("added", now) if came.before is None else ("removed", was)
        text = words.whole(element, kind)
        yield ToldChange(changes[0].file, element, kind, text, words.is_minor(element))
        return
    for change in changes:
        yield ToldChange(
            change.file,
            element,
            "changed",
            _changed(now.title(element), now.label(element, change.property), change),
            change.property in ("layout", "element", "order") or now.is_drawn_only(change.property),
        )


def _changed(title: str, label: str, change: Change) -> Text:
    before, after = (said(each) for each in (change.before, change.after))
    if change.property == "layout":
        return Text("{title}: moved on the page", title=title)
    if before is None:
        return Text("{title}: {label} is now {after}", title=title, label=label, after=after or "")
    if after is None:
        return Text("{title}: {label} {before} is gone", title=title, label=label, before=before)
    return Text(
        "{title}: {label} was {before}, now {after}", title=title, label=label, before=before, after=after
    )


# ---- values ------------------------------------------------------------------------------------------

_WORKDAYS = re.compile(r"=?\s*workdays_after\(\s*(?:now|today)\(\)\s*,\s*(\d+)\s*\)")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


def said(value: str | None) -> Text | str | None:
    """Return a value as people say it: times in words, all else as it is written."""
    if value is None:
        return None
    workdays = _WORKDAYS.fullmatch(value.strip())
    if workdays:
        return Text("{count} workdays", count=int(workdays[1]))
    parts = _DURATION.fullmatch(value.strip())
    if parts is None or not any(parts.groups()):
        return value
    days, hours, minutes = parts.groups()
    units = [
        *([Text("{count} days", count=int(days))] if days else []),
        *([Text("{count} hours", count=int(hours))] if hours else []),
        *([Text("{count} minutes", count=int(minutes))] if minutes else []),
    ]
    return joined(units, "{first} {rest}")


# ---- words -------------------------------------------------------------------------------------------


class _Words:
    """How one version of a file calls its elements and their properties."""

    def title(self, element: str) -> str:
        return element

    def label(self, element: str, prop: str) -> str:
        return prop

    def whole(self, element: str, kind: str) -> Text:
        """Return the sentence for an element that came or went."""
        title = self.title(element)
        if kind == "added":
            return Text("{title} is new", title=title)
        return Text("{title} is gone", title=title)

    def is_minor(self, element: str) -> bool:
        """Say whether that an element came or went only follows from something else."""
        return False

    def is_drawn_only(self, prop: str) -> bool:
        return False


_PROPERTIES: Mapping[str, Text] = {
    "name": Text("name"),
    "lane": Text("lane"),
    "formRef": Text("form"),
    "dueDate": Text("due"),
    "documentation": Text("description"),
    "conditionExpression": Text("condition"),
    "candidateGroups": Text("who may do it"),
    "candidateUsers": Text("who may do it"),
    "assignee": Text("who does it"),
    "collection": Text("list of elements"),
    "completionCondition": Text("is complete when"),
    "topic": Text("automatic step"),
    "decisionRef": Text("decision table"),
    "calledElement": Text("called process"),
    "resultVariable": Text("result"),
    "script": Text("calculation"),
    "default": Text("default flow"),
    "sourceRef": Text("comes from"),
    "targetRef": Text("leads to"),
    "attachedToRef": Text("at the edge of"),
    "cancelActivity": Text("interrupts"),
    "hitPolicy": Text("hit policy"),
    "description": Text("note"),
    "label": Text("label"),
    "type": Text("kind"),
    "min": Text("at least"),
    "max": Text("at most"),
    "required": Text("required"),
    "minLength": Text("characters at least"),
    "maxLength": Text("characters at most"),
    "order": Text("order of the fields"),
}
_KEYED: tuple[tuple[re.Pattern[str], Callable[[str], Text]], ...] = (
    (re.compile(r"inputParameter\[(.+?)\]"), lambda key: Text("input {name}", name=key)),
    (re.compile(r"outputParameter\[(.+?)\]"), lambda key: Text("output {name}", name=key)),
    (re.compile(r"property\[(.+?)\]\.value"), lambda key: Text("property {name}", name=key)),
    (re.compile(r"in\[(.+?)\].*"), lambda key: Text("handed in {name}", name=key)),
    (re.compile(r"out\[(.+?)\].*"), lambda key: Text("handed back {name}", name=key)),
)


def _label(prop: str) -> str:
    """Return what owners call a property; its own name where there is no word for it."""
    for pattern, word in _KEYED:
        if found := pattern.fullmatch(prop):
            return word(found[1])
    if re.search(r"\.time(Date|Duration|Cycle)$", prop):
        return Text("time")
    return _PROPERTIES.get(prop) or _PROPERTIES.get(prop.rpartition(".")[2]) or prop


def _with(what: Text, facts: list[Text]) -> Text:
    """Return a sentence with what else there is to say, in brackets."""
    return Text("{what} ({facts})", what=what, facts=joined(facts, "{first}, {rest}")) if facts else what


class _Drawing(_Words):
    def __init__(self, name: str, content: bytes) -> None:
        self._processes = read_drawing(name, content).processes

    @cached_property
    def _elements(self) -> Mapping[str, Element]:
        return {key: each for process in self._processes for key, each in process.elements.items()}

    @cached_property
    def _flows(self) -> Mapping[str, tuple[str, str, str]]:
        return {
            flow.id: (flow.name, flow.source, flow.target)
            for element in self._elements.values()
            for flow in element.outgoing
        }

    def title(self, element: str) -> str:
        if element in self._flows:
            name, source, target = self._flows[element]
            ends = f"{self._name(source)} → {self._name(target)}"
            return f"{ends}（{name}）" if name else ends
        processes = {process.key: process.name for process in self._processes}
        return processes.get(element) or self._name(element)

    def _name(self, element: str) -> str:
        return self._elements[element].title if element in self._elements else element

    def label(self, element: str, prop: str) -> str:
        return _label(prop)

    def whole(self, element: str, kind: str) -> Text:
        plain = super().whole(element, kind)
        drawn = self._elements.get(element)
        if drawn is None or kind == "removed":
            return plain
        due = said(drawn.extensions.attribute("dueDate"))
        facts = [
            *([Text("lane {name}", name=drawn.lane)] if drawn.lane else []),
            *([Text("form {name}", name=drawn.form)] if drawn.form else []),
            *([Text("due {time}", time=due)] if due else []),
            *([Text("calls {name}", name=drawn.called)] if drawn.called else []),
        ]
        return _with(plain, facts)

    def is_minor(self, element: str) -> bool:
        return element not in self._elements

    def is_drawn_only(self, prop: str) -> bool:
        return prop in ("sourceRef", "targetRef", "default")


class _Tables(_Words):
    def __init__(self, name: str, content: bytes) -> None:
        self._decisions = read_dmn(name, content).decisions

    def _rule(self, element: str) -> tuple[Decision, int] | None:
        found = (
            (decision, number)
            for decision in self._decisions
            for number, rule in enumerate(decision.rules)
            if rule.id == element
        )
        return next(found, None)

    def _column(self, element: str) -> str:
        columns = (each for decision in self._decisions for each in _columns(decision))
        return next((each.label or each.id for each in columns if each.id == element), element)

    def title(self, element: str) -> str:
        rule = self._rule(element)
        if rule is not None:
            decision, number = rule
            return Text("{table}, rule {number}", table=decision.name or decision.id, number=number + 1)
        names = {decision.id: decision.name for decision in self._decisions}
        return names.get(element) or self._column(element)

    def label(self, element: str, prop: str) -> str:
        rule, cell = self._rule(element), re.fullmatch(r"(input|output)Entry(?:\[(\d+)\])?\.text", prop)
        if rule is not None and cell is not None:
            decision, place = rule[0], int(cell[2] or 0)
            columns = [*decision.inputs] if cell[1] == "input" else [*decision.outputs]
            if place < len(columns):
                return columns[place].label or columns[place].id
        return _label(prop)

    def whole(self, element: str, kind: str) -> Text:
        plain, rule = super().whole(element, kind), self._rule(element)
        if rule is None:
            return plain
        decision, number = rule
        row = decision.rules[number]
        written = zip(_columns(decision), (*row.inputs, *row.outputs), strict=False)
        cells = [
            Text("{column} {cell}", column=column.label or column.id, cell=cell)
            for column, cell in written
            if cell not in ("", "-")
        ]
        return _with(plain, cells)


def _columns(decision: Decision) -> list[Input | Output]:
    return [*decision.inputs, *decision.outputs]


class _Form(_Words):
    def __init__(self, name: str, content: bytes) -> None:
        self._labels: dict[str, str] = {"": Text("The form")}
        for component in walk(json.loads(content)):
            holder = ".".join(each.name for each in component.around)
            key = f"{holder}.{component.name}" if holder else component.name
            self._labels[key] = str(component.raw.get("label") or component.raw.get("text") or "")[:60]

    def title(self, element: str) -> str:
        label = self._labels.get(element)
        if not label or isinstance(label, Text):
            return label or element
        return Text("field {label} ({key})", label=label, key=element)

    def label(self, element: str, prop: str) -> str:
        return _label(prop)


class _Plain(_Words):
    def __init__(self, name: str, content: bytes) -> None:
        pass

    def label(self, element: str, prop: str) -> str:
        return prop.removeprefix(f"{element}.")


def _reader(name: str) -> Callable[[str, bytes], _Words]:
    kinds: Mapping[str, Callable[[str, bytes], _Words]] = {"bpmn": _Drawing, "dmn": _Tables, "form": _Form}
    read = kinds.get(name.rpartition(".")[2], _Plain)

    def reading(name: str, content: bytes) -> _Words:
        try:
            return read(name, content)
        except (InvalidDeployment, ValueError):
            # Deployed before the check knew better: told by ids.
            return _Plain(name, content)

    return reading
