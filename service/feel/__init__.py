"""FEEL on the server: expressions, decision cells and forms, evaluated in an isolate.

The same JavaScript (`service/assets/feel`) runs in the browser. Start with `FEEL`, the engine that all share.
"""

from __future__ import annotations

from service.feel.calendar import calendar_table
from service.feel.engine import FEEL, Call, Feel
from service.feel.forms import FormError, FormResult, SchemaProblem, check_schema, check_schemas
from service.feel.parsing import Parsed, Problem, Tree, parse, parse_all, strip_equals
from service.feel.schema import Component, files_in, form_keys, value_at, walk
from service.feel.values import Months

__all__ = [
    "FEEL",
    "Call",
    "Component",
    "Feel",
    "FormError",
    "FormResult",
    "Months",
    "Parsed",
    "Problem",
    "SchemaProblem",
    "Tree",
    "calendar_table",
    "check_schema",
    "check_schemas",
    "files_in",
    "form_keys",
    "parse",
    "parse_all",
    "strip_equals",
    "value_at",
    "walk",
]
