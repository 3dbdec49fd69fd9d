"""Whether answers are asked for: a key that no field of the form has is told, with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.engine.definition import Model
from service.engine.files.nearest import suggestion
from service.feel.schema import GROUP, Component, Schema, components
from service.runtime.scenarios.answers import DAY, DAYS, Answers
from service.runtime.scenarios.reading import Scenario, Step
from service.runtime.scenarios.yaml_lines import Lines, ScenarioError, together
from service.wording import Text


def check_defaults(scenario: Scenario, model: Model) -> None:
    """Raise one ScenarioError with every default answer that nothing asks for.

    A set of answers is shared, and may know forms that these drawings do not have; a scenario's own may not.
    """
    wrong = [*unasked(scenario.answers, model.forms), *_nowhere(scenario, model)]
    if wrong:
        raise together(wrong)


def check_given(step: Step, form: str, schema: Schema) -> None:
    """Raise one ScenarioError with every answer of a step that its form does not ask."""
    wrong = list(_strange(form, schema, step.options.get("填"), step.file))
    if wrong:
        raise together(wrong)


def check_start(step: Step, process: str, model: Model) -> None:
    """Raise one ScenarioError with every answer of a step that the start form of a process does not ask."""
    form = model.process(process).start_form
    if form is not None:
        check_given(step, form, model.forms[form])
    elif "填" in step.options:
        message = Text("{process} starts without a form: there is nothing to fill in.", process=process)
        raise step.error(message, "填")


def unasked(answers: Answers, forms: Mapping[str, Schema]) -> Iterator[ScenarioError]:
    """Yield an error for each default answer to one of these forms that it does not ask."""
    for file, written in answers.written:
        for form, fields in written.items():
            if form in forms:
                yield from _strange(form, forms[form], fields, file)


def _nowhere(scenario: Scenario, model: Model) -> Iterator[ScenarioError]:
    """Yield an error for each of the scenario's own answers that no form or task of that name takes."""
    elements = (each for key in model.processes for each in model.activities(key).values())
    tasks = {each.id for each in elements if each.kind == "userTask" and not each.form}
    known = {*model.forms, *tasks}
    own = scenario.answers.own
    for name in own:
        if name not in known | {DAYS, DAY}:
            hint = suggestion(str(name), known)
            message = Text("No form or task is called {word!r}.{hint}", word=str(name), hint=hint)
            yield ScenarioError(message, file=scenario.file, line=own.line_of(name))


def _strange(form: str, schema: Schema, answers: Any, file: str) -> Iterator[ScenarioError]:
    for holder, key, names in _strangers(schema, None, "", answers):
        hint = suggestion(key, names)
        message = Text("The form {form} does not ask {word!r}.{hint}", form=form, word=key, hint=hint)
        yield ScenarioError(message, file=file, line=holder.line_of(key))


def _strangers(
    schema: Schema, rows_of: Component | None, above: str, answers: Any
) -> Iterator[tuple[Lines, str, set[str]]]:
    """Yield each key that is not asked, with the mapping it stands in and the names that are asked there.

    What is in the rows of a list is named within the row, what is in a group below the group.
    """
    if not isinstance(answers, Lines):
        return
    asked = {each.path: each for each in components(schema) if each.key and each.rows_of is rows_of}
    names = {path.removeprefix(above).partition(".")[0] for path in asked if path.startswith(above)}
    for key, value in answers.items():
        found = asked.get(f"{above}{key}")
        if key not in names:
            yield answers, str(key), names
        elif found is None or found.type == GROUP:
            yield from _strangers(schema, rows_of, f"{above}{key}.", value)
        elif found.is_list and isinstance(value, list):
            for row in value:
                yield from _strangers(schema, found, "", row)
