"""What a client sent, read carefully: JSON bodies and uploaded files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any, NoReturn

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from service import manifest
from service.errors import FieldError, InvalidInput
from service.wording import Text

_DEEPEST = 64


def json_body() -> Any:
    """Return the JSON body; no body is an empty object. BadRequest for what is not JSON."""
    data = request.get_data()
    if not data.strip():
        return {}
    if not request.is_json:
        raise UnsupportedMediaType("Send the body as application/json.")
    try:
        value = json.loads(data, parse_float=_finite, parse_constant=_no_constant)
        if data.count(b"[") + data.count(b"{") > _DEEPEST:
            _refuse_deep(value)
        if b"\\u" in data:
            _refuse_unwritable(value)
    except (ValueError, RecursionError) as exc:
        raise BadRequest("The body is not JSON this service can read.") from exc
    return value


def uploaded(field: str) -> dict[str, bytes]:
    """Return every file of a multipart field: bare name to content. InvalidInput for a name sent twice."""
    if request.mimetype == "application/x-www-form-urlencoded":
        # A form with nothing but names to remove has no need of parts.
        return {}
    files: dict[str, bytes] = {}
    for file in _multipart(field):
        name = manifest.plain_name(PurePosixPath((file.filename or "").replace("\\", "/")).name)
        if not name or name in files:
            raise InvalidInput(
                errors=[FieldError(field, Text("a name of its own for every file: {name!r}", name=name))]
            )
        files[name] = file.read()
    return files


def one_file() -> FileStorage:
    """Return the one file of a multipart body, whatever its field is called."""
    files = _multipart(None)
    if len(files) != 1:
        raise InvalidInput(errors=[FieldError("file", "exactly one file is expected")])
    return files[0]


def _multipart(field: str | None) -> list[FileStorage]:
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send the files as multipart/form-data.")
    return [file for name, file in request.files.items(multi=True) if field is None or name == field]


def _refuse_deep(value: Any) -> None:
    """Refuse what is nested deeper than any form, without going as deep oneself."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [entry for each in level for entry in _entries(each)]
        if not level:
            return
    raise ValueError(f"nested deeper than {_DEEPEST} levels")


def _entries(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number beyond all bounds")
    return number


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _refuse_unwritable(value: Any) -> None:
    """Refuse what JSON can write with escapes and no database can keep: NUL and half a character."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a NUL character")
        value.encode()
    elif isinstance(value, dict):
        for key, entry in value.items():
            _refuse_unwritable(key)
            _refuse_unwritable(entry)
    elif isinstance(value, list):
        for entry in value:
            _refuse_unwritable(entry)
