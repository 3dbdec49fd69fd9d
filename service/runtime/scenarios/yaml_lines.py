"""A scenario's YAML file, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from service import yaml_lines
from service.errors import ServiceError
from service.wording import Text, joined
from service.yaml_lines import Lines, UnreadableYaml

__all__ = ["Lines", "ScenarioError", "load", "together"]


class ScenarioError(ServiceError):
    """The scenario is written wrongly, or does not come out as it says."""

    def __init__(self, message: str, *, file: str = "", line: int = 0) -> None:
        place = Text("{place}: {message}", place=f"{file}:{line}", message=message) if file else message
        super().__init__(place)
        self.reason, self.file, self.line = message, file, line


def together(errors: Sequence[ScenarioError]) -> ScenarioError:
    """Return one error that tells all of these, each at its place."""
    first, *others = errors
    more = [Text("  {message}", message=each.message) for each in others]
    reason = Text("{message}", message=first.reason)
    return ScenarioError(joined([reason, *more], "{first}\n{rest}"), file=first.file, line=first.line)


def load(path: Path) -> Lines:
    """Return the mapping in a file. ScenarioError with the line when there is none, or it is no YAML.

    A file that has not changed is read once: the answers that all scenarios share are long.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise ScenarioError(
            Text("The file cannot be read: {reason}.", reason=str(error)), file=str(path), line=1
        ) from error
    return _load(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=32)
def _load(path: Path, _changed: int, _size: int) -> Lines:
    try:
        content = yaml_lines.parse(path.read_bytes())
    except UnreadableYaml as error:
        raise ScenarioError(error.reason, file=str(path), line=error.line) from error
    except OSError as error:
        raise ScenarioError(
            Text("The file cannot be read: {reason}.", reason=str(error)), file=str(path), line=1
        ) from error
    if not content:
        raise ScenarioError(Text("The file must hold keys and values."), file=str(path), line=1)
    return content
