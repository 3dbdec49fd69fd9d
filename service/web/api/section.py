"""How an API route is written: one decorator that serves it and describes it, so the two cannot differ.

    tasks = Section("Tasks")

    @tasks.post("/tasks/<task_id>/claim", returns=TaskView, body=AtVersion, errors=(403, 404, 409))
    def claim(app: Application, actor: Actor, task_id: str, body: AtVersion) -> TaskView:
        \"\"\"Take a task for oneself.\"\"\"

The view gets the application, who is asking, the parts of the path, and `body` and `query` as checked models.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import current_app, request, url_for
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.wrappers import Response

from service.errors import FieldError, InvalidInput
from service.runtime.promises.waivers import WaiverView
from service.runtime.step.views import Page, to_json
from service.web import i18n
from service.web.api import idempotency, reading
from service.web.auth import require_actor

PREFIX = "/api/v1"
"""Where every operation is served."""
JSON = "application/json"
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
View = Callable[..., Any]
Entry = TypeVar("Entry")


class Body(BaseModel):
    """A JSON body: a key nobody knows is a slip of the pen and refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Query(BaseModel):
    """Parameters of a list. At most 200 entries come at once, whatever `limit` says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(50, ge=1)
    cursor: str | None = Field(None, description="`next` of the page before")

    def page(self) -> dict[str, Any]:
        """Return limit and cursor as the use cases take them."""
        return {"limit": min(self.limit, 200), "cursor": self.cursor}


class Slice(BaseModel):
    """Parameters of a list that is short enough to come whole: without a limit it does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int | None = Field(None, ge=1)
    cursor: str | None = Field(None, description="`next` of the page before")

    def cut(self, entries: Sequence[Entry], key: Callable[[Entry], str]) -> Page[Entry]:
        """Return the page of `entries` that follows the one whose `key` is the cursor."""
        keys = [key(entry) for entry in entries]
        if self.cursor is not None and self.cursor not in keys:
            raise InvalidInput(errors=[FieldError("cursor", "not a cursor of this list")])
        start = 0 if self.cursor is None else keys.index(self.cursor) + 1
        end = len(entries) if self.limit is None else start + self.limit
        return Page(tuple(entries[start:end]), keys[end - 1] if end < len(entries) else None)


@dataclass(frozen=True)
class ListOf:
    """Answers `{items, next}` with entries of one kind."""

    entry: type


@dataclass(frozen=True)
class Content:
    """Answers something other than JSON."""

    media_type: str


@dataclass(frozen=True)
class Created:
    """A view's answer about something new, with where to find it."""

    view: Any
    location: str


Answer = type | ListOf | Content | None


@dataclass(frozen=True)
class Operation:
    """One method of one path, as served and as described."""

    method: Method
    rule: str
    view: View
    returns: Answer
    status: int
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    files: dict[str, Any] | None
    errors: tuple[int, ...]
    tag: str
    is_public: bool
    # The answer tells something that is stored nowhere in clear.
    is_secret: bool
    # It may be asked for instead of done, because a second admin has to agree: 202 with the request.
    is_asked: bool

    @property
    def name(self) -> str:
        return self.view.__name__

    def __call__(self, **path: str) -> Response:
        """Serve a request: who asks, what they sent, the view, and its answer as JSON."""
        actor = None if self.is_public else require_actor()
        arguments: dict[str, Any] = dict(path)
        if self.query is not None:
            # `?group=` asks for no group in particular.
            given = {name: text for name, text in request.args.items() if text}
            arguments["query"] = parsed(self.query, given)
        if self.body is not None:
            arguments["body"] = parsed(self.body, reading.json_body())
        application = current_app.extensions["countersign"]

        def answer() -> Response:
            return self._respond(self.view(application, actor, **arguments))

        if self.method == "POST" and actor is not None:
            return idempotency.once(application, actor, answer, is_secret=self.is_secret)
        return answer()

    def _respond(self, result: Any) -> Response:
        if isinstance(result, Response):
            return result
        waiver = result if isinstance(result, WaiverView) else getattr(result, "waiver", None)
        if self.is_asked and waiver is not None:
            return self._told(waiver, 202, url_for("api.get_waiver", waiver_id=waiver.id))
        if self.returns is None:
            return Response(status=self.status)
        if isinstance(result, Created):
            return self._told(result.view, self.status, result.location)
        return self._told(result, self.status)

    def _told(self, view: Any, status: int, location: str | None = None) -> Response:
        shown = i18n.for_programs(to_json(view))
        text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        response = Response(text, status, content_type=JSON)
        if location is not None:
            response.headers["Location"] = location
        return response


class Section:
    """A group of operations under one heading."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Serve GET on this path below /api/v1."""
        return self._add("GET", rule, **options)

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Serve POST on this path below /api/v1."""
        return self._add("POST", rule, **options)

    def put(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Serve PUT on this path below /api/v1: what is sent replaces what is there."""
        return self._add("PUT", rule, **options)

    def delete(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Serve DELETE on this path below /api/v1: what it names is there no longer."""
        return self._add("DELETE", rule, **options)

    def patch(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Serve PATCH on this path below /api/v1: what is left out stays."""
        return self._add("PATCH", rule, **options)

    def _add(
        self,
        method: Method,
        rule: str,
        *,
        returns: Answer,
        status: int = 200,
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        files: dict[str, Any] | None = None,
        errors: tuple[int, ...] = (),
        is_public: bool = False,
        is_secret: bool = False,
        is_asked: bool = False,
    ) -> Callable[[View], View]:
        def add(view: View) -> View:
            self.operations.append(
                Operation(
                    *(method, rule, view, returns, status, body, query, files, errors),
                    *(self.tag, is_public, is_secret, is_asked),
                )
            )
            return view

        return add


def parsed(model: type[BaseModel], values: Any) -> BaseModel:
    """Return what was sent as this model. InvalidInput names what is not as it should be."""
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        errors = [
            FieldError(".".join(map(str, each["loc"])), each["msg"])
            for each in exc.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise InvalidInput(errors=errors) from exc
