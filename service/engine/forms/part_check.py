"""Form parts: every copy is what its part says now, and every name of a part or a key exists.

A stale copy is an error, not a warning: a label corrected in the part would otherwise be live in some forms
and not in others, and nobody would hear of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.engine.forms.parts import EXCEPT, PART, READONLY, Parts, Use, holders, keys, use_of, uses
from service.feel.schema import GROUP, Component, Schema, components
from service.wording import Text

STALE = "part-stale"

Wrong = tuple[str, Text]
"""A code and what is said about it."""


def check_parts(schemas: Mapping[str, Schema]) -> Iterator[Finding]:
    """Yield what is wrong with the parts of the forms of a manifest, given by name of their file."""
    parts = {name.removesuffix(".form"): schema for name, schema in schemas.items()}
    named = holders(parts).keys() & parts.keys()
    for file, schema in schemas.items():
        for component in components(schema):
            place = str(component.raw.get("id") or component.name)
            yield from (Finding(file, 0, place, "error", *wrong) for wrong in _misplaced(component))
        for use in uses(schema):
            wrongs = _wrong(file.removesuffix(".form"), use, parts, named)
            yield from (Finding(file, 0, use.id, "error", *wrong) for wrong in wrongs)


def _misplaced(component: Component) -> Iterator[Wrong]:
    """Yield what is wrong with the properties themselves, wherever they stand."""
    named = [name for name in (PART, EXCEPT, READONLY) if name in component.properties]
    use = use_of(component.raw)
    if component.type != GROUP and PART in named:
        text = Text("Only a group can hold a part: move the property {part!r} to one.", part=PART)
        yield "part-property", text
    elif component.type == GROUP and named and use is None:
        text = Text("The property {name!r} needs the name of a part in {part!r}.", name=named[0], part=PART)
        yield "part-property", text
    elif use is not None and use.readonly not in ("", "true", "false"):
        said = {"name": READONLY, "value": use.readonly}
        yield "part-property", Text("The property {name!r} is true or false, not {value!r}.", **said)


def _wrong(form: str, use: Use, parts: Parts, named: Collection[str]) -> Iterator[Wrong]:
    """Yield what is wrong with one copy of a part. `named`: the parts that exist, to suggest one of them."""
    if use.part not in parts:
        hint = suggestion(use.part, named)
        yield (
            "unknown-part",
            Text("There is no part {part!r}: correct the name.{hint}", part=use.part, hint=hint),
        )
    elif way := _way_back(form, use.part, parts, ()):
        yield "part-cycle", Text("The part holds itself: {way}.", way=" → ".join(way))
    else:
        yield from _unknown_keys(use, keys(parts[use.part]))
        if not use.is_fresh(parts):
            yield STALE, _stale(use.part)


def _unknown_keys(use: Use, known: Collection[str]) -> Iterator[Wrong]:
    for key in sorted(set(use.except_keys).difference(known)):
        said = {"part": use.part, "key": key, "hint": suggestion(key, known)}
        yield "unknown-part-key", Text("The part {part!r} has no field {key!r} to leave out.{hint}", **said)


def _stale(part: str) -> Text:
    return Text(
        "The group is no longer what its part {part!r} says. Run “countersign weave forms”; what only this "
        "form asks belongs beside the group.",
        part=part,
    )


def _way_back(form: str, part: str, parts: Parts, passed: tuple[str, ...]) -> tuple[str, ...]:
    """Return how a part leads back to a form on the way to it, () when it does not."""
    way = (*passed, part)
    if part == form or part in passed:
        return (form, *way)
    inner = (use.part for use in uses(parts[part]) if use.part in parts)
    return next((found for each in inner if (found := _way_back(form, each, parts, way))), ())
