"""Which activities and gateway branches scenarios have walked, per diagram."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.engine.drawing import Process, read_drawing
from service.engine.drawing.kinds import GATEWAYS
from service.wording import Text


@dataclass(frozen=True)
class Diagram:
    """What there is to walk in one process: activities and events, and the branches of its gateways.

    `branches`: flow id → how a person would call it.
    """

    key: str
    name: str
    activities: frozenset[str]
    branches: Mapping[str, str]


@dataclass
class Coverage:
    """What was walked, summed over scenarios."""

    diagrams: Mapping[str, Diagram]
    visited: dict[str, set[str]] = field(default_factory=dict)
    flows: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, files: Mapping[str, bytes], named: Collection[str] = ()) -> Coverage:
        """Return the empty coverage of a manifest, or of some of its files."""
        found = [
            _diagram(process)
            for name, content in files.items()
            if name.endswith(".bpmn") and (not named or name in named)
            for process in read_drawing(name, content).processes
        ]
        return cls({diagram.key: diagram for diagram in found})

    def add(self, walked: Iterable[tuple[str, str, str | None]]) -> None:
        """Add (process key, activity id, flow it was entered by) of a record."""
        for key, activity, flow in walked:
            self.visited.setdefault(key, set()).add(activity)
            self.flows.setdefault(key, set()).update((flow or "").split(","))

    def missing_activities(self, key: str) -> list[str]:
        return sorted(self.diagrams[key].activities - self.visited.get(key, set()))

    def missing_branches(self, key: str) -> list[str]:
        taken = self.flows.get(key, set())
        return [name for flow, name in self.diagrams[key].branches.items() if flow not in taken]

    def report(self, *, is_whole: bool = True) -> Iterator[str]:
        """Yield the lines of a table, with what is missing below each diagram that was entered.

        Unless all was asked for (`is_whole`), of those alone.
        """
        asked = [each for each in sorted(self.diagrams) if is_whole or self.visited.get(each)]
        if not asked:
            return
        yield Text("diagram                       activities    branches")
        for key, diagram in ((key, self.diagrams[key]) for key in asked):
            activities, branches = self.missing_activities(key), self.missing_branches(key)
            yield (
                f"{key:<28}{_share(len(diagram.activities), len(activities)):>12}"
                f"{_share(len(diagram.branches), len(branches)):>12}"
            )
            if not self.visited.get(key):
                continue
            if activities:
                yield Text("    never visited: {names}", names=", ".join(activities))
            if branches:
                yield Text("    never taken: {names}", names=", ".join(branches))


def _share(every: int, missing: int) -> str:
    return f"{every - missing}/{every}"


def _diagram(process: Process) -> Diagram:
    elements = process.elements
    activities = frozenset(key for key, element in elements.items() if element.kind not in GATEWAYS)
    branches: dict[str, str] = {}
    for flow in (flow for each in process.body.containers() for flow in each.flows):
        source = elements[flow.source]
        if source.kind in GATEWAYS - {"parallelGateway"} and len(source.outgoing) > 1:
            answer = f" ({flow.name})" if flow.name else ""
            branches[flow.id] = f"{flow.source} → {flow.target}{answer}"
    return Diagram(process.key, process.name, activities, branches)
