"""No two modules of the service need each other: whoever reads one need not have read the other first.

Every import counts, also those inside functions and those that only a type checker follows.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

SERVICE = Path(__file__).parents[1] / "service"
Graph = Mapping[str, set[str]]


def graph_of(folder: Path) -> Graph:
    """Return which modules of a package each of them imports."""
    paths = {_name(path, folder): path for path in folder.rglob("*.py")}
    return {name: _targets(path, name, paths) - {name} for name, path in paths.items()}


def _name(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _targets(path: Path, name: str, known: Mapping[str, Path]) -> set[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in known}
        elif isinstance(node, ast.ImportFrom):
            found |= set(_from(node, package, known))
    return found


def _from(node: ast.ImportFrom, package: str, known: Mapping[str, Path]) -> Iterator[str]:
    """`from x import y` needs the module `x.y` where there is one, and otherwise what `x` itself holds."""
    above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
    origin = ".".join([*above, *([node.module] if node.module else [])])
    for alias in node.names:
        full = f"{origin}.{alias.name}"
        if full in known:
            yield full
        elif origin in known:
            yield origin


def knots(graph: Graph) -> list[list[str]]:
    """Return the groups of modules that lead from each to each other, the largest first."""
    reached = {name: _reachable(graph, name) for name in graph}
    groups = {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in graph
        if name in reached[name]
    }
    return sorted(map(list, groups), key=len, reverse=True)


def _reachable(graph: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    ahead = list(graph[start])
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += graph[name]
    return seen


def test_no_modules_of_the_service_need_each_other():
    assert knots(graph_of(SERVICE)) == []


def test_every_way_of_importing_is_seen(tmp_path):
    package = tmp_path / "house"
    package.mkdir()
    for name, text in {
        "__init__": "",
        "plain": "import house.inside",
        "inside": "def later():\n    from house.typed import something",
        "typed": "if TYPE_CHECKING:\n    from . import plain",
        "apart": "from house.plain import later\nfrom house import absent\nimport json",
    }.items():
        (package / f"{name}.py").write_text(text)

    graph = graph_of(package)

    assert knots(graph) == [["house.inside", "house.plain", "house.typed"]]
    assert graph["house.apart"] == {"house.plain", "house"}
