"""Ways to tell people something outside: a module for each, found by being here.

See docs/how-to/add-a-channel.md. What people find here, in the application, is no channel: `effects/notices`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from service.runtime.effects.channel import Channel
from service.settings import Settings


@cache
def channels() -> Mapping[str, Channel]:
    """Return every channel by its name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return MappingProxyType({module.CHANNEL.name: module.CHANNEL for module in modules})


def set_up(settings: Settings) -> Mapping[str, Channel]:
    """Return the channels that this installation has, by their names."""
    return {name: each for name, each in channels().items() if each.is_set_up(settings)}
