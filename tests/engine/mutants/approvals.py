"""Decisions taken away or led past on purpose, as somebody at a drawing board would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lxml import etree

from service.engine.check import check
from service.handlers import HANDLERS
from tests.engine.mutants.drawings import BPMN, CAMUNDA, flows, nodes, tidy
from tests.engine.mutants.files import Files, Mutant, company


def approvals(files: Files) -> Iterator[Mutant]:
    """Yield what takes a decision away or leads past it, at each, and where a phase with some is called."""
    deciding = _deciding(files)
    for file in _drawings(files):
        for node in nodes(etree.fromstring(files[file])):
            if _decides(node) or node.get("calledElement") in deciding:
                for break_ in BROKEN_BY:
                    fresh = etree.fromstring(files[file])
                    [same] = [each for each in nodes(fresh) if each.get("id") == node.get("id")]
                    if what := break_(fresh, same):
                        tidy(fresh)
                        _prune(fresh)
                        yield Mutant(
                            file, f"{node.get('id')}: {what}", etree.tostring(fresh, encoding="UTF-8")
                        )


def _drawings(files: Files) -> list[str]:
    return sorted(name for name in files if name.endswith(".bpmn"))


def _decides(node: Any) -> bool:
    properties = node.iter(f"{CAMUNDA}property")
    return any(each.get("name") == "approval" and each.get("value") == "true" for each in properties)


def _deciding(files: Files) -> set[str]:
    """Return the processes in which something is decided, or in what they call."""
    inside: dict[str, tuple[bool, set[str]]] = {}
    for file in _drawings(files):
        for process in etree.fromstring(files[file]).iter(f"{BPMN}process"):
            called = {each.get("calledElement") for each in process.iter(f"{BPMN}callActivity")}
            inside[process.get("id")] = any(_decides(each) for each in nodes(process)), called
    found = {key for key, (decides, _) in inside.items() if decides}
    while new := {key for key, (_, called) in inside.items() if key not in found and called & found}:
        found |= new
    return found


def _prune(root: Any) -> None:
    """Take out what nothing leads to any more."""
    while lost := [each for each in nodes(root) if _is_lost(root, each)]:
        for node in lost:
            for flow in [each for each in flows(root) if each.get("sourceRef") == node.get("id")]:
                flow.getparent().remove(flow)
            node.getparent().remove(node)


def _is_lost(root: Any, node: Any) -> bool:
    if node.tag in (f"{BPMN}startEvent", f"{BPMN}boundaryEvent") or node.get("triggeredByEvent") == "true":
        return False
    return not any(each.get("targetRef") == node.get("id") for each in flows(root))


def _around(root: Any, task: Any) -> tuple[Any, Any]:
    """Return a flow into a task, and the one out of it."""
    into = next((each for each in flows(root) if each.get("targetRef") == task.get("id")), None)
    out = next((each for each in flows(root) if each.get("sourceRef") == task.get("id")), None)
    return into, out


def _taken_out(root: Any, task: Any) -> str:
    _, out = _around(root, task)
    for each in [each for each in flows(root) if each.get("targetRef") == task.get("id")]:
        each.set("targetRef", out.get("targetRef"))
    for event in [
        each for each in root.iter(f"{BPMN}boundaryEvent") if each.get("attachedToRef") == task.get("id")
    ]:
        for flow in [flow for flow in flows(root) if flow.get("sourceRef") == event.get("id")]:
            flow.getparent().remove(flow)
        event.getparent().remove(event)
    out.getparent().remove(out)
    task.getparent().remove(task)
    return "taken out"


def _gateway(root: Any, task: Any, condition: str, default_skips: bool) -> None:
    into, out = _around(root, task)
    home = task.getparent()
    gateway = etree.SubElement(home, f"{BPMN}exclusiveGateway", id="shortcut")
    through = etree.SubElement(
        home, f"{BPMN}sequenceFlow", id="through", sourceRef="shortcut", targetRef=task.get("id")
    )
    past = etree.SubElement(
        home, f"{BPMN}sequenceFlow", id="past", sourceRef="shortcut", targetRef=out.get("targetRef")
    )
    into.set("targetRef", "shortcut")
    asked, default = (through, past) if default_skips else (past, through)
    gateway.set("default", default.get("id"))
    etree.SubElement(asked, f"{BPMN}conditionExpression").text = condition


def _led_past(root: Any, task: Any) -> str:
    _gateway(root, task, "=case.budget_total < 1000", default_skips=False)
    return "led past for small sums"


def _default_past(root: Any, task: Any) -> str:
    _gateway(root, task, '=case.tier = "ceo_meeting"', default_skips=True)
    return "past by default"


def _timer_past(root: Any, task: Any, *, interrupting: bool = True) -> str:
    _, out = _around(root, task)
    home = task.getparent()
    event = etree.SubElement(home, f"{BPMN}boundaryEvent", id="too_late", attachedToRef=task.get("id"))
    event.set("cancelActivity", "true" if interrupting else "false")
    definition = etree.SubElement(event, f"{BPMN}timerEventDefinition")
    etree.SubElement(definition, f"{BPMN}timeDuration").text = "P2D"
    etree.SubElement(
        home, f"{BPMN}sequenceFlow", id="on", sourceRef="too_late", targetRef=out.get("targetRef")
    )
    return "a timer goes on" if interrupting else "a reminder goes on beside it"


def _beside_past(root: Any, task: Any) -> str:
    return _timer_past(root, task, interrupting=False)


def _anybody(root: Any, task: Any) -> str:
    for each in list(task.iter(f"{CAMUNDA}property")):
        if each.get("name") == "notBy":
            each.getparent().remove(each)
            return "by the applicant too"
    return ""


def _unread(root: Any, task: Any) -> str:
    for each in list(task.iter(f"{CAMUNDA}inputOutput")):
        each.getparent().remove(each)
        return "its conclusion kept to itself"
    return ""


def _automatic(root: Any, task: Any) -> str:
    if task.tag == f"{BPMN}callActivity":
        return ""
    task.tag = f"{BPMN}task"
    for name in [name for name in task.attrib if name.startswith(CAMUNDA)]:
        del task.attrib[name]
    for each in list(task.iter(f"{BPMN}extensionElements")):
        each.getparent().remove(each)
    return "drawn as a step of nobody"


def _agreed(root: Any, task: Any) -> str:
    for each in task.iter(f"{CAMUNDA}outputParameter"):
        each.text = '="同意"'
        return f"{each.get('name')} always 同意"
    return ""


def _back_from_behind(root: Any, task: Any) -> str:
    """What went back after a refusal goes on, and the other way round."""
    _, out = _around(root, task)
    gateway = next((each for each in nodes(root) if each.get("id") == out.get("targetRef")), None)
    if gateway is None or not gateway.tag.endswith("exclusiveGateway") or not gateway.get("default"):
        return ""
    for flow in flows(root):
        if flow.get("sourceRef") == gateway.get("id"):
            for each in flow.iter(f"{BPMN}conditionExpression"):
                each.text = f"=not({(each.text or '').lstrip('=')})"
    return "its conclusion turned round"


BROKEN_BY = (
    _taken_out,
    _led_past,
    _default_past,
    _timer_past,
    _beside_past,
    _anybody,
    _unread,
    _automatic,
    _agreed,
    _back_from_behind,
)


NOT_PROVEN = "guarantee-not-proven"


def decisions(every: int = 1, first: int = 0, last: int | None = None) -> Iterator[tuple[Mutant, list[str]]]:
    """Yield what takes a decision away, or every so many of it, with the codes of the errors it meets.

    With them that of sentences that could not be proven.
    """
    files = company()
    for changed in islice(approvals(files), first, last, every):
        findings = check(changed.among(files), topics=HANDLERS)
        yield changed, [each.code for each in findings if each.severity == "error" or each.code == NOT_PROVEN]


def noticed(codes: Iterable[str]) -> str:
    """Say by whom a mutant was noticed, from what `decisions` tells of it.

    By nobody: no sentence of the company is broken, most often because a later step makes up for it.
    """
    told = set(codes)
    by_guarantee, by_check = "guarantee-broken" in told, bool(told - {"guarantee-broken", NOT_PROVEN})
    if by_guarantee:
        return "by both" if by_check else "by a guarantee"
    if by_check:
        return "by the check"
    return "as not proven" if told else "by nobody"
