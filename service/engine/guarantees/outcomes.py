"""What an element may leave behind in the variables that are followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product

from service.engine.drawing import Container, Element
from service.engine.guarantees.answers import choices, computed, form_and_field, is_answer
from service.engine.guarantees.domains import Domains
from service.engine.guarantees.effects import ANSWERED, brought, setters, targets
from service.engine.guarantees.evaluating import Known, possible
from service.engine.guarantees.formulas import Formula, formula, names_in, variable_of
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.values import UNKNOWN, Value, Values
from service.feel.schema import form_keys

MOST_WAYS = 400
Outcome = Mapping[str, Value]
"""The new values of some names; UNKNOWN for one of which nothing is known any more."""
NOTHING: tuple[Outcome, ...] = ({},)


class Outcomes:
    """What the elements of the drawings may set, of the names that are followed."""

    def __init__(self, subject: Subject, domains: Domains, followed: frozenset[str]) -> None:
        self._subject, self._domains, self.followed = subject, domains, followed
        self._setters = setters(subject)
        self.set_by = lru_cache(maxsize=None)(self._set_by)
        self.reads = lru_cache(maxsize=None)(self._reads)
        self.set_in = lru_cache(maxsize=None)(self._set_in)
        self._found: dict[tuple[object, ...], tuple[Outcome, ...]] = {}

    def _set_by(self, element: Element) -> frozenset[str]:
        """Return the names that are followed and that an element may set."""
        return frozenset(name for name in self.followed if element in self._setters.of(name))

    def _set_in(self, container: Container) -> frozenset[str]:
        """Return the names that are followed and that the elements of a container may set."""
        return frozenset(name for name in self.followed if container in self._setters.around(name))

    def _reads(self, element: Element) -> frozenset[str]:
        """Return every name that what an element sets of the names that are followed may hang on."""
        wanted = self.set_by(element)
        if not wanted:
            return frozenset()
        found = frozenset[str]().union(*(names_in(each) for _, each in self._outputs(element)))
        if element.kind == "scriptTask":
            found |= names_in(formula(element.extensions.script or ""))
        decision = self._subject.decision_of(element) if element.kind == "businessRuleTask" else None
        if decision is not None:
            columns = [names_in(formula(column.expression)) for column in decision.inputs]
            inputs = [names_in(formula(text)) for _, text in element.extensions.inputs]
            found |= frozenset[str]().union(*columns, *inputs)
        return found

    def of(self, element: Element, known: Known) -> tuple[Outcome, ...]:
        """Return what an element may set when it is left, each way once."""
        if not self.set_by(element):
            return NOTHING
        key = (element, *((name, known.get(name)) for name in sorted(self.reads(element))))
        if key not in self._found:
            self._found[key] = tuple(self._of(element, known))
        return self._found[key]

    def _of(self, element: Element, known: Known) -> Iterator[Outcome]:
        wanted = self.set_by(element)
        if element.extensions.multi_instance is not None:
            yield from self._product({name: frozenset({UNKNOWN}) for name in wanted})
            return
        seen: list[Outcome] = []
        for came in self._coming(element, known):
            for outcome in self._assigned(element, wanted, {**known, **came}, came):
                if outcome not in seen:
                    seen.append(outcome)
        yield from seen

    def mapped(self, pairs: Iterable[tuple[str, Formula]], known: Known) -> Iterator[Outcome]:
        """Yield what the values of these formulas may be under their names."""
        yield from self._product(
            {name: possible(each, known) for name, each in pairs if name in self.followed}
        )

    def settled(self, name: str, value: Value) -> Values:
        """Return the values that make a difference which a value may be."""
        return self._domains.settled(name, value)

    def begun(self, root: str) -> Iterator[Outcome]:
        """Yield what the inputs of a process that is started may be."""
        yield from self._product({name: frozenset({UNKNOWN}) for name in self.inputs_of(root)})

    def inputs_of(self, process: str) -> frozenset[str]:
        """Return the names that are followed and that a start or a call hands in."""
        return frozenset(self._subject.processes[process].inputs) & self.followed

    def _outputs(self, element: Element) -> list[tuple[str, Formula]]:
        ext = element.extensions
        own = ext.outputs if element.kind != "callActivity" else ()
        pairs = [(name, formula(text)) for name, text in own if name in self.followed]
        return pairs + [
            (each.target, formula(each.expression))
            for each in ext.call_out
            if not each.everything and each.target in self.followed
        ]

    def _assigned(
        self, element: Element, wanted: frozenset[str], known: Known, came: Known
    ) -> Iterator[Outcome]:
        found: dict[str, Values] = {name: frozenset({UNKNOWN}) for name in wanted}
        result = element.extensions.attribute("resultVariable") or ""
        for name in wanted & came.keys():
            if variable_of(name) == result:
                found[name] = frozenset({came[name]})
        for name, each in self._outputs(element):
            found[name] = possible(each, known)
        for name in filter(is_answer, wanted):
            found[name] = frozenset({came.get(form_and_field(name)[1], UNKNOWN)})
        everything = "*" in targets(element, self._subject)
        yield from self._product(found, unsettled=frozenset(wanted) if everything else frozenset())

    def _product(
        self, found: Mapping[str, Values], unsettled: frozenset[str] = frozenset()
    ) -> Iterator[Outcome]:
        """Yield every combination of the values of each name, as the values that make a difference."""
        settled: dict[str, Values] = {}
        for name, values in found.items():
            settled[name] = (
                values
                if name in unsettled and values == {UNKNOWN}
                else frozenset().union(*(self._domains.settled(name, value) for value in values))
            )
        ways = 1
        for values in settled.values():
            ways *= len(values)
        if ways > MOST_WAYS:
            yield dict.fromkeys(settled, UNKNOWN)
            return
        for chosen in product(*map(_in_order, settled.values())):
            yield dict(zip(settled, chosen, strict=True))

    def _coming(self, element: Element, known: Known) -> Iterator[Known]:
        """Yield what may come to an element when it is left: answers, results, rows of a table."""
        if element.kind == "scriptTask":
            name = element.extensions.attribute("resultVariable") or "result"
            for value in possible(formula(element.extensions.script or ""), known):
                yield {name: value}
        elif element.kind == "businessRuleTask":
            yield from self._decided(element, known)
        else:
            yield from self._free(element)

    def _decided(self, element: Element, known: Known) -> Iterator[Known]:
        decision, result = self._subject.decision_of(element), element.extensions.attribute("resultVariable")
        if decision is None:
            yield {}
            return
        inputs = {
            name: _only(possible(formula(text), known)) if text.lstrip().startswith("=") else UNKNOWN
            for name, text in element.extensions.inputs
        }
        required = {other.variable: UNKNOWN for other in decision.requires}
        for row in self._subject.tables.rows(decision, {**known, **inputs, **required}):
            found = dict(row) | {f"{result}.{name}": value for name, value in row.items()}
            if result and len(row) == 1:
                found[result] = next(iter(row.values()))
            yield found

    def _free(self, element: Element) -> Iterator[Known]:
        """Yield every choice of what comes from outside and decides what the outputs are."""
        read = frozenset[str]().union(*(names_in(each) for _, each in self._outputs(element)))
        read |= {form_and_field(name)[1] for name in filter(is_answer, self.set_by(element))}
        reckoned = self._reckoned(element, read)
        read |= frozenset[str]().union(*map(names_in, reckoned.values()))
        found: dict[str, tuple[Value, ...]] = {}
        for name in sorted(read - reckoned.keys()):
            values = self._from_outside(element, name)
            if values is not None:
                found[name] = values
        ways = 1
        for values in found.values():
            ways *= len(values)
        if ways > MOST_WAYS:
            yield dict.fromkeys(found, UNKNOWN)
            return
        for chosen in product(*found.values()):
            answers: list[Known] = [dict(zip(found, chosen, strict=True))]
            for name, written in reckoned.items():
                answers = [{**each, name: value} for each in answers for value in possible(written, each)]
            yield from answers

    def _reckoned(self, element: Element, names: Iterable[str]) -> Mapping[str, Formula]:
        """Return how the form of a task computes what it reads of the answers."""
        form = self._subject.forms.get(element.form or "") if element.kind in ANSWERED else None
        return computed(form, names) if form is not None else {}

    def _from_outside(self, element: Element, name: str) -> tuple[Value, ...] | None:
        """Return what a name may be where it comes from outside; None where it is a variable."""
        if name.startswith(("case.", "dossier.")):
            return None
        root = variable_of(name)
        if element.kind in ANSWERED and not element.event_kind:
            form = self._subject.forms.get(element.form or "")
            if form is None and element.kind == "startEvent":
                return None
            if form is None:
                return self._domains.values(name) or (UNKNOWN,)
            if root not in form_keys(form):
                return None
            return choices(form, name) or self._domains.values(name) or (UNKNOWN,)
        named = brought(element, self._subject)
        if "*" in named or root in named:
            return self._domains.values(name) or (UNKNOWN,)
        return None


@lru_cache(maxsize=4096)
def _in_order(values: Values) -> tuple[Value, ...]:
    return tuple(sorted(values, key=repr))


def _only(values: Values) -> Value:
    """Return the one value, UNKNOWN where there are several."""
    return next(iter(values)) if len(values) == 1 else UNKNOWN
