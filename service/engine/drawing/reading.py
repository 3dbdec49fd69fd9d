"""Reads a BPMN file into a Drawing. What refers to nothing is left out, not repaired: the check names it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.engine.drawing import extensions
from service.engine.drawing.kinds import FLOW_NODES
from service.engine.drawing.model import Container, Drawing, Element, Process
from service.engine.drawing.parts import Declared, EventDefinition, Flow, Place, WrittenTime
from service.engine.drawing.tidying import tidied
from service.engine.files.kept import kept_by_content
from service.engine.files.xml import BPMN, Tag, read_xml, refusal, text_of
from service.wording import Text

DECLARED = ("message", "signal", "error", "escalation")
TIMES = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


@kept_by_content
def read_drawing(name: str, content: bytes) -> Drawing:
    """Return a drawing, read once per name and content. Raises InvalidDeployment when it is no BPMN file."""
    root = read_xml(name, content)
    if (root.name, root.space) != ("definitions", BPMN):
        message = Text("This is not a BPMN 2.0 file: its root is no bpmn:definitions.")
        raise refusal(name, root.line, "not-bpmn", message)
    root = tidied(root)
    declared = {(each.kind, each.id): each for kind in DECLARED for each in _declared(kind, root)}
    processes = tuple(_Reader(name, process, declared).process() for process in root.all("process", BPMN))
    return Drawing(name, processes, declared, root)


def _declared(kind: str, root: Tag) -> Iterator[Declared]:
    for tag in root.all(kind, BPMN):
        yield Declared(kind, tag.id, tag.line, tag.get("name"), tag.get(f"{kind}Code"))


@dataclass(frozen=True)
class _Around:
    """What an element needs to know of the container it stands in."""

    key: str
    lane: str | None
    incoming: Mapping[str, Sequence[Flow]]
    outgoing: Mapping[str, Sequence[Flow]]


class _Reader:
    """Reads one process of a file."""

    def __init__(self, file: str, tag: Tag, declared: Mapping[tuple[str, str], Declared]) -> None:
        self._file, self._tag, self._declared = file, tag, declared
        self._lanes = dict(_lanes(tag))

    def process(self) -> Process:
        tag = self._tag
        return Process(
            key=tag.id,
            name=tag.get("name") or tag.id,
            file=self._file,
            line=tag.line,
            documentation=_documentation(tag),
            properties=extensions.properties_of(tag),
            body=self._container(tag, tag.id, None),
            tag=tag,
        )

    def _container(self, tag: Tag, key: str, lane: str | None) -> Container:
        nodes: dict[str, Tag] = {}
        for child in tag.children:
            if child.space == BPMN and child.name in FLOW_NODES and child.id:
                nodes.setdefault(child.id, child)
        flows = tuple(_flow(each, nodes) for each in tag.all("sequenceFlow", BPMN))
        joined = [flow for flow in flows if flow.source in nodes and flow.target in nodes]
        incoming, outgoing = defaultdict(list), defaultdict(list)
        for flow in joined:
            incoming[flow.target].append(flow)
            outgoing[flow.source].append(flow)
        elements = self._elements(nodes, _Around(key, lane, incoming, outgoing))
        return Container(tag.id, key, self._tag.id, tag.line, elements, flows, tag)

    def _elements(self, nodes: Mapping[str, Tag], around: _Around) -> dict[str, Element]:
        """Return the elements in the order of the file; boundary events are made first, for their hosts."""
        attached: dict[str, list[Element]] = defaultdict(list)
        made: dict[str, Element] = {}
        for tag in nodes.values():
            if tag.name == "boundaryEvent":
                made[tag.id] = self._element(tag, around, ())
                attached[made[tag.id].attached_to].append(made[tag.id])
        for tag in nodes.values():
            if tag.id not in made:
                made[tag.id] = self._element(tag, around, attached[tag.id])
        return {name: made[name] for name in nodes}

    def _element(self, tag: Tag, around: _Around, attached: Sequence[Element]) -> Element:
        lane = self._lanes.get(tag.id, around.lane)
        embedded = tag.name == "subProcess"
        return Element(
            id=tag.id,
            kind=tag.name,
            name=tag.get("name"),
            line=tag.line,
            process=self._tag.id,
            parent=around.key.split("/")[-1] if "/" in around.key else None,
            lane=lane,
            documentation=_documentation(tag),
            extensions=extensions.read(tag),
            events=tuple(self._event(tag, each) for each in _definitions(tag)),
            message=self._declared.get(("message", tag.get("messageRef"))),
            incoming=tuple(around.incoming.get(tag.id, ())),
            outgoing=tuple(around.outgoing.get(tag.id, ())),
            boundary=tuple(attached),
            inner=self._container(tag, f"{around.key}/{tag.id}", lane) if embedded else None,
            tag=tag,
        )

    def _event(self, holder: Tag, tag: Tag) -> EventDefinition:
        kind = tag.name.removesuffix("EventDefinition")
        ref = tag.get(f"{kind}Ref")
        times = tuple(
            WrittenTime(TIMES[each.name], each.text, Place(holder.id, each.line))
            for each in tag.children
            if each.name in TIMES
        )
        return EventDefinition(kind, holder.id, tag.line, ref, self._declared.get((kind, ref)), times)


def _definitions(tag: Tag) -> Iterator[Tag]:
    return (each for each in tag.children if each.space == BPMN and each.name.endswith("EventDefinition"))


def _documentation(tag: Tag) -> str:
    return text_of(tag.first("documentation", BPMN))


def _lanes(process: Tag) -> Iterator[tuple[str, str]]:
    """Yield (element id, name of its lane), inner lanes after those around them."""
    for lane in process.everything():
        if lane.name == "lane" and lane.space == BPMN:
            yield from ((ref.text, lane.get("name")) for ref in lane.all("flowNodeRef", BPMN))


def _flow(tag: Tag, nodes: Mapping[str, Tag]) -> Flow:
    source = tag.get("sourceRef")
    return Flow(
        id=tag.id,
        line=tag.line,
        name=tag.get("name"),
        source=source,
        target=tag.get("targetRef"),
        condition=text_of(tag.first("conditionExpression", BPMN)),
        is_default=bool(tag.id) and source in nodes and nodes[source].get("default") == tag.id,
    )
