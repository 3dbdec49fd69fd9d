"""The facts of the case as one step sees them: read once, with what the step itself has written over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from service.engine.case.schema import CASE, CaseSchema
from service.engine.failures import EngineFailure
from service.feel import parse, strip_equals


class Facts:
    """Reads the case when it is first asked for, and never again."""

    def __init__(self, schema: CaseSchema, read: Callable[[], Mapping[str, Any]]) -> None:
        self._schema = schema
        self._read = read
        self._values: dict[str, Any] | None = None

    def visible(self) -> dict[str, Any]:
        """Return every fact by name, and what a case has beside them."""
        if self._values is None:
            self._values = dict(self._read())
        return self._values

    def named_in(self, texts: Iterable[str]) -> dict[str, Any] | None:
        """Return the facts these expressions read; None when they do not speak of the case."""
        asked = [parse(strip_equals(text)) for text in texts if CASE in text]
        asked = [parsed for parsed in asked if CASE in parsed.reads]
        if not asked:
            return None
        paths = {path.split(".")[1] for parsed in asked for path in parsed.paths if path.startswith("case.")}
        visible = self.visible()
        return {name: visible[name] for name in paths if name in visible} if paths else dict(visible)

    def accepted(self, name: str, value: Any) -> Any:
        """Return a value as the fact keeps it. WrongKind for one it cannot have."""
        fact = self._schema.facts.get(name)
        if fact is None:
            raise EngineFailure("unknown_fact", "{name!r} is no fact of the case", name=name)
        return fact.accept(value)

    def write(self, name: str, value: Any) -> bool:
        """Give a fact an accepted value; True when it had another one."""
        visible = self.visible()
        changed = name not in visible or visible[name] != value
        visible[name] = value
        return changed
