"""Ways to change a drawing at random: elements, flows, attributes, words, timers."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
NODES = ("Task", "Event", "Gateway", "subProcess", "callActivity")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")
TASKS = (
    "userTask",
    "manualTask",
    "task",
    "scriptTask",
    "serviceTask",
    "businessRuleTask",
    "sendTask",
    "receiveTask",
)
TEXTS = (
    "",
    "=",
    "=true",
    "=false",
    "null",
    "=1 +",
    "P2D",
    "PT0S",
    "R/PT1H",
    "24h",
    "=now()",
    "同意",
    "80,000",
    "=未知",
    "a/b",
)


def nodes(root: Any) -> list[Any]:
    found = [each for each in root.iter() if isinstance(each.tag, str) and each.tag.startswith(BPMN)]
    return [
        each
        for each in found
        if each.get("id") and any(kind in each.tag for kind in NODES) and "Definition" not in each.tag
    ]


def flows(root: Any) -> list[Any]:
    return list(root.iter(f"{BPMN}sequenceFlow"))


def tidy(root: Any) -> None:
    """Take out what tools keep in step: the flows named within nodes, lanes and shapes of what is gone."""
    ids = {each.get("id") for each in root.iter() if isinstance(each.tag, str)}
    for tag in ("incoming", "outgoing"):
        for each in list(root.iter(f"{BPMN}{tag}")):
            each.getparent().remove(each)
    for each in list(root.iter(f"{BPMN}flowNodeRef")):
        if each.text not in ids:
            each.getparent().remove(each)
    for each in list(root):
        if isinstance(each.tag, str) and each.tag.endswith("BPMNDiagram"):
            root.remove(each)


def _drop_node(root: Any, dice: random.Random) -> str:
    node = dice.choice(nodes(root))
    name, bridge = node.get("id"), dice.random() < 0.7
    into = [each for each in flows(root) if each.get("targetRef") == name]
    out = [each for each in flows(root) if each.get("sourceRef") == name]
    for each in into:
        if bridge and out:
            each.set("targetRef", dice.choice(out).get("targetRef"))
        else:
            each.getparent().remove(each)
    # A flow that leads back to the node itself may be gone already.
    for each in [each for each in out if each.getparent() is not None]:
        each.getparent().remove(each)
    for each in [each for each in root.iter(f"{BPMN}boundaryEvent") if each.get("attachedToRef") == name]:
        for flow in [flow for flow in flows(root) if flow.get("sourceRef") == each.get("id")]:
            flow.getparent().remove(flow)
        each.getparent().remove(each)
    node.getparent().remove(node)
    return f"without {name}, " + ("its neighbours joined" if bridge else "and its flows")


def _flow(root: Any, dice: random.Random) -> str:
    flow = dice.choice(flows(root))
    name, others = flow.get("id"), [each.get("id") for each in nodes(root)]
    match dice.randrange(4):
        case 0:
            flow.getparent().remove(flow)
            return f"without the flow {name}"
        case 1:
            flow.set("targetRef", dice.choice(others))
            return f"the flow {name} to {flow.get('targetRef')}"
        case 2:
            flow.set("sourceRef", dice.choice(others))
            return f"the flow {name} from {flow.get('sourceRef')}"
        case _:
            new = etree.SubElement(flow.getparent(), f"{BPMN}sequenceFlow", id=f"new_{dice.randrange(10**6)}")
            new.set("sourceRef", dice.choice(others))
            new.set("targetRef", dice.choice(others))
            return f"a new flow from {new.get('sourceRef')} to {new.get('targetRef')}"


def _kind(root: Any, dice: random.Random) -> str:
    node = dice.choice([each for each in nodes(root) if each.tag.removeprefix(BPMN) in GATEWAYS + TASKS])
    kinds = GATEWAYS if node.tag.removeprefix(BPMN) in GATEWAYS else TASKS
    node.tag = BPMN + dice.choice(kinds)
    return f"{node.get('id')} as {node.tag.removeprefix(BPMN)}"


def change_attribute(root: Any, dice: random.Random) -> str:
    holders = [each for each in root.iter() if isinstance(each.tag, str) and each.attrib]
    holder = dice.choice(holders)
    name = dice.choice(list(holder.attrib))
    before = holder.get(name)
    if dice.random() < 0.3:
        del holder.attrib[name]
        return f"{holder.get('id', holder.tag)} without {name}"
    same = [each.get(name) for each in holders if each.get(name)]
    holder.set(name, dice.choice([*same, slip(before, dice), *TEXTS]))
    return f"{holder.get('id', holder.tag)}: {name} {before!r} → {holder.get(name)!r}"


def change_text(root: Any, dice: random.Random) -> str:
    holders = [each for each in root.iter() if isinstance(each.tag, str) and (each.text or "").strip()]
    if not holders:
        return change_attribute(root, dice)
    holder = dice.choice(holders)
    before = holder.text
    same = [each.text for each in holders if each.tag == holder.tag]
    holder.text = dice.choice([slip(before, dice), slip(before, dice), dice.choice(same), dice.choice(TEXTS)])
    return f"{holder.tag.rpartition('}')[2]} {before!r} → {holder.text!r}"


def _extension(root: Any, dice: random.Random) -> str:
    found = [each for each in root.iter() if isinstance(each.tag, str) and each.tag.startswith(CAMUNDA)]
    if not found:
        return change_attribute(root, dice)
    chosen = dice.choice(found)
    return gone_or_twice(chosen, f"{chosen.tag.rpartition('}')[2]} {dict(chosen.attrib)}", dice)


def gone_or_twice(chosen: Any, name: str, dice: random.Random) -> str:
    """Take an element out, or put it there once more."""
    if dice.random() < 0.5:
        chosen.getparent().remove(chosen)
        return f"without {name}"
    chosen.getparent().append(deepcopy(chosen))
    return f"{name} twice"


def _timer(root: Any, dice: random.Random) -> str:
    tasks = [each for each in nodes(root) if each.tag.endswith("serTask")]
    if not tasks:
        return change_attribute(root, dice)
    task, names = dice.choice(tasks), [each.get("id") for each in nodes(root)]
    number = dice.randrange(10**6)
    late = etree.SubElement(task.getparent(), f"{BPMN}boundaryEvent", id=f"late_{number}")
    late.set("attachedToRef", task.get("id"))
    late.set("cancelActivity", dice.choice(["true", "false"]))
    definition = etree.SubElement(late, f"{BPMN}timerEventDefinition")
    etree.SubElement(definition, f"{BPMN}timeDuration").text = dice.choice(
        ["P2D", "PT1M", "=workdays_after(now(), 2)"]
    )
    way = etree.SubElement(task.getparent(), f"{BPMN}sequenceFlow", id=f"way_{number}")
    way.set("sourceRef", late.get("id"))
    way.set("targetRef", dice.choice(names))
    return f"a timer at {task.get('id')} that leads to {way.get('targetRef')}"


def _twice(root: Any, dice: random.Random) -> str:
    node = dice.choice(nodes(root))
    again = deepcopy(node)
    again.set("id", dice.choice([node.get("id"), f"{node.get('id')}_2"]))
    node.getparent().append(again)
    return f"{node.get('id')} twice"


def slip(text: str | None, dice: random.Random) -> str:
    """Return a text with a letter lost, doubled, swapped or changed."""
    letters = list(text or "")
    if not letters:
        return dice.choice(TEXTS)
    place = dice.randrange(len(letters))
    match dice.randrange(4):
        case 0:
            del letters[place]
        case 1:
            letters.insert(place, letters[place])
        case 2:
            letters[place - 1], letters[place] = letters[place], letters[place - 1]
        case _:
            letters[place] = dice.choice("aZ0 _\"'=<>（“，。.-+*[]{}()0同")
    return "".join(letters)


DRAWN = (
    _drop_node,
    _flow,
    _flow,
    _kind,
    change_attribute,
    change_attribute,
    change_text,
    change_text,
    _extension,
    _timer,
    _twice,
)


def mutated(content: bytes, dice: random.Random, ways: tuple[Callable[..., str], ...]) -> tuple[str, bytes]:
    root = etree.fromstring(content)
    done = [dice.choice(ways)(root, dice) for _ in range(dice.choice([1, 1, 1, 2]))]
    if any(each.tag.endswith("BPMNDiagram") for each in root if isinstance(each.tag, str)):
        tidy(root)
    return "; ".join(done), etree.tostring(root, xml_declaration=True, encoding="UTF-8")
