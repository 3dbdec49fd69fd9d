"""Verdicts as findings of the check: a broken sentence is an error, with the way that breaks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from service.engine.drawing.kinds import PEOPLE
from service.engine.files.findings import Finding, PathStep, Severity
from service.engine.guarantees.model import Becomes, Before, Guarantee, Names, Proof, Step, Verdict
from service.engine.guarantees.reading import FILE
from service.wording import Text, joined

BROKEN, KNOWN = "guarantee-broken", "guarantee-known-gap"
MOST_NAMES, FIRST_NAMES = 16, 3
"""Of a way so many names are told in a finding, and so many of them from its beginning."""
UNPROVEN, CLOSED = "guarantee-not-proven", "guarantee-gap-closed"


def findings_of(verdicts: Iterable[Verdict]) -> Iterator[Finding]:
    """Yield what is wrong with the sentences; nothing for one that holds."""
    for verdict in verdicts:
        yield from _TOLD[verdict.proof.state](verdict.guarantee, verdict.proof)


def doubt(proof: Proof) -> str:
    """Return why a way may be one that no run takes; empty where it is sure."""
    if proof.is_sure:
        return ""
    places = joined([_named(step) for step in dict.fromkeys(proof.doubted)], "{first}, {rest}")
    return Text(
        "It may be that no case goes this way: what decides at {places} cannot be followed.", places=places
    )


def _holds(guarantee: Guarantee, _proof: Proof) -> Iterator[Finding]:
    if guarantee.known_gap is not None:
        text = Text("The guarantee “{name}” holds now: take its known_gap out.", name=guarantee.name)
        yield _finding(guarantee, "warning", CLOSED, text, Proof("holds"))


def _broken(guarantee: Guarantee, proof: Proof) -> Iterator[Finding]:
    said = {"name": guarantee.name, "text": guarantee.text, "how": _how(guarantee, proof)}
    gap = guarantee.known_gap
    if gap is None:
        text = Text("The guarantee “{name}” is broken: {text} {how}", **said)
        yield _finding(guarantee, "error", BROKEN, text, proof)
        return
    text = Text(
        "The guarantee “{name}” does not hold yet, as is known since {since}: {why} {how}",
        name=guarantee.name,
        since=gap.since,
        why=gap.why,
        how=_how(guarantee, proof),
    )
    yield _finding(guarantee, "warning", KNOWN, text, proof)


def _unproven(guarantee: Guarantee, proof: Proof) -> Iterator[Finding]:
    reason = proof.reason or ""
    text = Text("The guarantee “{name}” is not proven: {reason}.", name=guarantee.name, reason=reason)
    yield _finding(guarantee, "warning", UNPROVEN, text, proof)


_STATES = {
    "holds": Text("holds"),
    "broken": Text("does not hold"),
    "unproven": Text("not proven"),
    "gap": Text("known gap"),
}
_TOLD = {"holds": _holds, "broken": _broken, "unproven": _unproven}


def _how(guarantee: Guarantee, proof: Proof) -> Text:
    """Say how a sentence is broken: the reason, or the steps of the way."""
    if proof.reason is not None:
        return Text("Namely: {reason}.", reason=proof.reason)
    passed, doubted = _otherwise(guarantee, proof), doubt(proof)
    both = Text("{first} {rest}", first=passed, rest=doubted) if passed and doubted else passed or doubted
    return Text("This way: {way}. {doubt}", way=_in_short(proof), doubt=both)


def _in_short(proof: Proof) -> str:
    """Return the names on a way; of a long one how it begins, and what it comes to."""
    titles = [step.title for step in proof.way if step.is_told]
    if len(titles) <= MOST_NAMES:
        return " → ".join(titles)
    return Text(
        "{first} → … {count} more steps … → {last}",
        first=" → ".join(titles[:FIRST_NAMES]),
        count=len(titles) - MOST_NAMES,
        last=" → ".join(titles[FIRST_NAMES - MOST_NAMES :]),
    )


def _otherwise(guarantee: Guarantee, proof: Proof) -> str:
    """Say which tasks are on the way that would have kept the sentence, had they been concluded so."""
    claim, way = guarantee.claim, list(proof.way)
    if not isinstance(claim, (Before, Becomes)) or not claim.concluding:
        return ""
    if isinstance(claim, Before):
        again = [number for number, step in enumerate(way) if _is_one_of(step, claim.since)]
        way = way[max(again, default=0) :]
    met = [step for step in way if step.element.kind in PEOPLE and _is_one_of(step, claim.always)]
    if not met:
        return ""
    names = joined([Text("{name!r}", name=each.title) for each in dict.fromkeys(met)], "{first}, {rest}")
    return Text("It comes by {names}, but not with the answer that the guarantee asks for.", names=names)


def _is_one_of(step: Step, names: Names) -> bool:
    return step.element.id in names or f"{step.process}/{step.element.id}" in names


def _named(step: Step) -> Text:
    return Text("{name} ({id})", name=step.title, id=step.element.id)


def path_of(steps: Iterable[Step]) -> tuple[PathStep, ...]:
    """Return the steps of a way as a finding carries them."""
    return tuple(
        PathStep(step.process, step.element.id, step.title, "/".join(step.path))
        for step in steps
        if step.is_told
    )


def _finding(guarantee: Guarantee, severity: Severity, code: str, text: Text, proof: Proof) -> Finding:
    return Finding(FILE, guarantee.line, guarantee.key, severity, code, text, path_of(proof.way))


def lines_of(verdict: Verdict) -> Iterator[tuple[int, str]]:
    """Yield a verdict for a terminal, as (depth, line): state and sentence, then why and by which way."""
    guarantee, proof, gap = verdict.guarantee, verdict.proof, verdict.guarantee.known_gap
    state = _STATES["gap"] if gap is not None and proof.state == "broken" else _STATES[proof.state]
    yield 0, Text("{state}: {name} ({key})", state=state, name=guarantee.name, key=guarantee.key)
    yield 1, guarantee.text
    if gap is not None:
        yield 1, Text("Known since {since}: {why}", since=gap.since, why=gap.why)
    if proof.reason is not None:
        yield 1, proof.reason
    for step in (each for each in proof.way if each.is_told):
        said = {"name": step.title, "process": step.process, "id": step.element.id}
        yield 2, Text("→ {name} ({process}/{id})", **said)
    for each in filter(None, (_otherwise(guarantee, proof), doubt(proof))):
        yield 1, each


def as_json(verdict: Verdict) -> Mapping[str, object]:
    """Return a verdict as programs read it."""
    guarantee, proof = verdict.guarantee, verdict.proof
    gap = guarantee.known_gap
    return {
        "key": guarantee.key,
        "name": guarantee.name,
        "text": guarantee.text,
        "state": proof.state,
        "path": [step.as_json() for step in path_of(proof.way)],
        "is_sure": proof.is_sure,
        "doubted": [step.as_json() for step in path_of(proof.doubted)],
        "reason": proof.reason,
        "known_gap": {"since": gap.since, "why": gap.why} if gap is not None else None,
    }
