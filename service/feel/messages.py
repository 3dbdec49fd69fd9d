"""The wording of form errors and of findings about forms: English templates, translatable by gettext.

The texts are msgids: `render(templates, code, params, gettext)` translates the template and then fills it in.
What a form's author wrote (assertMessage, patternErrorMessage) passes through as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _(text: str) -> str:
    """Mark a text for extraction."""
    return text


ANSWERS: Mapping[str, str] = {
    "required": _("This field is required."),
    "text": _("This must be text."),
    "number": _("This must be a number."),
    "integer": _("This must be a whole number."),
    "decimals": _("At most %(digits)s decimal places."),
    "step": _("This must be a multiple of %(step)s."),
    "min": _("This must be at least %(min)s."),
    "max": _("This must be at most %(max)s."),
    "minLength": _("Write at least %(min)s characters."),
    "maxLength": _("Write at most %(max)s characters."),
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
    "too_many_rows": _("At most %(max)s rows."),
    "assert": _("This does not meet the rule of the form."),
    "warn": _("Please check this."),
    "unsettled": _("The computed fields of this form never settle. Tell the form's author."),
}

FINDINGS: Mapping[str, str] = {
    "components": _("The form has no list of components."),
    "forbidden": _("Components of the type %(type)s are not allowed."),
    "unknown_type": _("There is no component of the type %(type)s."),
    "button": _("A button can submit or reset, not %(action)s."),
    "no_path": _("The list has no path: its rows would be lost."),
    "no_key": _("The field has no key: its answer would be lost."),
    "no_options": _("The field offers no choices."),
    "duplicate_key": _("Another field already has the key %(key)s."),
    "reserved_key": _("The key %(key)s means something else in expressions."),
    "pattern": _("The pattern %(pattern)s is not a regular expression."),
    "unknown_rule": _("%(name)s is not a rule. Rules are requiredIf, assert, assertMessage, assert2, warn…"),
    "no_equals": _("%(name)s must begin with an equals sign."),
    "expression": _("%(name)s is not a usable expression: %(message)s."),
    "bare_call": _("%(name)s: %(message)s."),
}


def render(
    templates: Mapping[str, str],
    code: str,
    params: Mapping[str, Any],
    gettext: Callable[[str], str] = lambda text: text,
) -> str:
    """Return the sentence for a code; an author's own message wins over ours."""
    return params["message"] if _is_own(code, params) else gettext(templates[code]) % params


def _is_own(code: str, params: Mapping[str, Any]) -> bool:
    return code in {"assert", "warn", "pattern"} and bool(params.get("message"))
