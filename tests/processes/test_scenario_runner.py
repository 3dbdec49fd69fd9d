"""The scenario runner itself, on a drawing of its own: one request, decided, with a reminder."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import languages
from service.errors import InvalidAnswers
from service.feel.forms import result_of
from service.runtime.scenarios import ScenarioResult, UnderTest, run_file, run_paths
from service.runtime.scenarios.acting import told as told_of
from service.wording import translated
from tests.engine import diagrams
from tests.engine.decision_tables import definitions
from tests.runtime.cases.test_evaluations import TIERS, ask
from tests.runtime.drawings import chain

DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="t">
  <bpmn:process id="request" name="申请" isExecutable="true">
    <bpmn:extensionElements><camunda:properties>
      <camunda:property name="inputs" value="amount" />
    </camunda:properties></bpmn:extensionElements>
    <bpmn:laneSet id="lanes"><bpmn:lane id="lane" name="财务部">
      <bpmn:flowNodeRef>begun</bpmn:flowNodeRef><bpmn:flowNodeRef>decide</bpmn:flowNodeRef>
      <bpmn:flowNodeRef>decided_gateway</bpmn:flowNodeRef><bpmn:flowNodeRef>granted</bpmn:flowNodeRef>
      <bpmn:flowNodeRef>refused</bpmn:flowNodeRef><bpmn:flowNodeRef>late</bpmn:flowNodeRef>
      <bpmn:flowNodeRef>reminded</bpmn:flowNodeRef>
    </bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="begun" name="申请"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="begun" targetRef="decide" />
    <bpmn:userTask id="decide" name="决定" camunda:dueDate="=workdays_after(now(), 2)">
      <bpmn:extensionElements>
        <camunda:inputOutput>
          <camunda:outputParameter name="granted">=granted</camunda:outputParameter>
        </camunda:inputOutput>
        <camunda:properties><camunda:property name="notBy" value="applicant" /></camunda:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:boundaryEvent id="late" name="2 个工作日" cancelActivity="false" attachedToRef="decide">
      <bpmn:outgoing>f5</bpmn:outgoing>
      <bpmn:timerEventDefinition id="late_timer">
        <bpmn:timeDate>=workdays_after(now(), 2)</bpmn:timeDate>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="f5" sourceRef="late" targetRef="reminded" />
    <bpmn:endEvent id="reminded" name="已到期"><bpmn:incoming>f5</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="decide" targetRef="decided_gateway" />
    <bpmn:exclusiveGateway id="decided_gateway" name="同意？" default="f4">
      <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing><bpmn:outgoing>f4</bpmn:outgoing>
    </bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="f3" name="是" sourceRef="decided_gateway" targetRef="granted">
      <bpmn:conditionExpression>=granted</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="f4" name="否" sourceRef="decided_gateway" targetRef="refused" />
    <bpmn:endEvent id="granted" name="同意"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
    <bpmn:endEvent id="refused" name="不同意"><bpmn:incoming>f4</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""
ORGANISATION = "groups: {市场部: department, 财务部: department}\n"
PEOPLE = """人员:
  - {账号: lin, 姓名: 林悦, 部门: 市场部}
  - {账号: xu, 姓名: 许诺, 部门: 财务部, 负责人: true}
"""
REFUSED = {
    "data": {},
    "errors": [{"path": "granted", "code": "required", "params": {}}],
    "warnings": [],
}
"""What the isolate answers when nothing was filled in."""
HEAD = """场景: 申请
时间: 2026-09-28 09:00
发起人: 林悦
答复:
  decide: {granted: true}
步骤:
  - 启动: request
"""
FILES = {"request.bpmn": DRAWING.encode(), "organisation.yaml": ORGANISATION.encode()}


def drawn(folder: Path) -> UnderTest:
    """The drawing above, whatever stands beside the scenario."""
    return UnderTest(FILES, "the drawing of this test")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "人员.yaml").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


def play(folder: Path, steps: str, head: str = HEAD) -> ScenarioResult:
    """Run the head, nine lines with the start, and the steps after it."""
    file = folder / "case.yaml"
    file.write_text(head + steps, encoding="utf-8")
    return run_file(file, source=drawn)


def test_everybody_answers_by_default_until_the_end(folder: Path) -> None:
    result = play(folder, "  - 办到: 结束\n  - 期望: {结束: granted, 变量: {granted: true}}\n")

    assert result.failures == ()
    assert result.visited == ("begun", "decide", "decided_gateway", "granted")


def test_a_scenario_may_use_the_names_in_the_drawing_and_its_own_answers(folder: Path) -> None:
    result = play(
        folder, "  - 办理: 决定\n    填: {granted: false}\n  - 期望: {结束: refused, 未经过: [granted]}\n"
    )

    assert result.passed


def test_the_goal_may_be_an_event_that_time_brings(folder: Path) -> None:
    result = play(folder, "  - 办到: reminded\n    除: [decide]\n  - 期望: {待办: [decide]}\n")

    assert result.failures == ()
    assert result.visited[-1] == "reminded"


def test_a_failed_expectation_names_file_and_line(folder: Path) -> None:
    result = play(folder, "  - 期望:\n      待办: [decide]\n      变量: {granted: true}\n")

    assert not result.passed
    assert result.failures == (f"{folder / 'case.yaml'}:10: 变量: granted is nowhere set.",)


def test_every_wrong_expectation_of_a_step_is_told(folder: Path) -> None:
    failure = play(folder, "  - 期望:\n      待办: []\n      经过: [granted]\n").failures[0]

    assert ":9: 待办: expected none; open are decide" in failure
    assert ":10: 经过: granted was never entered." in failure


def test_time_moves_by_workdays_over_the_holidays(folder: Path) -> None:
    # From Monday 28 September two workdays lead to the 30th; 1 to 7 October is a holiday.
    steps = """  - 期望: {期限: {decide: "2026-09-30 23:59:59"}, 办理人: {decide: 财务部}}
  - 过: 2 个工作日
  - 期望: {未经过: [reminded]}
  - 过: 1 个工作日
  - 期望: {经过: [reminded], 待办: [decide]}
  - 到: 2026-10-08 09:00
  - 期望: {待办: [decide]}
  - 过: 4 小时
  - 到: 2026-10-08 09:00
"""
    assert play(folder, steps).failures == (
        f"{folder / 'case.yaml'}:16: 到 2026-10-08 09:00: it is already 2026-10-08 13:00.",
    )


def test_a_refusal_can_be_expected(folder: Path) -> None:
    assert (
        play(folder, "  - 办理: decide\n    人: 林悦\n    拒收: 本人\n")
        .failures[0]
        .count("not because of 本人")
        == 1
    )
    assert play(folder, "  - 办理: decide\n    人: 许诺\n    拒收: 权限\n").failures == (
        f"{folder / 'case.yaml'}:10: 办理 decide: it should have been refused.",
    )


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ("  - 办理: gone\n", ":8: 'gone' is in no drawing. Write its id."),
        (
            "  - 办到: refused\n",
            ":8: 办到 refused: nothing happens any more; no task is open; request has ended at granted",
        ),
        ("  - 跳过: decide\n", ":8: '跳过' is no step"),
        ("  - 办理: decide\n    甲: 乙\n", ":9: '甲' is not known here. Known are 人, 元素"),
        ("  - 期望: {待办事项: []}\n", ":8: '待办事项' is not known here. Did you mean '待办'?"),
        ("  - 过: 两天\n", ":8: 过 两天: write for example"),
        ("  - 到: 明天\n", ":8: 明天 counts from the present: the scenario needs the key 现在."),
        ("  - 办理: decide\n    人: 张三\n", ":9: There is nobody named '张三'. Known are"),
        ("  - 期望: {异常: [decide]}\n", ":8: 异常: expected decide, found none."),
        ("  - 办理: decide\n    填: {a: 1, a: 2}\n", "the key 'a' stands here twice"),
        ("  - 启动: nothing\n", ":8: 启动 nothing: There is no process 'nothing'."),
    ],
)
def test_what_is_written_wrongly_is_told_with_its_line(folder: Path, steps: str, reason: str) -> None:
    (failure,) = play(folder, steps).failures

    assert reason in failure


def test_an_unexpected_incident_fails_the_next_expectation(folder: Path) -> None:
    failure = play(folder, "  - 办理: decide\n    填: {granted: 也许}\n  - 期望: {待办: []}\n").failures[0]

    assert "异常: expected none, found decided_gateway" in failure


@pytest.mark.parametrize(
    ("wanted", "failure"),
    [
        ("{tier: 2}", None),
        ("{tier: 分管副总裁}", None),
        ("{tier: 1}", "为何: tier was decided by rule 2 五万至二十万，分管副总裁, expected 1."),
        ("{tier: 总裁}", None),
        ("{tier: 部门}", "为何: tier was decided by rule 2"),
        ("{tiers: 1}", "为何: the table tiers was never asked. Did you mean 'tier'?"),
    ],
)
def test_the_rule_that_decided_can_be_expected(folder: Path, wanted: str, failure: str | None) -> None:
    propose = diagrams.user("propose", group="财务部", outputs={"amount": "amount"})
    drawn = chain("p", propose, ask(), diagrams.user("approve", group="财务部"))
    drawn["tier.dmn"] = definitions(TIERS)
    (folder / "case.yaml").write_text(
        HEAD.replace("request", "p").replace("decide: {granted: true}", "approve: {}")
        + f"  - 办理: propose\n    填: {{amount: 60000}}\n  - 期望: {{为何: {wanted}}}\n",
        encoding="utf-8",
    )

    result = run_file(folder / "case.yaml", source=lambda _: UnderTest(drawn, "the table of this test"))

    failures = "".join(result.failures)
    assert failures == "" if failure is None else failure in failures


def test_an_answer_may_be_computed_from_what_the_form_opens_with(folder: Path) -> None:
    steps = "  - 办理: decide\n    填: {granted: '=1 < 2'}\n  - 期望: {结束: granted}\n"

    assert play(folder, steps).passed


def test_the_report_tells_visits_and_coverage(folder: Path) -> None:
    (folder / "one.yaml").write_text(HEAD + "  - 办到: 结束\n", encoding="utf-8")
    told: list[str] = []

    passed = run_paths([folder], source=drawn, tell=told.append)

    assert passed
    assert "    begun → decide → decided_gateway → granted" in told
    assert any(line.split() == ["request", "3/6", "1/2"] for line in told)
    assert "    never visited: late, refused, reminded" in told
    assert "    never taken: decided_gateway → refused (否)" in told


def test_one_scenario_of_several_tells_no_coverage_unless_asked(folder: Path) -> None:
    for name in ("one", "other"):
        (folder / f"{name}.yaml").write_text(HEAD + "  - 办到: 结束\n", encoding="utf-8")
    told: list[str] = []
    more: list[str] = []

    run_paths([folder / "one.yaml"], source=drawn, tell=told.append)
    run_paths([folder / "one.yaml"], source=drawn, tell=more.append, verbose=True)

    assert not any("never visited" in line for line in told)
    assert any("never visited" in line for line in more)


def test_one_wrong_scenario_fails_the_run_and_is_told_again_at_the_end(folder: Path) -> None:
    (folder / "one.yaml").write_text(HEAD + "  - 期望: {待办: []}\n", encoding="utf-8")
    (folder / "other.yaml").write_text(HEAD + "  - 办到: 结束\n", encoding="utf-8")
    told: list[str] = []

    assert not run_paths([folder], source=drawn, tell=told.append)

    heading, failure, _summary = told[-3:]
    assert heading == "Not as expected:"
    assert failure.startswith(f"{folder / 'one.yaml'}:8: 待办: ")


def test_what_a_form_refuses_is_told_in_the_language_of_the_reader() -> None:
    error = InvalidAnswers(errors=result_of(REFUSED).errors)

    told = translated(told_of(error), languages.catalogue(languages.CHINESE).gettext)

    assert told.endswith("granted：此项必填。")


def test_nothing_to_run_is_no_success(folder: Path) -> None:
    assert not run_paths([folder], source=drawn, tell=lambda line: None)


def test_several_cases_run_side_by_side(folder: Path) -> None:
    steps = """  - 启动: request
    案: 乙
  - 办理: decide
    案: 乙
    填: {granted: false}
  - 期望: {案: 乙}
"""
    told = play(folder, steps).failures[0]
    assert "'案' is not known here" in told

    steps = steps.replace("  - 期望: {案: 乙}\n", "")
    steps += "  - 期望: {结束: refused}\n    案: 乙\n  - 期望: {待办: [decide]}\n    案: 甲\n"
    assert play(folder, steps).failures == ()


def test_who_is_offered_a_task_and_the_state_of_the_process_can_be_expected(folder: Path) -> None:
    steps = "  - 期望: {办理人: {decide: 市场部}, 状态: {request: completed}}\n"

    told = play(folder, steps).failures[0]

    assert "办理人: decide is offered to 财务部, not 市场部." in told
    assert "状态: request is active, expected completed." in told


def test_a_start_variable_must_be_one_of_the_declared_inputs(folder: Path) -> None:
    head = HEAD.replace("  - 启动: request\n", "  - 启动: request\n    变量: {size: 1}\n    拒收: size\n")

    assert play(folder, "", head).failures == ()


def test_a_file_that_is_not_there_is_told(folder: Path) -> None:
    told: list[str] = []

    assert not run_paths([folder / "gone.yaml"], source=drawn, tell=told.append)
    assert any("gone.yaml:1: The file cannot be read" in line for line in told)


def test_a_message_can_be_sent_with_computed_contents(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        """场景: 上线前改期
时间: 2026-08-17 09:00
发起人: 林悦
资料: [通用, 臻选新品]
步骤:
  - 启动: campaign_approval
  - 办到: launch_check
  - 消息: stop_approved
    填:
      stop_date: =date("2026-09-24")
      stop_reason: 改期到明年
  - 期望:
      变量: {stop_date: "2026-09-24"}
      事实: {stop_reason: 改期到明年}
      待生效: {}
      经过: {launch_stopped: 1}
      通知: {段一鸣: 没有这样的通知}
""",
        encoding="utf-8",
    )

    (told,) = run_file(file).failures

    assert told == f"{file}:17: 通知: 段一鸣 was told nothing about '没有这样的通知'."


BEGUN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="http://countersign.example">
  <bpmn:message id="m" name="order_came" />
  <bpmn:message id="n" name="paid" />
  <bpmn:process id="order" name="订单" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="came" name="订单到达">
      <bpmn:extensionElements><camunda:inputOutput>
        <camunda:outputParameter name="amount">=amount</camunda:outputParameter>
      </camunda:inputOutput></bpmn:extensionElements>
      <bpmn:messageEventDefinition id="md" messageRef="m" />
    </bpmn:startEvent>
    <bpmn:receiveTask id="payment" name="等付款" messageRef="n" />
    <bpmn:endEvent id="done" name="完成" />
    <bpmn:sequenceFlow id="f1" sourceRef="came" targetRef="payment" />
    <bpmn:sequenceFlow id="f2" sourceRef="payment" targetRef="done" />
  </bpmn:process>
</bpmn:definitions>
"""


@pytest.mark.parametrize(
    ("steps", "failures"),
    [
        (
            (
                "  - 消息: order_came\n    填: {amount: 7}\n"
                "  - 期望: {变量: {amount: 7}, 状态: {order: active}}\n"
            ),
            0,
        ),
        ("  - 消息: order_came\n    填: {amount: 7}\n  - 消息: paid\n  - 期望: {结束: done}\n", 0),
        ("  - 消息: order_came\n    填: {amount: 7}\n    案: 乙\n  - 消息: paid\n    案: 甲\n", 1),
        ("  - 消息: order_gone\n", 1),
        ("  - 消息: order_came\n    人: 林悦\n    填: {amount: 7}\n    拒收: right\n", 0),
    ],
)
def test_a_message_begins_a_case_and_goes_to_who_waits_for_it(
    folder: Path, steps: str, failures: int
) -> None:
    file = folder / "case.yaml"
    file.write_text(f"场景: 订单\n时间: 2026-09-28 09:00\n步骤:\n{steps}", encoding="utf-8")
    files = FILES | {"order.bpmn": BEGUN.encode()}

    played = run_file(file, source=lambda _folder: UnderTest(files, "messages"))

    assert len(played.failures) == failures, played.failures


REMINDED = DRAWING.replace(
    '<camunda:property name="notBy" value="applicant" />',
    '<camunda:property name="remindAt" value="0, 1" /><camunda:property name="remindAlso" value="市场部" />'
    '<camunda:property name="escalateAfter" value="1" />'
    '<camunda:property name="escalateTo" value="财务部" />',
)


def remind(folder: Path, expected: str) -> ScenarioResult:
    """Let a workday pass after the due date of the request, then expect."""
    file = folder / "case.yaml"
    file.write_text(f"{HEAD}  - 到: 2026-10-08 23:59:59\n  - 期望: {expected}\n", encoding="utf-8")
    files = FILES | {"request.bpmn": REMINDED.encode()}
    return run_file(file, source=lambda _folder: UnderTest(files, "reminders"))


@pytest.mark.parametrize(
    "expected",
    [
        "{已催办: [decide], 已上报: [decide]}",
        "{已催办: {decide: 2}, 已上报: {decide: 1}}",
        "{已催办: {decide: [许诺, 林悦]}, 已上报: {decide: 许诺}}",
        "{已催办: {granted: 0}}",
    ],
)
def test_of_what_people_are_reminded_can_be_expected(folder: Path, expected: str) -> None:
    assert remind(folder, expected).failures == ()


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("{已催办: [granted]}", "已催办: nobody was told of granted."),
        ("{已催办: {decide: 1}}", "已催办: of decide people were told 2 times, expected 1."),
        ("{已上报: {decide: 林悦}}", "已上报: 林悦 was not told of decide; told were 许诺."),
    ],
)
def test_what_was_expected_and_nobody_was_told_is_a_difference(
    folder: Path, expected: str, told: str
) -> None:
    [failure] = remind(folder, expected).failures

    assert failure.endswith(told)
