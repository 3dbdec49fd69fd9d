"""What may be started beside a case: processes that exist, conditions that parse and read what there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.engine.organisation import FILE, LOAD, LOAD_ANSWERS, SITUATION, FollowUp, Organisation
from service.feel import parse, strip_equals
from service.wording import Text

_PHASE = re.compile(r'list contains\(\s*phases\s*,\s*"([^"]*)"')
AnswersOf = Callable[[str], Collection[str] | None]
"""Returns the keys that a process's start form answers to; None for a process without one."""


def check_follow_ups(
    organisation: Organisation, processes: Collection[str], facts: Collection[str], answers_of: AnswersOf
) -> Iterator[Finding]:
    """Yield what is wrong with the follow-ups. `facts` are the names known as `case.…`."""
    for follow_up in organisation.follow_ups.values():
        name = follow_up.process
        if name not in processes:
            text = Text("There is no process {name!r}.{hint}", name=name, hint=suggestion(name, processes))
            yield _error(organisation, name, "unknown-process", text)
            continue
        if follow_up.when:
            yield from _condition(organisation, follow_up, processes, facts)
        if follow_up.begun_by == LOAD:
            yield from _load(organisation, name, answers_of(name) or ())


def _condition(
    organisation: Organisation, follow_up: FollowUp, processes: Collection[str], facts: Collection[str]
) -> Iterator[Finding]:
    parsed = parse(strip_equals(follow_up.when))
    for problem in parsed.problems:
        text = Text("The condition cannot be used: {reason}", reason=problem.message)
        yield _error(organisation, follow_up.process, "not-feel", text)
    read = [path.split(".") for path in parsed.paths]
    for name in sorted(parsed.names - {*SITUATION}):
        text = Text("The condition reads {name!r}.{hint}", name=name, hint=suggestion(name, SITUATION))
        yield _error(organisation, follow_up.process, "unknown-variable", text)
    for phase in _PHASE.findall(follow_up.when):
        if phase not in processes:
            text = Text("There is no process {name!r}.{hint}", name=phase, hint=suggestion(phase, processes))
            yield _error(organisation, follow_up.process, "unknown-process", text)
    for fact in sorted({path[1] for path in read if path[0] == "case" and len(path) > 1} - {*facts}):
        text = Text("The case has no fact {name!r}.{hint}", name=fact, hint=suggestion(fact, facts))
        yield _error(organisation, follow_up.process, "unknown-fact", text)


def _load(organisation: Organisation, process: str, answers: Collection[str]) -> Iterator[Finding]:
    for key in LOAD_ANSWERS:
        if key not in answers:
            text = Text(
                "A load sample begins {process!r}, but its start form has no field {key!r}.{hint}",
                process=process,
                key=key,
                hint=suggestion(key, answers),
            )
            yield _error(organisation, process, "reads-nothing", text)


def _error(organisation: Organisation, process: str, code: str, message: Text) -> Finding:
    return Finding(FILE, organisation.line_of("follow_ups", process), process, "error", code, message)
