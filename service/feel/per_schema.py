"""What was made of a form's schema, kept while the schema is in use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")
MOST_SCHEMAS = 500


class PerSchema(Generic[Made]):
    """Makes something of a schema once per schema object: a schema in use is never changed."""

    def __init__(self, make: Callable[[Mapping[str, Any]], Made]) -> None:
        self._make = make
        # An entry holds its schema, so the id stays its own.
        self._known: OrderedDict[int, tuple[Mapping[str, Any], Made]] = OrderedDict()
        self._lock = Lock()

    def of(self, schema: Mapping[str, Any]) -> Made:
        with self._lock:
            known = self._known.get(id(schema))
        if known is not None:
            return known[1]
        made = self._make(schema)
        self.keep(schema, made)
        return made

    def knows(self, schema: Mapping[str, Any]) -> bool:
        return id(schema) in self._known

    def keep(self, schema: Mapping[str, Any], made: Made) -> None:
        """Remember what was made of a schema elsewhere."""
        with self._lock:
            self._known[id(schema)] = (schema, made)
            if len(self._known) > MOST_SCHEMAS:
                self._known.popitem(last=False)
