"""Who is told of what, read off the company's files: every event, every audience, and where it happens.

`python -m tests.processes.told` prints docs/notices.md; `test_told` proves the cells over real cases.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from service import resources
from service.engine.definition import Model
from service.engine.drawing import Element
from service.engine.nodes.involving import CONSULTS, INFORMS, NOTICE
from service.engine.organisation import BY_ITSELF, TASK
from service.runtime.tasks import telling

HOLDER = "办理人"
_TOPICS = {"notify.alert": "notice", "notify.escalate": "escalate", "campaign.pause": "pause"}
"""Topics that tell somebody, and under which kind; with `alerts` it is an alert."""
_NAMED = re.compile(r'"([^"]+)"')
# What these tell depends on the answers of the form of responsibilities, whoever they name.
_BY_RACI = {INFORMS: "copy", CONSULTS: "consult"}
RACI = "责任分工表"


@dataclass(frozen=True)
class Cell:
    """An event, some of those who are told of it, and the places of the drawings where it happens."""

    kind: str
    reason: str
    at: tuple[str, ...] = ()


@cache
def model() -> Model:
    return Model.load(resources.manifest_files())


def events() -> list[Cell]:
    """Return what the organisation declares: its events by themselves, and those the drawings name."""
    places: dict[str, list[str]] = {}
    for where, element in _elements():
        if key := element.properties.get(NOTICE):
            places.setdefault(key, []).append(where)
    return [
        Cell(key, reason, tuple(places.get(key, ())))
        for key, event in model().organisation.notices.items()
        for reason in event.tell
    ]


def deadlines() -> list[Cell]:
    """Return who hears of a task that waits: reminders, and word to those above."""
    cells = []
    for where, element in _elements():
        said = element.properties
        if said.get("remindAt") or said.get("remindEvery"):
            also = tuple(filter(None, re.split("[,，、]\\s*", said.get("remindAlso", ""))))
            cells += [Cell("remind", reason, (where,)) for reason in (HOLDER, *also)]
        if said.get("escalateAfter"):
            cells += [
                Cell("escalate", _plain(said["escalateTo"]), (where,)),
                Cell("escalate", HOLDER, (where,)),
            ]
    return cells


def phases() -> list[Cell]:
    """Return who is sent a copy of a phase, and who is asked what they think of it."""
    return [
        Cell(kind, RACI if said.startswith("=") else said, (where,))
        for where, element in _elements()
        for name, kind in _BY_RACI.items()
        if (said := element.properties.get(name))
    ]


def services() -> list[Cell]:
    """Return what service tasks tell."""
    return [
        Cell("alert" if "alerts" in given else kind, reason, (where,))
        for where, element in _elements()
        if (kind := _TOPICS.get(element.extensions.attribute("topic") or ""))
        for given in [dict(element.extensions.inputs)]
        for reason in _groups(given.get("groups", ""))
    ]


def actions() -> list[tuple[str, str]]:
    """Return what people are told when others do something with a task: by name, whom and of what."""
    found = [
        each for name, each in inspect.getmembers(telling, inspect.isfunction) if not name.startswith("_")
    ]
    told = [each for each in found if "tell(" in inspect.getsource(each) and each is not telling.tell]
    return [
        (each.__name__, inspect.getdoc(each) or "") for each in sorted(told, key=lambda each: each.__name__)
    ]


def _elements() -> Iterator[tuple[str, Element]]:
    for process in model().processes.values():
        for element in process.elements.values():
            yield f"{process.key}/{element.id}", element


def _groups(written: str) -> Sequence[str]:
    return _NAMED.findall(written) if written.startswith("=") else tuple(filter(None, [written]))


def _plain(written: str) -> str:
    """Return names of people; of what is reckoned, what it is written with."""
    return re.sub(r'[="\[\]]', "", written).replace(", ", "、")


# ---- the document -----------------------------------------------------------------------------------


def document() -> str:
    """Return docs/notices.md."""
    notices = model().organisation.notices
    return "\n".join(
        [
            "# Who is told of what",
            "",
            "Made by `python -m tests.processes.told` from the company's drawings and `organisation.yaml`;",
            "proven over real cases by `tests/processes/test_told.py`. Nobody is told of what they do",
            "themselves; who stands in for somebody is told in their stead. 办理人: who can do the task;",
            "经办人: who has done something in the case, or has to;",
            f"{RACI}: whom the table of responsibilities names.",
            "",
            "## Events of a case",
            "",
            *_table(
                ("event", "in Chinese", "who is told", "where it happens"),
                ((cell.kind, notices[cell.kind].name, cell.reason, _where(cell)) for cell in events()),
            ),
            "## What drawings tell beside them",
            "",
            *_table(("kind", "who is told", "where"), ((c.kind, c.reason, _where(c)) for c in services())),
            "## Phases: copies and requests for an opinion, once per case and phase",
            "",
            *_table(("kind", "who", "phase"), ((c.kind, c.reason, _where(c)) for c in phases())),
            "## Tasks that wait",
            "",
            "Before, at and after the due moment, as drawn; 办理人 are sent a copy of what is reported.",
            "",
            *_table(("task", "reminded", "reported to"), _waiting()),
            "## What people do with a task",
            "",
            *_table(("action", "what is told"), actions()),
        ]
    )


def _waiting() -> Iterator[tuple[str, str, str]]:
    by_task: dict[str, dict[str, list[str]]] = {}
    for cell in deadlines():
        by_task.setdefault(cell.at[0], {}).setdefault(cell.kind, []).append(cell.reason)
    for task, told in by_task.items():
        above = [each for each in told.get("escalate", ()) if each != HOLDER]
        yield task, "、".join(told.get("remind", ())), "、".join(above)


def _where(cell: Cell) -> str:
    if cell.at:
        return ", ".join(f"`{each}`" for each in cell.at)
    return (
        "whenever a task opens"
        if cell.kind == TASK
        else "whenever it happens"
        if cell.kind in BY_ITSELF
        else ""
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(each or '—' for each in row)} |"
    yield ""


if __name__ == "__main__":
    print(document(), end="")
