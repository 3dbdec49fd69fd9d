"""What the company promises, held against the drawings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from service.engine import guarantees
from service.engine.check.surroundings import Surroundings
from service.engine.files.findings import Finding
from service.engine.files.kept import Kept, kept_by_content
from service.engine.files.xml import without_layout
from service.engine.guarantees import Reading, Subject, Verdict
from service.wording import Text

_JUDGED: Kept[tuple[Verdict, ...]] = Kept(most=50)
_WITHOUT_WEIGHT = (".json", ".md")


def check_guarantees(
    files: Mapping[str, bytes], around: Surroundings, *, is_sound: bool
) -> Iterator[Finding]:
    """Yield what is wrong with the guarantees, and what breaks them in the drawings.

    Drawings that are not sound cannot be walked: then that is said instead.
    """
    reading = guarantees.read(files[guarantees.FILE])
    yield from reading.findings
    if reading.guarantees and not is_sound:
        text = Text("The guarantees are judged once the errors in drawings and tables are mended.")
        yield Finding(guarantees.FILE, 0, "", "warning", "guarantee-not-proven", text)
        return
    yield from _unnamed(reading, around)
    yield from guarantees.findings_of(verdicts(files, around))


def verdicts(files: Mapping[str, bytes], around: Surroundings) -> tuple[Verdict, ...]:
    """Return what is found of the sentences that can be judged, made once for the same files."""
    return _JUDGED.get(_key(files, around), lambda: _judged(files, around))


def _judged(files: Mapping[str, bytes], around: Surroundings) -> tuple[Verdict, ...]:
    reading = guarantees.read(files.get(guarantees.FILE, b""))
    wrong = {finding.element for finding in _unnamed(reading, around)}
    sentences = [each for each in reading.guarantees if each.key not in wrong]
    return guarantees.judge(Subject.of(around, around.topics), sentences)


def _unnamed(reading: Reading, around: Surroundings) -> Iterator[Finding]:
    """Yield what the sentences speak of that is nowhere."""
    subject = Subject.of(around, around.topics)
    for each in reading.guarantees:
        yield from guarantees.check_names(each, subject)


def _key(files: Mapping[str, bytes], around: Surroundings) -> tuple[object, ...]:
    """Return what the verdicts hang on: every file but those that only say what things are called.

    Where shapes stand on a drawing proves nothing.
    """
    digests = ((name, _digest(name, content)) for name, content in sorted(files.items()))
    promised = (
        (each.name, *each.outputs, *each.errors, each.tells, each.applies) for each in around.topics.values()
    )
    return tuple(promised), *(each for each in digests if not each[0].endswith(_WITHOUT_WEIGHT))


@kept_by_content
def _digest(name: str, content: bytes) -> bytes:
    return sha256(without_layout(content) if name.endswith(".bpmn") else content).digest()
