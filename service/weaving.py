"""Weaving form parts into the forms that hold them, in the files themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from service import resources
from service.checking import find_files
from service.engine.check.parts import STALE, check_parts
from service.engine.form_parts import Parts, uses, woven
from service.engine.forms import read_form
from service.errors import InvalidDeployment
from service.feel.schema import Schema


@dataclass(frozen=True)
class Woven:
    """A form file whose copies of parts were stale: which parts, and what the file says now."""

    path: Path
    parts: tuple[str, ...]
    content: bytes


def weave(paths: Iterable[Path]) -> list[Woven]:
    """Return what is to be written so that these forms, and those of these folders, hold their parts fresh.

    Parts are looked up among the files first, then among the installed ones. Nothing is written.
    InvalidDeployment carries what hinders the weaving: a part that does not exist, a file that is no form.
    """
    files = {name: path for name, path in find_files(paths).items() if name.endswith(".form")}
    contents = {name: path.read_bytes() for name, path in files.items()}
    schemas = {name: read_form(name, content) for name, content in {**_installed(), **contents}.items()}
    parts = {name.removesuffix(".form"): schema for name, schema in schemas.items()}
    wrong = [found for found in check_parts(schemas) if found.file in files and found.code != STALE]
    if wrong:
        raise InvalidDeployment(findings=wrong)
    return [
        Woven(path, stale, rewritten(contents[name], woven(schemas[name], parts)))
        for name, path in files.items()
        if (stale := _stale(schemas[name], parts))
    ]


def rewritten(content: bytes, schema: Schema) -> bytes:
    """Return a form as the bytes of its file, indented and ended as `content`, the file so far, is."""
    before = content.decode("utf-8-sig")
    indent = re.search(r"\n([ \t]+)", before)
    text = json.dumps(schema, ensure_ascii=False, indent=indent.group(1) if indent else None)
    text += before[len(before.rstrip()) :].replace("\r\n", "\n")
    return (text.replace("\n", "\r\n") if "\r\n" in before else text).encode()


def _stale(schema: Schema, parts: Parts) -> tuple[str, ...]:
    return tuple(dict.fromkeys(use.part for use in uses(schema) if not use.is_fresh(parts)))


def _installed() -> dict[str, bytes]:
    return {name: content for name, content in resources.manifest_files().items() if name.endswith(".form")}
