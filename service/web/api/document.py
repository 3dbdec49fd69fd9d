"""The OpenAPI document, made from the same declarations the routes are served from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

from flask import Response, json
from pydantic import TypeAdapter

import service
from service.runtime.promises.waivers import WaiverView
from service.runtime.step.views import View
from service.web.api import (
    account,
    attachments,
    certificates,
    comments,
    company,
    copies,
    dashboards,
    decisions,
    deployments,
    figures,
    instances,
    mending,
    migrations,
    notifications,
    phrases,
    record,
    saved_views,
    statistics,
    studies,
    tasks,
    waivers,
)
from service.web.api.section import PREFIX, Content, ListOf, Operation, Section
from service.web.errors import PROBLEM

_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_REASONS = {
    400: "The request cannot be read",
    401: "Not signed in",
    403: "Not allowed",
    404: "Nothing is here, or one may not see it",
    409: "Somebody was faster, or it is over",
    413: "Too large",
    415: "Not this kind of content",
    422: "Values are missing or not allowed; `errors` says which",
    501: "An optional part is not installed",
    429: "Too soon; `Retry-After` says in how many seconds",
    503: "Too much is being calculated; `Retry-After` says in how many seconds to ask again",
}
_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "tasks": {"type": "array", "items": {"type": "object"}, "description": "what stands in the way"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message"],
                "properties": {
                    "path": {"type": "string"},
                    "file": {"type": "string"},
                    "line": {"type": "integer"},
                    "element": {"type": "string"},
                    "severity": {"enum": ["error", "warning"]},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def sections() -> tuple[Section, ...]:
    """Return every group of operations, in the order in which the document shows them."""
    modules = (
        *(
            deployments,
            instances,
            mending,
            waivers,
            migrations,
            tasks,
            notifications,
            copies,
            comments,
            certificates,
        ),
        *(
            decisions,
            attachments,
            figures,
            dashboards,
            statistics,
            studies,
            company,
            account,
            phrases,
            saved_views,
            record,
        ),
    )
    return tuple(module.section for module in modules)


def describe() -> Response:
    """Answer the document."""
    return Response(json.dumps(document(), ensure_ascii=False), content_type="application/json")


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    operations = [operation for section in sections() for operation in section.operations]
    paths: dict[str, Any] = {}
    for operation in operations:
        path = PREFIX + _PARAMETER.sub(r"{\1}", operation.rule)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Countersign 会签",
            "version": service.__version__,
            "description": (
                "Approval of campaigns, run as drawn in BPMN. Errors are problem+json. Every POST honours "
                "`Idempotency-Key`. Lists answer `{items, next}`: `next` is the `cursor` of the next page."
            ),
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"cookie": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "countersign_session"},
            },
            "schemas": {"Problem": _PROBLEM_SCHEMA, **_schemas(operations)},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    summary, _, rest = " ".join((operation.view.__doc__ or "").split()).partition(". ")
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": summary.rstrip("."),
        "description": rest,
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.body is not None:
        is_required = any(field.is_required() for field in operation.body.model_fields.values())
        content = {"application/json": {"schema": _ref(operation.body)}}
        described["requestBody"] = {"required": is_required, "content": content}
    if operation.files is not None:
        schema = {"type": "object", "properties": operation.files}
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(operation.rule)
    ]
    if operation.query is not None:
        schema = operation.query.model_json_schema()
        required = schema.get("required", [])
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": each}
            for name, each in schema["properties"].items()
        ]
    if operation.method == "POST":
        key = {"type": "string", "minLength": 1, "maxLength": 255}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    answers = {str(operation.status): {"description": "Done", **_content(operation)}}
    if operation.is_asked:
        asked = {"content": {"application/json": {"schema": _ref(WaiverView)}}}
        answers["202"] = {"description": "Asked for: a second admin has to agree", **asked}
    problem = {PROBLEM: {"schema": {"$ref": _REF.format(model="Problem")}}}
    for status in sorted(_errors(operation)):
        answers[str(status)] = {"description": _REASONS[status], "content": problem}
    return answers


def _errors(operation: Operation) -> set[int]:
    """Return the statuses of an operation: its own, and those every request of its kind may get."""
    found = {400, *operation.errors}
    if not operation.is_public:
        found.add(401)
    if operation.query is not None:
        found.add(422)
    if operation.method != "GET":
        # Another site's page; a key in use; a key used for something else.
        found |= {403, 409, 413, 422}
    if operation.body is not None:
        found.add(415)
    return found


def _content(operation: Operation) -> dict[str, Any]:
    returns = operation.returns
    if returns is None:
        return {}
    if isinstance(returns, Content):
        return {"content": {returns.media_type: {"schema": {"type": "string", "format": "binary"}}}}
    if not isinstance(returns, ListOf):
        return {"content": {"application/json": {"schema": _ref(returns)}}}
    items: dict[str, Any] = {"type": "array", "items": _ref(returns.entry)}
    page = {
        "type": "object",
        "required": ["items", "next"],
        "properties": {"items": items, "next": {"type": ["string", "null"]}},
    }
    return {"content": {"application/json": {"schema": page}}}


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": _REF.format(model=kind.__name__)}


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the schema of everything that is sent or answered, by the name of its class."""
    kinds: dict[str, type] = {}
    for operation in operations:
        returned = operation.returns.entry if isinstance(operation.returns, ListOf) else operation.returns
        for kind in (operation.body, returned):
            if isinstance(kind, type):
                kinds[kind.__name__] = kind
    adapters: list[tuple[str, Literal["validation"], TypeAdapter[Any]]] = [
        (name, "validation", TypeAdapter(kind)) for name, kind in sorted(kinds.items())
    ]
    references, definitions = TypeAdapter.json_schemas(adapters, ref_template=_REF)
    found: dict[str, Any] = dict(definitions.get("$defs", {}))
    for (name, _), schema in references.items():
        if "$ref" not in schema:
            found[name] = schema
    for view in View.__subclasses__():
        if view.hidden and view.__name__ in found:
            _hide(found[view.__name__], view.hidden)
    return found


def _hide(schema: dict[str, Any], names: Iterable[str]) -> None:
    """Take the fields out of a view's schema that are not part of its JSON."""
    for name in names:
        schema["properties"].pop(name, None)
    schema["required"] = [name for name in schema.get("required", ()) if name in schema["properties"]]
