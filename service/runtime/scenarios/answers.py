"""Default answers: the named sets in `answers/`, one over the other, and the scenario's own over them.

A set maps activities (the ids of forms) to fields and values. Its key 日期 names days for its answers, and
may be overridden like them: an answer that begins with `=` is FEEL over these days, what the form opens
with, and the present moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from service import resources as installed
from service.errors import FeelError
from service.feel import FEEL
from service.feel.codec import plain
from service.runtime.scenarios.moments import FIRST_MOMENT, RESERVED, Days
from service.runtime.scenarios.yaml_lines import Lines, ScenarioError, load
from service.wording import Text

DAYS = "日期"
DAY = "数据"
"""Under which stand the figures of an ordinary day, for the step of that name."""


@dataclass(frozen=True)
class Answers:
    """Default answers by form or activity, and the days they speak of.

    `written` are the same as they stand in each file, those of the scenario last.
    """

    by_form: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)
    written: tuple[tuple[str, Lines], ...] = ()

    @property
    def own(self) -> Lines:
        """Return what the scenario itself answers."""
        return self.written[-1][1] if self.written else Lines()

    def of(self, form: str | None) -> Mapping[str, Any]:
        """Return the default answers of a form or activity, as written."""
        return self.by_form.get(form or "", {})


def merged(content: Lines, path: Path, present: datetime | None) -> Answers:
    """Return the answers of a scenario. ScenarioError for a set or a day that cannot be found."""
    named = content.get("资料") or []
    files = [_set_file(name, content, path) for name in ([named] if isinstance(named, str) else named)]
    own = content.get("答复") or Lines()
    days = _days(content, str(path))
    return _laid_over(files, (str(path), own), days, present)


def answers_of(sets: Sequence[str], folder: Path, present: datetime | None = None) -> Answers:
    """Return the answers of named sets, those a folder of scenarios would find."""
    return _laid_over([answers_file(name, folder) for name in sets], ("", Lines()), {}, present)


def _laid_over(
    files: Sequence[Path], own: tuple[str, Lines], own_days: Mapping[str, _Day], present: datetime | None
) -> Answers:
    written = (*((str(file), load(file)) for file in files), own)
    found: dict[str, dict[str, Any]] = {}
    days: dict[str, _Day] = {}
    for file, answers in written:
        days |= _days(answers, file)
        _lay_over(found, answers)
    return Answers(found, _reckoned({**days, **own_days}, present), written)


def _lay_over(found: dict[str, dict[str, Any]], answers: Mapping[str, Any]) -> None:
    for activity, fields in answers.items():
        if activity != DAYS:
            found[activity] = {**found.get(activity, {}), **(fields or {})}


def answers_file(name: str, folder: Path) -> Path:
    """Return the file of a set of answers: beside the scenarios, or beside their neighbours.

    The scenarios of a folder `demo` share the answers of `scenarios`; where there are none it is the set of
    this installation.
    """
    places = [folder / "answers", folder.parent / "scenarios" / "answers", installed.scenarios() / "answers"]
    files = [place / f"{name}.yaml" for place in places]
    return next((file for file in files if file.exists()), files[0])


def computed(value: Any, data: Mapping[str, Any], now: datetime) -> Any:
    """Return an answer with every text in it that begins with `=` replaced by what that FEEL yields.

    FeelError when it yields nothing.
    """
    if isinstance(value, Mapping):
        return {key: computed(entry, data, now) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [computed(entry, data, now) for entry in value]
    if isinstance(value, str) and value.startswith("="):
        return plain(FEEL.evaluate(value, data, now=now))
    return value


@dataclass(frozen=True)
class _Day:
    """A day as written: its name, its text, and where that stands."""

    name: str
    text: str
    file: str
    line: int

    def error(self, message: Text) -> ScenarioError:
        return ScenarioError(message, file=self.file, line=self.line)


def _days(content: Lines, file: str) -> dict[str, _Day]:
    entries = content.get(DAYS) or Lines()
    return {
        str(name): _Day(str(name), str(text), file, entries.line_of(name)) for name, text in entries.items()
    }


def _reckoned(written: Mapping[str, _Day], present: datetime | None) -> dict[str, date]:
    """Return what the days are, each counted from those before it: one put in another's place moves them."""
    named: dict[str, date] = {}
    for each in written.values():
        if each.name in RESERVED:
            raise each.error(Text("{name} already means something: call the day otherwise.", name=each.name))
        try:
            named[each.name] = _day(each.text, Days(present, named))
        except (ValueError, FeelError) as error:
            raise each.error(
                Text(
                    "{name} is no day: write 2026-09-23, 3 天前, 2 个工作日后, or FEEL such as {example}.",
                    name=f"{each.name}: {each.text}",
                    example='=开始日 + duration("P2D")',
                )
            ) from error
    return named


def _day(text: str, days: Days) -> date:
    if not text.startswith("="):
        return days.day(text)
    found = FEEL.evaluate(text, days.named, now=days.present or FIRST_MOMENT)
    if not isinstance(found, date) or isinstance(found, datetime):
        raise ValueError(text)
    return found


def _set_file(name: str, content: Lines, path: Path) -> Path:
    file = answers_file(name, path.parent)
    if not file.exists():
        message = Text("There is no set of answers {name!r}: {file} is missing.", name=name, file=str(file))
        raise ScenarioError(message, file=str(path), line=content.line_of("资料"))
    return file
