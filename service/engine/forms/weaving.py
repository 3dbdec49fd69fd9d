"""Weaving the parts of forms into the files of the forms that hold them."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass

from service.engine.forms.part_check import STALE, check_parts
from service.engine.forms.parts import Parts, uses, woven
from service.engine.forms.reading import read_form
from service.errors import InvalidDeployment
from service.feel.schema import Schema


@dataclass(frozen=True)
class Woven:
    """A form whose copies of these parts were stale, and what its file says now."""

    parts: tuple[str, ...]
    content: bytes


def weave(files: Mapping[str, bytes], only: Container[str]) -> dict[str, Woven]:
    """Return the forms among `only` that are to be rewritten to hold their parts fresh, by file name.

    `files` has all forms and parts. InvalidDeployment carries what hinders the weaving: a part that does not
    exist, a file that is no form.
    """
    contents = {name: content for name, content in files.items() if name.endswith(".form")}
    schemas = {name: read_form(name, content) for name, content in contents.items()}
    wrong = [found for found in check_parts(schemas) if found.file in only and found.code != STALE]
    if wrong:
        raise InvalidDeployment(findings=wrong)
    parts = {name.removesuffix(".form"): schema for name, schema in schemas.items()}
    return {
        name: Woven(stale, rewritten(contents[name], woven(schema, parts)))
        for name, schema in schemas.items()
        if name in only and (stale := _stale(schema, parts))
    }


def rewritten(content: bytes, schema: Schema) -> bytes:
    """Return a form as the bytes of its file, indented and ended as `content`, the file so far, is."""
    before = content.decode("utf-8-sig")
    indent = re.search(r"\n([ \t]+)", before)
    text = json.dumps(schema, ensure_ascii=False, indent=indent.group(1) if indent else None)
    text += before[len(before.rstrip()) :].replace("\r\n", "\n")
    return (text.replace("\n", "\r\n") if "\r\n" in before else text).encode()


def _stale(schema: Schema, parts: Parts) -> tuple[str, ...]:
    found = (use.part for use in uses(schema) if use.part in parts and not use.is_fresh(parts))
    return tuple(dict.fromkeys(found))
