"""Changing what `organisation.yaml` declares: a line or a list of it, with everything beside left as written.

The file stays the one home of groups and company dates, so a change is a deployment like any other:
checked, compared, activated again. Words and comments are the owners', so nothing else is written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import yaml

from service import manifest
from service.engine import organisation
from service.engine.organisation import Organisation
from service.errors import Conflict, NotFound
from service.runtime.releases import deployments
from service.runtime.step.context import Actor, Application
from service.store import manifests


def declare(app: Application, by: Actor, right: str, change: Callable[[str], str]) -> None:
    """Deploy the live `organisation.yaml` as `change` makes it, as somebody with this right."""
    with app.db.read() as session:
        live = manifests.live_id(session)
        files = manifests.files_of(session, live) if live else {}
    if manifest.ORGANISATION not in files:
        raise NotFound("Nothing has been deployed yet.")
    text = files[manifest.ORGANISATION].decode()
    changed = change(text)
    if changed != text:
        deployments.deploy(app, by, {manifest.ORGANISATION: changed.encode()}, right=right)


def with_group(text: str, name: str, kind: str) -> str:
    """Return the file with one more group."""
    line = f"{name}: {kind}"
    section = _section(text, "groups")
    if not isinstance(section, yaml.MappingNode) or not section.value:
        changed = _appended(_without(text, "groups"), f"groups:\n  {line}\n")
    else:
        last_key, last = section.value[-1]
        at, written = last.end_mark.index, f", {line}"
        if not section.flow_style:
            at, written = _end_of_line(text, at), f"\n{' ' * last_key.start_mark.column}{line}"
        changed = text[:at] + written + text[at:]
    return _expecting(changed, lambda now: now.groups.get(name) == kind)


def with_calendar(text: str, holidays: Iterable[date], workdays: Iterable[date]) -> str:
    """Return the file with these company dates and no others."""
    wanted = {"holidays": sorted(holidays), "workdays": sorted(workdays)}
    section, changed = _section(text, "calendar"), text
    if not isinstance(section, yaml.MappingNode) or section.flow_style or not section.value:
        changed = _appended(_without(text, "calendar"), f"calendar:\n{_lines('  ', wanted)}")
    else:
        known = {key.value: node for key, node in section.value}
        indent = " " * section.value[0][0].start_mark.column
        missing = {name: days for name, days in wanted.items() if name not in known}
        start = section.start_mark.index - section.start_mark.column
        # From the end, so that what is still to be written stands where it was read.
        for name in sorted(wanted.keys() & known.keys(), key=lambda each: -known[each].start_mark.index):
            changed = _replaced(changed, known[name], _list(wanted[name]))
        changed = changed[:start] + _lines(indent, missing) + changed[start:]
    return _expecting(
        changed,
        lambda now: (
            (now.company_holidays, now.company_workdays)
            == (frozenset(wanted["holidays"]), frozenset(wanted["workdays"]))
        ),
    )


def _section(text: str, name: str) -> yaml.Node | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    entries = root.value if isinstance(root, yaml.MappingNode) else []
    return next((value for key, value in entries if key.value == name), None)


def _without(text: str, name: str) -> str:
    """Return the text without a section that is empty or written in one line."""
    lines = text.splitlines(keepends=True)
    section = _section(text, name)
    if section is None:
        return text
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{name}:"))
    last = max(first, section.end_mark.line)
    return "".join([*lines[:first], *lines[last + 1 :]])


def _replaced(text: str, node: yaml.Node, written: str) -> str:
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        # One entry a line: from behind the key to the end of the last entry.
        start, end = text.rindex(":", 0, start) + 1, _end_of_line(text, node.value[-1].end_mark.index)
        return f"{text[:start]} {written}{text[end:]}"
    gap = "" if text[start - 1 : start] == " " else " "
    return text[:start] + gap + written + text[end:]


def _appended(text: str, section: str) -> str:
    return f"{text.rstrip()}\n\n{section}"


def _lines(indent: str, wanted: dict[str, list[date]]) -> str:
    return "".join(f"{indent}{name}: {_list(days)}\n" for name, days in wanted.items())


def _list(days: Iterable[date]) -> str:
    return f"[{', '.join(day.isoformat() for day in days)}]"


def _end_of_line(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end


def _expecting(text: str, holds: Callable[[Organisation], bool]) -> str:
    """Return the text if it says what it shall; Conflict when it is written in another way."""
    reading = organisation.read(text.encode())
    if reading.findings or not holds(reading.organisation):
        raise Conflict(
            "organisation.yaml is written in a way that cannot be changed here: deploy it by hand."
        )
    return text
