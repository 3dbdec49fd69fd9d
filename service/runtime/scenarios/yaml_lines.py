"""YAML that remembers its lines, so that a failed expectation can say where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from service.errors import ServiceError


class ScenarioError(ServiceError):
    """The scenario is written wrongly, or does not come out as it says."""

    def __init__(self, message: str, *, file: str = "", line: int = 0) -> None:
        super().__init__(f"{file}:{line}: {message}" if file else message)
        self.reason, self.file, self.line = message, file, line


class Lines(dict[str, Any]):
    """A mapping that knows in which line it, and each of its keys, begins."""

    line: int = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


class _Loader(yaml.SafeLoader):
    """Keeps dates as the text they are (answers are JSON), and refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Lines:
        self.flatten_mapping(node)
        found = Lines()
        found.line = node.start_mark.line + 1
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in found:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands here twice", key_node.start_mark
                )
            found[key] = self.construct_object(value_node, deep=True)
            found.lines[key] = key_node.start_mark.line + 1
        return found


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_constructor(
    "tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node, deep=True)
)


def load(path: Path) -> Lines:
    """Return the mapping in a file. ScenarioError with the line when there is none, or it is no YAML."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ScenarioError(
            getattr(error, "problem", None) or str(error), file=str(path), line=line
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"The file cannot be read: {error}", file=str(path), line=1) from error
    if not isinstance(content, Lines):
        raise ScenarioError("The file must hold keys and values.", file=str(path), line=1)
    return content
