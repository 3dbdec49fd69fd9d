"""Reading the file of a form."""

from __future__ import annotations

import json

from service import unreadable
from service.engine.files.findings import Finding
from service.engine.files.kept import kept_by_content
from service.errors import InvalidDeployment
from service.feel.schema import Schema
from service.wording import Text


@kept_by_content
def read_form(name: str, content: bytes) -> Schema:
    """Return the schema in the file of this name, read once: nobody may change it.

    InvalidDeployment with the reason when it holds none.
    """
    try:
        schema = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = Text("This is not valid JSON: {reason}.", reason=unreadable.of_json(error))
        line = unreadable.line_of_json(error)
        raise InvalidDeployment(findings=[Finding(name, line, "", "error", "not-json", reason)]) from error
    if not isinstance(schema, dict):
        reason = Text("A form is a JSON object with a list of components.")
        raise InvalidDeployment(findings=[Finding(name, 0, "", "error", "not-a-form", reason)])
    return schema
