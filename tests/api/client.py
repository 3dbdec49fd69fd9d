"""An HTTP client as outsiders have one: JSON in, JSON out, over WSGI."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

API = "/api/v1"


class Client:
    """Sends requests as one user by bearer token; without a token as nobody."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.http = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> TestResponse:
        """GET a path below /api/v1."""
        return self.http.get(API + path, query_string=query or None, headers=self.headers)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> TestResponse:
        """POST JSON below /api/v1, with an Idempotency-Key if given."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.http.post(API + path, json={} if body is None else body, headers=headers)

    def put(self, path: str, body: Any = None) -> TestResponse:
        """PUT JSON below /api/v1."""
        return self.http.put(API + path, json=body, headers=self.headers)

    def patch(self, path: str, body: Any = None) -> TestResponse:
        """PATCH JSON below /api/v1."""
        return self.http.patch(API + path, json=body, headers=self.headers)

    def delete(self, path: str, body: Any = None) -> TestResponse:
        """DELETE what a path below /api/v1 names."""
        return self.http.delete(API + path, json=body, headers=self.headers)

    def upload(
        self,
        path: str,
        files: Mapping[str, bytes],
        *,
        field: str = "files",
        key: str | None = None,
        **form: Any,
    ) -> TestResponse:
        """POST files as multipart."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        parts: list[tuple[str, Any]] = [
            (field, (io.BytesIO(content), name, "application/octet-stream"))
            for name, content in files.items()
        ]
        data: dict[str, Any] = {field: [part for _, part in parts], **form}
        return self.http.post(API + path, data=data, headers=headers)
