"""The file format of scenarios. The keys are Chinese, because process owners write them.

    场景: W02 法务不同意           what happens, in a line; 说明: why
    时间: 2026-09-01 09:00        the first moment; 发起人: who starts
    资料: [通用, 臻选新品]          default answers, files of answers/
    答复: {活动: {字段: 值}}        default answers of this scenario, over those
    日期: {开始日: 2026-09-23}     names of days, for answers and moments
    额度: {市场部: 560000}         what is left of a department's allowance
    步骤:                         a list; the first key of each says what is done

Steps: 启动 (a process), 办到 (everybody answers by default until …), 办理 (one task), 过 and 到 (time),
消息 (a message), 撤销 (its applicant withdraws the case, and why), 负载 (a load sample), 数据 (figures of
days), 期望 (what must hold now).

With 现在 a scenario ends at that moment and may count its days from it (`3 天前 09:30`); the demo company's
are played with the moment of seeding in its place. With 节奏 people answer within working hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from service.engine.files.nearest import suggestion
from service.runtime.scenarios import moments
from service.runtime.scenarios.answers import Answers, merged
from service.runtime.scenarios.moments import Days, Pace
from service.runtime.scenarios.yaml_lines import Lines, ScenarioError, load
from service.wording import Text

__all__ = ["Scenario", "ScenarioError", "Step", "read"]

NEEDED = ("场景", "时间", "步骤")
HEAD = frozenset({*NEEDED, "说明", "发起人", "资料", "答复", "日期", "额度", "现在", "节奏", "当日办"})
OPTIONS: Mapping[str, frozenset[str]] = {
    "启动": frozenset({"人", "填", "案", "变量", "拒收"}),
    "办到": frozenset({"案", "除", "拖延"}),
    "办理": frozenset({"人", "填", "案", "元素", "拒收"}),
    "过": frozenset(),
    "到": frozenset(),
    "消息": frozenset({"人", "案", "填", "流程", "拒收"}),
    "撤销": frozenset({"人", "案", "拒收"}),
    "负载": frozenset({"案"}),
    "数据": frozenset({"人", "案", "拒收"}),
    "期望": frozenset({"案"}),
}
EXPECTED = frozenset(
    {
        "待办",
        "有待办",
        "无待办",
        "变量",
        "事实",
        "为何",
        "待生效",
        "经过",
        "未经过",
        "结束",
        "状态",
        "异常",
        "期限",
        "办理人",
        "记录",
        "通知",
        "已催办",
        "已上报",
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
    """A scenario as written."""

    name: str
    file: str
    starts_at: datetime
    applicant: str
    steps: tuple[Step, ...]
    answers: Answers
    days: Days = field(default_factory=Days)
    pace: Pace | None = None
    allowances: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path, present: datetime | None = None) -> Scenario:
    """Return the scenario in a file. ScenarioError names the line that cannot be understood.

    `present` takes the place of its 现在; a scenario without that key has no present.
    """
    content = load(path)
    head = _Head(content, str(path))
    head.check()
    given = (present or head.moment("现在", Days())) if "现在" in content else None
    answers = merged(content, path, given)
    days = Days(given, answers.days)
    return Scenario(
        name=str(content["场景"]),
        file=str(path),
        starts_at=head.moment("时间", days),
        applicant=str(content.get("发起人", "")),
        steps=tuple(_step(each, str(path), content.line_of("步骤")) for each in content["步骤"]),
        answers=answers,
        days=days,
        pace=head.pace(),
        allowances=content.get("额度") or {},
    )


@dataclass(frozen=True)
class _Head:
    """What a scenario says before its steps."""

    content: Lines
    file: str

    def check(self) -> None:
        _only_known(self.content, HEAD, self.file)
        for key in NEEDED:
            if key not in self.content:
                raise ScenarioError(Text("The key {key} is missing.", key=key), file=self.file, line=1)
        if not isinstance(self.content["步骤"], list):
            raise self._error("步骤", Text("{key} must be a list.", key="步骤"))

    def moment(self, key: str, days: Days) -> datetime:
        text = str(self.content[key])
        try:
            return days.moment(text)
        except ValueError as error:
            raise self._error(key, no_moment(text, days)) from error

    def pace(self) -> Pace | None:
        if "节奏" not in self.content:
            return None
        text = str(self.content["节奏"])
        try:
            return Pace(moments.minutes(text), frozenset(self.content.get("当日办") or ()))
        except ValueError as error:
            message = Text(
                "{key} {text}: write for example {example}.", key="节奏", text=text, example="150 分钟"
            )
            raise self._error("节奏", message) from error

    def _error(self, key: str, message: Text) -> ScenarioError:
        return ScenarioError(message, file=self.file, line=self.content.line_of(key))


def no_moment(text: str, days: Days) -> Text:
    """Return why a text is no moment of a scenario with these days."""
    if days.present is None and any(word in text for word in ("现在", "天", "工作日")):
        return Text("{text} counts from the present: the scenario needs the key 现在.", text=text)
    named = "、".join(days.named)
    if named:
        return Text(
            "{text} is no moment: write 2026-09-01 09:00, 3 天前 09:30, or one of the days {named}.",
            text=text,
            named=named,
        )
    return Text("{text} is no moment: write 2026-09-01 09:00 or 3 天前 09:30.", text=text)


def _step(content: Any, file: str, line: int) -> Step:
    if not isinstance(content, Lines) or not content:
        message = Text("A step is written as `- 办到: …`, not {text}.", text=repr(content))
        raise ScenarioError(message, file=file, line=line)
    action = next(iter(content))
    if action not in OPTIONS:
        message = Text("{word!r} is no step.{hint}", word=str(action), hint=suggestion(str(action), OPTIONS))
        raise ScenarioError(message, file=file, line=content.line)
    _only_known(content, {action, *OPTIONS[action]}, file)
    if action == "期望":
        if not isinstance(content[action], Lines):
            message = Text("{key} holds keys and values.", key="期望")
            raise ScenarioError(message, file=file, line=content.line)
        _only_known(content[action], EXPECTED, file)
    return Step(action, content[action], content, file, content.line)


def _only_known(content: Lines, known: Iterable[str], file: str) -> None:
    names = frozenset(known)
    for key in content:
        if key not in names:
            message = Text(
                "{word!r} is not known here.{hint}", word=str(key), hint=suggestion(str(key), names)
            )
            raise ScenarioError(message, file=file, line=content.line_of(key))
