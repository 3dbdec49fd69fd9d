"""The wording of form errors, findings about forms and mistakes in expressions: English, translatable.

The texts are msgids, and become a Text. What a form's author wrote (assertMessage, patternErrorMessage)
passes through as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from service.wording import Text


def _(text: str) -> str:
    """Mark a text for extraction."""
    return text


ANSWERS: Mapping[str, str] = {
    "required": _("This field is required."),
    "text": _("This must be text."),
    "number": _("This must be a number."),
    "integer": _("This must be a whole number."),
    "decimals": _("At most {digits} decimal places."),
    "step": _("This must be a multiple of {step}."),
    "min": _("This must be at least {min}."),
    "max": _("This must be at most {max}."),
    "minLength": _("Write at least {min} characters."),
    "maxLength": _("Write at most {max} characters."),
    "pattern": _("This does not have the right form."),
    "email": _("This must be an e-mail address."),
    "phone": _("This must be a telephone number with its country code."),
    "boolean": _("This must be yes or no."),
    "option": _("This is not one of the choices."),
    "list": _("This must be a list of choices."),
    "date": _("This must be a date such as 2026-11-11."),
    "time": _("This must be a time such as 09:30."),
    "datetime": _("This must be a date and time such as 2026-11-11T09:30+08:00."),
    "past": _("This date has passed."),
    "files": _("These must be uploaded files."),
    "one_file": _("Only one file is allowed."),
    "rows": _("This must be a list of rows."),
    "too_many_rows": _("At most {max} rows."),
    "assert": _("This does not meet the rule of the form."),
    "warn": _("Please check this."),
    "unsettled": _("The computed fields of this form never settle. Tell the form's author."),
}

FINDINGS: Mapping[str, str] = {
    "components": _("The form has no list of components."),
    "forbidden": _("Components of the type {type} are not allowed."),
    "unknown_type": _("There is no component of the type {type}."),
    "button": _("A button can submit or reset, not {action}."),
    "no_path": _("The list has no path: its rows would be lost."),
    "no_key": _("The field has no key: its answer would be lost."),
    "no_options": _("The field offers no choices."),
    "duplicate_id": _("Another component already has the id {id}."),
    "duplicate_key": _("Another field already has the key {key}."),
    "reserved_key": _("The key {key} means something else in expressions."),
    "pattern": _("The pattern {pattern} is not a regular expression."),
    "unknown_rule": _(
        "{name} is not a rule. Rules are requiredIf, assert, assertMessage, assert2, warn, confirm…"
    ),
    "no_equals": _("{name} must begin with an equals sign."),
    "expression": _("{name} is not a usable expression: {message}."),
    "bare_call": _("{name}: {message}."),
    "unreadable": _("The form cannot be looked through: {message}."),
}


PROBLEMS: tuple[str, ...] = (
    _("{name}() cannot use {kinds}"),
    _("? stands for the value under test, in decision tables alone"),
    _("A call alone in a filter keeps everything: compare it, as in [list contains(x, item) = true]"),
    _("A filter needs a comparison or a position, not {kind}"),
    _("A name may not begin with two underscores"),
    _("A number is too large to be exact"),
    _("A range of a loop needs whole numbers"),
    _("Can't {operation} {right} to {left}"),
    _("Cannot add {left} and {right}"),
    _("Cannot compare {left} with {right}"),
    _("Cannot divide {left} and {right}"),
    _("Cannot go through null"),
    _("Cannot invoke {target}"),
    _("Cannot multiply {left} and {right}"),
    _("Cannot raise {left} and {right}"),
    _("Cannot subtract {left} and {right}"),
    _("Incomplete <{rule}>"),
    _("Expected true or false, not {kind}"),
    _("FEEL has no value of the type {type}"),
    _("Key '{name}' not found in {target}"),
    _("Property '{name}' not found in {target}"),
    _("The cell is neither true nor false"),
    _("The expression cannot be evaluated"),
    _("The expression is too large"),
    _("The result is a {type}, which is not a value"),
    _("The result is not a number"),
    _("There is no function {name}()"),
    _("There is no type {name}"),
    _("This is not a FEEL expression"),
    _("This is not implemented: {what}"),
    _("Unrecognized token <{token}> in <{rule}>"),
    _("Unrecognized token in <{rule}>"),
    _("Variable '{name}' not found"),
    _("it takes too long"),
    _("not text"),
)
"""The sentences the engine itself says: it hands them over finished, `problem` takes them apart again."""


def problem(sentence: str) -> Text:
    """Return a sentence of the engine as a Text; one that is not known stays English."""
    for template, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return Text(template, **found.groupdict())
    return Text(sentence)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the templates, the most particular first, each with a pattern for its sentences."""
    escaped = {template: re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(template)) for template in PROBLEMS}
    order = sorted(PROBLEMS, key=lambda template: template.count("{"))
    return tuple((template, re.compile(escaped[template], re.DOTALL)) for template in order)


def finding(code: str, params: Mapping[str, Any]) -> Text:
    """Return what is wrong with a form."""
    said = {name: problem(value) if name == "message" else str(value) for name, value in params.items()}
    return Text(FINDINGS[code], **said)


def render(code: str, params: Mapping[str, Any]) -> str:
    """Return the sentence for a code; an author's own message wins over ours."""
    if is_own(code, params):
        return Text("{message}", message=str(params["message"]))
    return Text(ANSWERS[code], **{name: str(value) for name, value in params.items()})


def is_own(code: str, params: Mapping[str, Any]) -> bool:
    return code in {"assert", "warn", "pattern"} and bool(params.get("message"))
