"""`Idempotency-Key`: a POST that arrives twice is carried out once, and answered alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from service.errors import FieldError, InvalidInput
from service.runtime.keeping import idempotency
from service.runtime.step.context import Actor, Application
from service.wording import Text

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY_LENGTH = 255
_CHUNK_BYTES = 1 << 20


def once(
    app: Application, actor: Actor, answer: Callable[[], Response], *, is_secret: bool = False
) -> Response:
    """Return the answer to this request: the one given before if its key was used, else a new one.

    Only success is kept: what failed changed nothing and may be tried again under the same key. An answer
    that tells a secret is not kept: a repetition learns that the request was carried out.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return answer()
    if not key or len(key) > _KEY_LENGTH or not key.isprintable():
        raise InvalidInput(
            errors=[
                FieldError(HEADER, Text("1 to {key_length} printable characters", key_length=_KEY_LENGTH))
            ]
        )
    before = idempotency.claim(app, actor, key, _fingerprint())
    if before is not None:
        return _replayed(before)
    try:
        with idempotency.marking(app, actor, key):
            response = answer()
    except BaseException:
        idempotency.release(app, actor, key)
        raise
    if response.status_code >= 300:
        idempotency.release(app, actor, key)
        return response
    if is_secret:
        return response
    kept = idempotency.Kept(
        response.status_code,
        response.content_type or "",
        response.headers.get("Location"),
        response.get_data(),
    )
    idempotency.keep(app, actor, key, kept)
    return response


def _replayed(kept: idempotency.Kept) -> Response:
    response = Response(kept.body, kept.status, content_type=kept.content_type)
    if kept.location:
        response.headers["Location"] = kept.location
    response.headers[REPLAYED] = "true"
    return response


def _fingerprint() -> str:
    """Return a hash of what is asked for: the parts of a form, not the random boundary between them."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}".encode())
    if request.mimetype != "multipart/form-data":
        digest.update(request.get_data())
        return digest.hexdigest()
    for name, value in sorted(request.form.items(multi=True)):
        digest.update(repr((name, value)).encode())
    for name, file in sorted(
        request.files.items(multi=True), key=lambda pair: (pair[0], pair[1].filename or "")
    ):
        digest.update(repr((name, file.filename, _content(file))).encode())
    return digest.hexdigest()


def _content(file: FileStorage) -> str:
    digest = hashlib.sha256()
    while chunk := file.stream.read(_CHUNK_BYTES):
        digest.update(chunk)
    file.stream.seek(0)
    return digest.hexdigest()
