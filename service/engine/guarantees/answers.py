"""What is answered at tasks: which answers a form leaves to choose from, and names for them.

A sentence that says `dossier.legal_review.conclusion` where something is completed means what was answered
just then. Variables of drawings may say something else, whatever they are called; so answers have names of
their own, which no drawing can write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from service.engine.decisions.cells import Literal
from service.engine.drawing import Element
from service.engine.guarantees.formulas import Formula, Name, Opaque, formula, names_in, renamed
from service.engine.guarantees.values import FALSE, NULL, TRUE, Value
from service.feel.per_schema import PerSchema
from service.feel.schema import Component, Schema, components

_CHOICES = frozenset({"radio", "select"})
_ANSWERED, _DOSSIER = "answered:", "dossier."


def concluded(text: str) -> Formula:
    """Return the reading of what is to be true when something is completed."""
    return renamed(
        formula(text), lambda name: _ANSWERED + name.removeprefix(_DOSSIER) if is_kept(name) else name
    )


def is_kept(name: str) -> bool:
    """Tell whether a name stands for a field of a form in the dossier."""
    return name.startswith(_DOSSIER) and name.count(".") > 1


def is_answer(name: str) -> bool:
    """Tell whether a name stands for what was answered at the task that is completed."""
    return name.startswith(_ANSWERED)


def answers_of(form: str) -> str:
    """Return what the names of all answers to a form begin with."""
    return _ANSWERED + form


def form_and_field(name: str) -> tuple[str, str]:
    """Return the form and the field of a name for an answer, or for what the dossier keeps of it."""
    form, _, field = name.removeprefix(_ANSWERED).removeprefix(_DOSSIER).partition(".")
    return form, field


def handed_on(
    names: Iterable[str], elements: Iterable[Element], forms: Mapping[str, Schema]
) -> frozenset[str]:
    """Return the variables that tasks hand these answers on in: most often they are asked next."""
    wanted = {form_and_field(name) for name in names if is_answer(name)}
    found = set[str]()
    for element in elements if wanted else ():
        form = forms.get(element.form or "", {})
        for name, written in element.extensions.outputs:
            said = formula(written)
            if isinstance(said, Name):
                fields = {said.path}.union(*map(names_in, computed(form, [said.path]).values()))
                found |= {name} if any((element.form, field) in wanted for field in fields) else set()
    return frozenset(found)


def computed(form: Schema, names: Iterable[str]) -> dict[str, Formula]:
    """Return how the form computes these fields and those they are computed from, the latter first."""
    found: dict[str, Formula] = {}
    seen: set[str] = set()

    def look_at(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        written = _computation(form, name)
        if written is not None:
            for each in sorted(names_in(written)):
                look_at(each)
            found[name] = written

    for name in names:
        look_at(name)
    return found


def _computation(form: Schema, name: str) -> Formula | None:
    field = _FIELDS.of(form).get(name)
    if field is None or field.type != "expression" or "conditional" in field.raw:
        return None
    written = formula(str(field.raw.get("expression") or ""))
    return None if isinstance(written, Opaque) else written


def choices(form: Schema, name: str) -> tuple[Value, ...]:
    """Return what a field may be answered with; nothing where it may be anything."""
    field = _FIELDS.of(form).get(name)
    return _of(field) if field is not None else ()


def _fields(form: Schema) -> Mapping[str, Component]:
    """Return the fields outside lists by what they answer under; none that two of them answer under."""
    found: dict[str, list[Component]] = defaultdict(list)
    for each in components(form):
        if each.rows_of is None:
            found[each.path].append(each)
    return {path: fields[0] for path, fields in found.items() if len(fields) == 1}


_FIELDS = PerSchema(_fields)


def _of(field: Component) -> tuple[Value, ...]:
    if field.type == "checkbox":
        return TRUE, FALSE, NULL
    written = field.raw.get("values")
    if field.type not in _CHOICES or not isinstance(written, list):
        return ()
    values = [each.get("value") if isinstance(each, dict) else None for each in written]
    if not values or not all(isinstance(value, str) for value in values):
        return ()
    answers = tuple(Literal("string", value) for value in values)
    return answers if _is_demanded(field) else (*answers, NULL)


def _is_demanded(field: Component) -> bool:
    rules = field.raw.get("validate")
    may_hide = any("conditional" in each.raw for each in (field, *field.around))
    return isinstance(rules, dict) and rules.get("required") is True and not may_hide
