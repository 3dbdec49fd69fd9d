"""The elements a sentence speaks of, found by the names it gives them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from service.engine.decisions.cells import Literal
from service.engine.drawing import Element
from service.engine.drawing.kinds import PEOPLE
from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.engine.forms.marks import marked
from service.engine.guarantees.answers import choices, form_and_field, is_kept
from service.engine.guarantees.formulas import Compared, Constant, Name, formula, names_in, parts
from service.engine.guarantees.model import (
    AboutTasks,
    After,
    Agrees,
    Becomes,
    Before,
    Claim,
    DoneBy,
    Guarantee,
    Names,
    Never,
    NotBy,
)
from service.engine.guarantees.reading import APPROVALS, FILE
from service.engine.guarantees.subject import Subject
from service.feel import parse, strip_equals
from service.feel.schema import form_keys
from service.wording import Text

APPLICANT = "applicant"


def elements_of(names: Iterable[str], subject: Subject, *, completed: bool = False) -> frozenset[Element]:
    """Return the elements that names stand for.

    A process stands for its start event; with `completed`, for the activities that call it.
    """
    return frozenset(element for name in names for element in _named(name, subject, completed))


def tasks_of(names: Names, subject: Subject) -> frozenset[Element]:
    """Return the tasks that names stand for; `approvals` are all that decide."""
    found = set(elements_of((name for name in names if name != APPROVALS), subject))
    if APPROVALS in names:
        every = (each for process in subject.processes.values() for each in process.elements.values())
        found |= {each for each in every if _decides(each, subject)}
    return frozenset(found)


def _decides(element: Element, subject: Subject) -> bool:
    """Tell whether a task is marked as a decision, or asks for a conclusion and is not said to be none."""
    if "approval" in element.properties:
        return element.is_approval
    schema = subject.forms.get(element.form or "") if element.kind in PEOPLE else None
    return schema is not None and bool(marked(schema).conclusions)


def _named(name: str, subject: Subject, completed: bool) -> Iterator[Element]:
    process, _, element = name.rpartition("/")
    if process:
        known = subject.processes.get(process)
        found = known.elements.get(element) if known is not None else None
        yield from (found,) if found is not None else ()
        return
    found_anywhere = [each.elements[name] for each in subject.processes.values() if name in each.elements]
    yield from found_anywhere
    if found_anywhere or name not in subject.processes:
        return
    if completed:
        for each in subject.processes.values():
            yield from (element for element in each.elements.values() if element.called == name)
    elif (start := subject.processes[name].start) is not None:
        yield start


def check_names(guarantee: Guarantee, subject: Subject) -> Iterator[Finding]:
    """Yield what a sentence speaks of that is nowhere, and conditions that cannot be asked."""
    claim = guarantee.claim
    for name in _names(claim):
        if not any(_named(name, subject, _is_completed(claim, name))):
            known = _known(name, subject)
            text = Text("There is no element {name!r}.{hint}", name=name, hint=suggestion(name, known))
            yield _error(guarantee, "unknown-activity", text)
    for root in guarantee.within:
        hint = suggestion(root, subject.roots)
        if root not in subject.processes:
            text = Text("There is no process {name!r}.{hint}", name=root, hint=hint)
            yield _error(guarantee, "unknown-process", text)
        elif root not in subject.roots:
            text = Text(
                "The process {name!r} is only called: name one that is started.{hint}", name=root, hint=hint
            )
            yield _error(guarantee, "unknown-process", text)
    for condition in _conditions(claim):
        yield from _asked(guarantee, condition, subject)
    yield from _special(guarantee, claim, subject)


def _special(guarantee: Guarantee, claim: Claim, subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with what only some claims say."""
    if isinstance(claim, (Before, Becomes)) and claim.concluding:
        yield from _answers(guarantee, claim, subject)
    if isinstance(claim, Becomes):
        yield from _of_facts(guarantee, claim.condition)
    elif isinstance(claim, Agrees):
        yield from _table(guarantee, claim, subject)
    elif isinstance(claim, DoneBy):
        yield from _groups(guarantee, claim, subject.organisation.people)


def _is_completed(claim: Claim, name: str) -> bool:
    """Tell whether a sentence speaks of what a name stands for as of something completed."""
    after = claim.what if isinstance(claim, After) else claim.since if isinstance(claim, Before) else ()
    return name in after or (isinstance(claim, (Before, After, Becomes)) and name in claim.always)


def _names(claim: Claim) -> Iterator[str]:
    special = {APPLICANT} if isinstance(claim, NotBy) else set()
    special |= {APPROVALS} if isinstance(claim, AboutTasks) else set()
    yield from dict.fromkeys(name for names in _said(claim) for name in names if name not in special)


def _said(claim: Claim) -> Iterator[Names]:
    """Yield what a claim names elements in."""
    if isinstance(claim, Agrees):
        yield claim.at
    elif not isinstance(claim, Becomes):
        yield claim.what
    if isinstance(claim, (Before, After, Becomes)):
        yield claim.always
    if isinstance(claim, Before):
        yield claim.since
    if isinstance(claim, NotBy):
        yield claim.others


def _known(name: str, subject: Subject) -> set[str]:
    process, _, _ = name.rpartition("/")
    if process:
        return {f"{key}/{element}" for key, each in subject.processes.items() for element in each.elements}
    return {*subject.processes, *(name for each in subject.processes.values() for name in each.elements)}


def _conditions(claim: Claim) -> Iterator[str]:
    if isinstance(claim, (Before, After, Never)) and claim.when:
        yield claim.when
    if isinstance(claim, (Before, Becomes)) and claim.concluding:
        yield claim.concluding
    if isinstance(claim, Becomes):
        yield claim.condition
    if isinstance(claim, Agrees):
        yield claim.fact
        yield from (written for _, written in claim.given)


def _asked(guarantee: Guarantee, condition: str, subject: Subject) -> Iterator[Finding]:
    parsed = parse(strip_equals(condition))
    for problem in parsed.problems:
        yield _error(
            guarantee, "not-feel", Text("The condition cannot be used: {reason}", reason=problem.message)
        )
    facts = {path.split(".")[1] for path in parsed.paths if path.startswith("case.")}
    for fact in sorted(facts - subject.case.names):
        hint = suggestion(fact, subject.case.names)
        yield _error(
            guarantee, "unknown-fact", Text("There is no fact case.{name}.{hint}", name=fact, hint=hint)
        )
    for part in parts(formula(condition)):
        if isinstance(part, Compared):
            yield from _value(guarantee, part, subject)


def _answers(guarantee: Guarantee, claim: Before | Becomes, subject: Subject) -> Iterator[Finding]:
    """Yield answers that are asked for and not given where something is completed, or never so."""
    condition = formula(claim.concluding)
    completing = elements_of(claim.always, subject, completed=True)
    given = {each.form for each in completing if each.form and each.form in subject.forms}
    for name in sorted(filter(is_kept, names_in(condition))):
        form, field = form_and_field(name)
        if form not in given:
            text = Text(
                "{name!r}: none of what completes it asks with the form {form!r}.{hint}",
                name=name,
                form=form,
                hint=suggestion(form, given),
            )
            yield _error(guarantee, "unknown-form", text)
        elif field not in (keys := form_keys(subject.forms[form])):
            text = Text(
                "The form {form!r} has no field {name!r}.{hint}",
                form=form,
                name=field,
                hint=suggestion(field, keys),
            )
            yield _error(guarantee, "unknown-field", text)
    for part in parts(condition):
        if isinstance(part, Compared) and isinstance(part.left, Name) and isinstance(part.right, Constant):
            yield from _never_answered(guarantee, part.left.path, str(part.right.value.value), subject)


def _never_answered(guarantee: Guarantee, name: str, value: str, subject: Subject) -> Iterator[Finding]:
    form, field = form_and_field(name)
    if not is_kept(name) or form not in subject.forms:
        return
    known = {str(each.value) for each in choices(subject.forms[form], field) if isinstance(each, Literal)}
    if known and value not in known:
        text = Text(
            "{name!r} is never answered with {value!r}.{hint}",
            name=name,
            value=value,
            hint=suggestion(value, known),
        )
        yield _error(guarantee, "unknown-value", text)


def _value(guarantee: Guarantee, asked: Compared, subject: Subject) -> Iterator[Finding]:
    """Yield a value that a fact of few values never has: the condition would never be true."""
    if not (isinstance(asked.left, Name) and isinstance(asked.right, Constant)):
        return
    fact = subject.case.facts.get(asked.left.path.removeprefix("case."))
    value = asked.right.value.value
    if asked.left.path.startswith("case.") and fact is not None and fact.values and value not in fact.values:
        hint = suggestion(str(value), fact.values)
        text = Text(
            "The fact {name!r} is never {value!r}.{hint}", name=fact.name, value=str(value), hint=hint
        )
        yield _error(guarantee, "unknown-value", text)


def _of_facts(guarantee: Guarantee, condition: str) -> Iterator[Finding]:
    """Yield what a condition reads that is no fact: of a variable nobody can say when it changes."""
    for name in parse(strip_equals(condition)).names - {"case"}:
        said = {"condition": condition, "name": name}
        text = Text("{condition!r} reads {name!r}: only facts, case.…, become something.", **said)
        yield _error(guarantee, "no-fact", text)
    if not names_in(formula(condition)):
        text = Text("{condition!r} cannot be followed: compare facts with values.", condition=condition)
        yield _error(guarantee, "no-fact", text)


def _table(guarantee: Guarantee, claim: Agrees, subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with the decision that a fact is to agree with, and with what it is given."""
    decision = subject.decisions.get(claim.decision)
    if decision is None:
        hint = suggestion(claim.decision, subject.decisions)
        text = Text("There is no decision {name!r}.{hint}", name=claim.decision, hint=hint)
        yield _error(guarantee, "unknown-decision", text)
        return
    wanted = {name for column in decision.inputs for name in names_in(formula(column.expression))}
    given = {name for name, _ in claim.given}
    if given != wanted:
        said = {"wanted": ", ".join(sorted(wanted)), "given": ", ".join(sorted(given))}
        text = Text("Give the decision {decision!r} {wanted}, not {given}.", decision=decision.id, **said)
        yield _error(guarantee, "unknown-input", text)


def _groups(guarantee: Guarantee, claim: DoneBy, known: Collection[str]) -> Iterator[Finding]:
    for name in claim.groups:
        if name not in known:
            hint = suggestion(name, known)
            text = Text("There is no group or relation {name!r}.{hint}", name=name, hint=hint)
            yield _error(guarantee, "unknown-group", text)


def _error(guarantee: Guarantee, code: str, message: Text) -> Finding:
    return Finding(FILE, guarantee.line, guarantee.key, "error", code, message)
