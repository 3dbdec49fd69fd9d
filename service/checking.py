"""Checking files before anything is deployed, against what this installation brings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from service import manifest
from service.engine import guarantees
from service.engine.check import check
from service.engine.check.guarantees import verdicts
from service.engine.check.reading import read_manifest
from service.engine.check.report import Report
from service.engine.drawing.extensions import accounts_of
from service.engine.files.findings import Finding
from service.engine.guarantees import Verdict
from service.errors import InvalidDeployment, NotFound
from service.handlers import HANDLERS
from service.runtime.scenarios import sources
from service.wording import Text


def check_paths(paths: Sequence[Path]) -> list[Finding]:
    """Return the findings about these files; nothing is said about those beside them.

    What the files refer to is looked up among themselves first, then in the set they belong to (`rest`).
    Nor may they break what is guaranteed there.
    """
    given, beside = read_files(paths), sources.around(paths)
    found = check(manifest.laid_over(beside.files, given), topics=HANDLERS)
    return [finding for finding in found if finding.file in given or _is_broken_promise(finding)]


def _is_broken_promise(finding: Finding) -> bool:
    return finding.file == guarantees.FILE and finding.severity == "error"


def judge_paths(paths: Sequence[Path]) -> tuple[Verdict, ...]:
    """Return what is found of the guarantees on these files, laid over the set they belong to.

    InvalidDeployment with its findings for what cannot be judged.
    """
    files = manifest.laid_over(sources.around(paths).files, read_files(paths))
    found = [each for each in check(files, topics=HANDLERS) if each.severity == "error"]
    beyond = [each for each in found if each.code != guarantees.BROKEN]
    if beyond:
        raise InvalidDeployment(findings=beyond)
    return verdicts(files, read_manifest(files, HANDLERS, {name: Report(name) for name in files}))


def rest(paths: Sequence[Path]) -> Text | None:
    """Return what else was looked at, and where that stands; None where the files are a whole set."""
    given, beside = read_files(paths), sources.around(paths)
    others = len(manifest.laid_over(beside.files, given)) - len(given)
    if not others:
        return None
    return Text("What is not among these files was looked up in {origin}.", origin=beside.origin)


def not_known(paths: Sequence[Path]) -> Text | None:
    """Return what only a deployment can judge: whether there are the accounts that tasks name."""
    drawings = {name: content for name, content in read_files(paths).items() if name.endswith(".bpmn")}
    around = read_manifest(drawings, HANDLERS, {name: Report(name) for name in drawings})
    tasks = (each for process in around.processes.values() for each in process.elements.values())
    named = {name for each in tasks for name in accounts_of(each.extensions)}
    if not named:
        return None
    return Text(
        "Whether these accounts exist, only the deployment knows: {names}.", names="、".join(sorted(named))
    )


def summary(paths: Iterable[Path]) -> Text:
    """Return what was checked, for files about which there is nothing to say."""
    kinds = Counter(Path(name).suffix for name in find_files(paths))
    named = [kinds[each] for each in (".bpmn", ".dmn", ".form")]
    return Text(
        "Nothing to mend. Files checked: {every} (drawings {drawings}, decisions {tables}, forms {forms}, "
        "others {others})",
        every=kinds.total(),
        drawings=named[0],
        tables=named[1],
        forms=named[2],
        others=kinds.total() - sum(named),
    )


def find_files(paths: Iterable[Path]) -> dict[str, Path]:
    """Return files by name, and those of folders that belong into a manifest. NotFound for a wrong path."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise NotFound(Text("{path}: there is no such file or folder.", path=str(path)))
        found += manifest.files_in(path) if path.is_dir() else [path]
    return manifest.by_name(found)


def read_files(paths: Iterable[Path]) -> dict[str, bytes]:
    """Return the same files as name → content."""
    return {name: path.read_bytes() for name, path in find_files(paths).items()}
