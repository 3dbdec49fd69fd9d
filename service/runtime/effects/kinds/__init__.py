"""What outbox rows do: a module for each kind of effect, found by being here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from service.errors import HandlerFailed
from service.runtime.effects.kind import Kind
from service.runtime.step.context import Application
from service.store.models import Outbox
from service.wording import Text


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind of effect by its name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return MappingProxyType({module.KIND.name: module.KIND for module in modules})


def carry_out(app: Application, row: Outbox) -> None:
    """Do what a row asks for. AlreadyDone when it was done meanwhile; any other exception: not done."""
    kind = kinds().get(row.kind)
    if kind is None:
        raise HandlerFailed(
            Text("Nothing is known about effects of the kind {kind!r}.", kind=row.kind), kind=row.kind
        )
    kind.carry_out(app, row, row.payload)


def holds_up(row: Outbox) -> bool:
    """Say whether a case is held up while a row has failed."""
    kind = kinds().get(row.kind)
    return kind is None or kind.holds_up
