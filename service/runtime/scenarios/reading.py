"""The file format of scenarios. The keys are Chinese, because process owners write them.

    场景: W02 法务不同意           what happens, in a line; 说明: why
    时间: 2026-09-01 09:00        the first moment; 发起人: who starts
    资料: [通用, 臻选新品]          default answers, files of answers/
    答复: {活动: {字段: 值}}        default answers of this scenario, over those
    额度: {市场部: 560000}         what is left of a department's allowance
    步骤:                         a list; the first key of each says what is done

Steps: 启动 (a process), 办到 (everybody answers by default until …), 办理 (one task), 过 and 到 (time),
消息 (a message), 负载 (a load sample), 数据 (figures of a day), 期望 (what must hold now).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from service import resources as installed
from service.runtime.scenarios.yaml_lines import Lines, ScenarioError, load
from service.settings import ZONE

__all__ = ["Scenario", "ScenarioError", "Step", "moment", "read"]

HEAD = {"场景", "说明", "时间", "发起人", "资料", "答复", "额度", "步骤"}
OPTIONS: Mapping[str, frozenset[str]] = {
    "启动": frozenset({"人", "填", "案", "变量", "拒收"}),
    "办到": frozenset({"案", "除", "拖延"}),
    "办理": frozenset({"人", "填", "案", "元素", "拒收"}),
    "过": frozenset(),
    "到": frozenset(),
    "消息": frozenset({"案", "填", "流程"}),
    "负载": frozenset({"案"}),
    "数据": frozenset({"案"}),
    "期望": frozenset({"案"}),
}
EXPECTED = frozenset(
    {
        "待办",
        "有待办",
        "无待办",
        "变量",
        "经过",
        "未经过",
        "结束",
        "状态",
        "异常",
        "期限",
        "办理人",
        "记录",
        "通知",
    }
)


@dataclass(frozen=True)
class Step:
    """One thing that is done or must hold. `options` are the keys beside the first."""

    action: str
    value: Any
    options: Lines
    file: str
    line: int

    def error(self, message: str, key: str | None = None) -> ScenarioError:
        """Return the error of this step, at the line of one of its keys."""
        line = self.options.line_of(key) if key else self.line
        return ScenarioError(message, file=self.file, line=line)


@dataclass(frozen=True)
class Scenario:
    """A scenario as written. `answers`: default answers, activity → field → value."""

    name: str
    file: str
    starts_at: datetime
    applicant: str
    steps: tuple[Step, ...]
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    allowances: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path) -> Scenario:
    """Return the scenario in a file. ScenarioError names the line that cannot be understood."""
    content = load(path)
    _only_known(content, HEAD, str(path))
    for key in ("场景", "时间", "步骤"):
        if key not in content:
            raise ScenarioError(f"The key {key} is missing.", file=str(path), line=1)
    if not isinstance(content["步骤"], list):
        raise ScenarioError("步骤 must be a list.", file=str(path), line=content.line_of("步骤"))
    return Scenario(
        name=str(content["场景"]),
        file=str(path),
        starts_at=_moment_at(content, "时间", str(path)),
        applicant=str(content.get("发起人", "")),
        steps=tuple(_step(each, path) for each in content["步骤"]),
        answers=_answers(content, path),
        allowances=content.get("额度") or {},
    )


def moment(text: str) -> datetime:
    """Return `2026-09-01 09:00` or `2026-09-01` (its first moment) in Asia/Shanghai. ValueError otherwise."""
    found = datetime.fromisoformat(str(text).strip())
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def _moment_at(content: Lines, key: str, file: str) -> datetime:
    try:
        return moment(content[key])
    except ValueError as error:
        message = f"{key} must be a moment such as 2026-09-01 09:00."
        raise ScenarioError(message, file=file, line=content.line_of(key)) from error


def _step(content: Any, path: Path) -> Step:
    if not isinstance(content, Lines) or not content:
        raise ScenarioError(f"A step is written as `- 办到: …`, not {content!r}.", file=str(path), line=1)
    action = next(iter(content))
    if action not in OPTIONS:
        known = "、".join(OPTIONS)
        message = f"{action!r} is no step; a step begins with {known}."
        raise ScenarioError(message, file=str(path), line=content.line)
    _only_known(content, {action, *OPTIONS[action]}, str(path))
    if action == "期望":
        if not isinstance(content[action], Lines):
            raise ScenarioError("期望 holds keys and values.", file=str(path), line=content.line)
        _only_known(content[action], EXPECTED, str(path))
    return Step(action, content[action], content, str(path), content.line)


def _answers(content: Lines, path: Path) -> dict[str, dict[str, Any]]:
    """Return the default answers: the named sets, a later one over an earlier, then the scenario's own."""
    named = content.get("资料") or []
    sets = [load(_set_file(name, content, path)) for name in ([named] if isinstance(named, str) else named)]
    merged: dict[str, dict[str, Any]] = {}
    for answers in [*sets, content.get("答复") or {}]:
        for activity, fields in answers.items():
            merged[activity] = {**merged.get(activity, {}), **(fields or {})}
    return merged


def answers_file(name: str, folder: Path) -> Path:
    """Return the file of a set of answers: beside the scenario, else that of this installation."""
    places = [folder / "answers" / f"{name}.yaml", installed.scenarios() / "answers" / f"{name}.yaml"]
    return next((place for place in places if place.exists()), places[0])


def _set_file(name: str, content: Lines, path: Path) -> Path:
    file = answers_file(name, path.parent)
    if not file.exists():
        message = f"There is no set of answers {name!r}: {file} is missing."
        raise ScenarioError(message, file=str(path), line=content.line_of("资料"))
    return file


def _only_known(content: Lines, known: set[str] | frozenset[str], file: str) -> None:
    for key in content:
        if key not in known:
            message = f"The key {key!r} is not known here; known are {'、'.join(sorted(known))}."
            raise ScenarioError(message, file=file, line=content.line_of(key))
