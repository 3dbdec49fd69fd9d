"""YAML that remembers its lines, so that whatever is wrong with it can be said where it stands."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import Composer

from service import unreadable
from service.wording import Text


class UnreadableYaml(ValueError):
    """The text is no YAML, or no mapping; `line` counts from 1."""

    def __init__(self, reason: Text, line: int) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


class Lines(dict[Any, Any]):
    """A mapping that knows in which line it, and each of its keys, begins."""

    line: int = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: dict[Any, int] = {}

    def line_of(self, key: Any) -> int:
        return self.lines.get(key, self.line)


class _Loader(Composer, yaml.CSafeLoader):
    """Keeps dates as the text they are (answers are JSON), and refuses a key written twice.

    Parsed by libyaml, five times as fast as in Python. What it finds is put together in Python all the same:
    yaml.CSafeLoader would end the whole process on a file nested deeply enough.
    """

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Lines:
    loader.flatten_mapping(node)
    found = Lines()
    found.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, (str, int, float)):
            raise _mistake(Text("a key must be a text or a number"), key_node)
        if key in found:
            raise _mistake(Text("the key {key!r} stands here twice", key=str(key)), key_node)
        found[key] = loader.construct_object(value_node, deep=True)
        found.lines[key] = key_node.start_mark.line + 1
    return found


def _mistake(reason: Text, node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, reason, node.start_mark)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def parse(content: str | bytes) -> Lines:
    """Return the mapping that a YAML text holds, empty for an empty one. UnreadableYaml names the line."""
    text = ""
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
        found = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        reason = problem if isinstance(problem, Text) else unreadable.of_yaml(problem)
        raise UnreadableYaml(reason, min(mark.line, text.count("\n")) + 1 if mark else 1) from error
    # PyYAML turns 1_ or 0o9 into numbers with int(); nested too deeply, it runs out of stack.
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UnreadableYaml(unreadable.of_text(error), 1) from error
    if found is None:
        return Lines()
    if not isinstance(found, Lines):
        raise UnreadableYaml(Text("the file must hold keys and values"), 1)
    return found
