"""How a case stands that is under way, as a walk begins there: tokens, what is known, what was completed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from service.engine.drawing import Element
from service.engine.guarantees.answers import answers_of
from service.engine.guarantees.evaluating import possible
from service.engine.guarantees.formulas import formula
from service.engine.guarantees.net import Net
from service.engine.guarantees.standing import IN, Placed
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.unfolding import Frame
from service.engine.guarantees.values import UNKNOWN, Value, abstract
from service.engine.guarantees.watching import BROKEN, Met, Watch
from service.engine.progress import Spot, Stand

Path = tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """Something completed in the case: with these answers, and the facts before and behind it."""

    definition: str
    activity_id: str
    answers: Mapping[str, Any]
    before: Mapping[str, Any]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Here:
    """Where a case stands. `done` is in order; tokens have only just `come` to the places named so."""

    subject: Subject
    stand: Stand
    facts: Mapping[str, Any]
    done: tuple[Done, ...] = ()
    come: frozenset[Path] = frozenset()

    @property
    def process(self) -> str:
        return self.stand.process

    def fact(self, name: str) -> Value:
        """Return what is known of `case.<name>`."""
        return _value_at(self.facts, name.removeprefix("case."))

    def variable(self, name: str, frame: Frame) -> Value:
        """Return what is known of a variable of a frame."""
        return _value_at(self._scopes.get(_around(frame), {}), name)

    def placed(self, net: Net) -> Iterator[Placed]:
        """Yield where its tokens stand on a net, the activities around them first, each once."""
        return iter(dict.fromkeys(each for spot in self.stand.spots for each in self._placed(net, spot)))

    def memory(self, watch: Watch) -> int:
        """Return what a sentence remembers of what was completed so far."""
        memory = 0
        for each in self.done:
            element = self._element(each)
            if element is None or element not in watch.left or memory < 0:
                continue
            left, _ = watch.met(memory, _left(element, each))
            # What was set aside before is no news: from there on it counts as if nothing had been done.
            memory = left if left != BROKEN else memory
        return memory

    @cached_property
    def _scopes(self) -> Mapping[Path, Mapping[str, Any]]:
        """The variables by the activities around them; of one that runs several times nothing is known."""
        found: dict[Path, dict[str, Any]] = {}
        firsts: dict[Path, str] = {}
        for view in self.stand.scopes:
            path = tuple(part.partition("[")[0] for part in view.path.split("/") if part)
            is_element = view.path.endswith("]")
            if is_element and firsts.setdefault(path, view.path) != view.path:
                found[path] = {}
            else:
                found.setdefault(path, {}).update(view.variables)
        return found

    def _placed(self, net: Net, spot: Spot) -> Iterator[Placed]:
        frame = net.frames[0]
        for depth, name in enumerate(spot.path[:-1], 1):
            host, has_come = frame.container.elements[name], spot.path[:depth] in self.come
            child = frame.children[host]
            if net.is_quiet(child):
                hands_through = host.kind == "callActivity" and net.hands_through(host)
                yield Placed(frame, host, IN if hands_through else "", has_come)
                return
            yield Placed(frame, host, IN, has_come)
            frame = child
        yield Placed(frame, frame.container.elements[spot.path[-1]], spot.flow, spot.path in self.come)

    def _element(self, done: Done) -> Element | None:
        process = self.subject.processes.get(done.definition)
        return process.elements.get(done.activity_id) if process is not None else None


def _left(element: Element, done: Done) -> Met:
    """Return something completed as a sentence meets it: the answers, and what they set as far as known."""
    known, before = facts_known(done.facts), facts_known(done.before)
    if done.answers and element.extensions.multi_instance is None:
        answers = {name: abstract(value) for name, value in done.answers.items()}
        given = {**known, **answers}
        known |= {f"{answers_of(element.form or '')}.{name}": value for name, value in answers.items()}
        for name, text in element.extensions.outputs:
            values = possible(formula(text), given)
            if len(values) == 1 and not name.startswith("case."):
                known[name] = next(iter(values))
    return Met("leave", element, known, lambda: before)


def facts_known(facts: Mapping[str, Any]) -> dict[str, Value]:
    """Return the facts of a case as sentences ask for them."""
    return {f"case.{name}": abstract(value) for name, value in facts.items()}


def _around(frame: Frame) -> Path:
    return tuple(host.id for _, host in frame.around())[::-1]


def _value_at(scope: Mapping[str, Any], name: str) -> Value:
    """Return the value of a name, or of an entry of a context; UNKNOWN where there is none."""
    found: Any = scope
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return UNKNOWN
        found = found[part]
    return abstract(found)
