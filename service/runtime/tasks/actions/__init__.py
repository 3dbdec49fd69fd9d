"""What people do with a task: a module for each action, found by being here.

How to add one: docs/how-to/add-an-action.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

from service.errors import NotFound
from service.runtime.tasks.action import Action


@cache
def actions() -> Mapping[str, Action[Any]]:
    """Return every action by its name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return MappingProxyType({module.ACTION.name: module.ACTION for module in modules})


def action(name: str) -> Action[Any]:
    """Return an action by its name. NotFound when there is none."""
    if name not in actions():
        raise NotFound(action=name)
    return actions()[name]
