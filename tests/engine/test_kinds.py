"""Kinds of values, followed through expressions and drawings: what can never be right is refused."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from service.engine.check import check
from service.engine.kinds.infer import infer
from service.engine.kinds.model import (
    DATE,
    DATE_TIME,
    NULL,
    NUMBER,
    TEXT,
    TRUTH,
    context,
    join,
    listed,
    of,
    text,
)
from service.feel import parse
from tests.engine.diagrams import (
    boundary,
    call,
    element,
    end,
    flow,
    loop,
    path,
    process,
    script,
    service,
    start,
    timer,
    user,
    xor,
)

KNOWN = {
    "day": of(DATE),
    "word": of(TEXT | NULL),
    "amount": of(NUMBER | NULL),
    "done": TRUTH,
    "conclusion": text("同意", "不同意", "修改后同意").or_null(),
    "rows": listed(context({"price": of(NUMBER | NULL), "unit": text("元", "件")})),
    "result": context({"tier": text("head", "ceo")}),
}


def misfits(expression: str, *, unary: bool = False) -> list[str]:
    found = infer(expression, parse(expression, unary=unary), KNOWN, unary=unary)
    return [each.code for each in found.misfits]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("day + duration(\"P1D\")", "a date"),
        ("now() - now()", "a duration"),
        ("duration(\"P1M\") * 2", "a duration in months"),
        ("amount * 2", "a number"),
        ("word + word", "a text"),
        ("if done then amount else word", "a number or a text"),
        ("rows[price > 3].unit", "a list"),
        ("rows[1].price", "a number"),
        ("count(rows) > 1 and done", "true or false"),
        ("[word, null][item != null][1]", "a text"),
        ("date(now())", "a date"),
        ("sum(rows.price)", "a number"),
        ("for row in rows return row.unit", "a list"),
        ("unheard_of", "anything"),
    ],
)  # fmt: skip
def test_an_expression_has_the_kind_of_what_it_gives(expression, said):
    kind = infer(expression, parse(expression), KNOWN).kind

    assert kind.said == said


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("now() + 24", "kind-arithmetic"),
        ("day - 1", "kind-arithmetic"),
        ("word * 2", "kind-arithmetic"),
        ("word + amount", "kind-arithmetic"),
        ("-word", "kind-arithmetic"),
        ("day + word", "kind-arithmetic"),
        ('duration("P1M") + duration("P1D")', "kind-arithmetic"),
        ("word > 3", "kind-comparison"),
        ('amount = "50000"', "kind-comparison"),
        ('day > "2026-11-11"', "kind-comparison"),
        ("day = now()", "kind-comparison"),
        ("done = 1", "kind-comparison"),
        ("day between 1 and 9", "kind-comparison"),
        ('amount in ("a", 3)', "kind-comparison"),
        ("amount and done", "kind-condition"),
        ("if word then 1 else 2", "kind-condition"),
        ("some row in rows satisfies row.price", "kind-condition"),
        ("not(amount)", "kind-argument"),
        ("workdays_after(now(), -2)", "kind-argument"),
        ("workdays_after(now())", "kind-argument"),
        ('workdays_after(now(), "2")', "kind-argument"),
        ("sum(rows.unit)", "kind-argument"),
        ("upper case(amount)", "kind-argument"),
        ('duration("24h")', "kind-argument"),
        ('date("2026-02-30")', "kind-argument"),
        ("result.tiers", "unknown-entry"),
        ("rows.prices", "unknown-entry"),
        ("amount.total", "unknown-entry"),
        ('conclusion = "反对"', "never-equal"),
        ('conclusion != "不 同意"', "never-equal"),
        ('conclusion in ("通过", "同意")', "never-equal"),
        ('list contains(["通过"], conclusion)', "never-equal"),
        ('count(rows[unit = "个"])', "never-equal"),
        ('result.tier = "vice"', "never-equal"),
    ],
)
def test_what_can_never_be_right_is_a_misfit(expression, code):
    assert misfits(expression) == [code]


@pytest.mark.parametrize(
    "expression",
    [
        "amount = null",
        "conclusion = null or word = \"\"",
        "unheard_of > 3 and unheard_of.x = \"y\"",
        "rows[price > unheard_of]",
        "workdays_after(\"2026-11-11\", amount)",
        "yuan(null)",
        "date(word) < day",
        "day - day > duration(\"P3D\")",
        "concatenate([], [\"法务部\"])",
        "get value(result, \"tier\")",
        "list contains([\"同意\", \"通过\"], conclusion)",
        "min(day, date(\"2026-01-01\"))",
        "function(a) a + \"x\"",
        "if amount = null then \"\" else string(amount)",
        "(for i in 1..3 return i)[1] + 1",
        "conclusion = \"同意\"",
    ],
)  # fmt: skip
def test_what_may_be_right_is_left_alone(expression):
    assert misfits(expression) == []


def test_two_kinds_joined_may_be_either():
    both = join(text("a"), of(NUMBER))

    assert both.said == "a number or a text"
    assert both.texts == {"a"}
    assert join(context({"a": text("x")}), context({"b": of(DATE_TIME)})).entry("c") is None


def test_a_very_deep_expression_is_not_followed_to_its_end():
    deep = "not(" * 150 + "1" + ")" * 150

    assert misfits(deep) == []


FORM = """{"id": "review", "components": [
  {"type": "radio", "id": "f1", "key": "conclusion", "label": "结论",
   "values": [{"label": "同意", "value": "同意"}, {"label": "不同意", "value": "不同意"}]},
  {"type": "number", "id": "f2", "key": "amount", "label": "金额"},
  {"type": "datetime", "id": "f3", "key": "day", "label": "日期", "subtype": "date"},
  {"type": "textfield", "id": "f4", "key": "opinion", "label": "意见"},
  {"type": "expression", "id": "f5", "key": "twice", "expression": "=amount * 2", "computeOn": "change"}]}"""
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="grade" name="grade"><decisionTable id="t" hitPolicy="UNIQUE">
<input id="i" label="金额">
<inputExpression id="ie" typeRef="number"><text>amount</text></inputExpression></input>
<output id="o" name="tier" typeRef="string"/><output id="o2" name="days" typeRef="number"/>
<rule id="r1"><inputEntry id="c1"><text>&lt; 5</text></inputEntry>
<outputEntry id="c2"><text>"head"</text></outputEntry><outputEntry id="c3"><text>1</text></outputEntry></rule>
<rule id="r2"><inputEntry id="c4"><text>&gt;= 5</text></inputEntry>
<outputEntry id="c5"><text>"ceo"</text></outputEntry><outputEntry id="c6"><text>2</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
CASE = """main: p
facts:
  total: {kind: money, label: 总额}
  tier: {kind: text, label: 层级, values: {head: 头, ceo: 总}, initial: head}
"""
ECHO = SimpleNamespace(
    name="echo", inputs=("text",), required=(), outputs=("said", "at"), errors=(),
    kinds={"said": "number", "at": "moment"}, reads={}, is_open=False, tells=False, applies=False,
)  # fmt: skip


def found(*files: bytes, case: str = "", form: str = FORM) -> list[str]:
    everything = {f"file{number}.bpmn": content for number, content in enumerate(files)}
    everything |= {"review.form": form.encode(), "grade.dmn": TABLE.encode()}
    everything["organisation.yaml"] = "groups: {法务部: department}".encode()
    everything |= {"case.yaml": case.encode()} if case else {}
    findings = check(everything, topics={"echo": ECHO})
    return [f"{each.file} {each.element}: {each.code}" for each in findings if each.severity == "error"]


def reviewed(*parts: str, outputs: dict[str, str], after: str = "done") -> bytes:
    task = user("ask", outputs=outputs, camunda_formRef="review")
    return process(start(), task, *parts, end(), path("begin", "ask", after))


def decided(condition: str, outputs: dict[str, str], **more: str) -> bytes:
    """Return a form and a gateway that asks something of what it answered."""
    task = user("ask", outputs=outputs, camunda_formRef="review", **more)
    ways = [flow("gate", "done", condition, "yes"), flow("gate", "else", "", "no")]
    return process(start(), task, xor("gate", "no"), end(), end("else"), path("begin", "ask", "gate"), *ways)


@pytest.mark.parametrize(
    ("outputs", "condition", "codes"),
    [
        ({"x": "=conclusion"}, '=x = "同意"', []),
        ({"x": "=conclusion"}, '=x = "反对"', ["never-equal"]),
        ({"x": "=amount"}, '=x > "5"', ["kind-comparison"]),
        ({"x": "=amount"}, "=x", ["kind-place"]),
        ({"x": "=day"}, "=x < today()", ["kind-comparison"]),
        ({"x": "=date(day)"}, "=x < today()", []),
        ({"x": "=opinion"}, "=x", ["kind-place"]),
        ({"x": "=opinion"}, "=x + 1 > 3", ["kind-arithmetic"]),
        ({"x": "=twice"}, '=x = "a"', ["kind-comparison"]),
        ({"x": "=if amount > 5 then conclusion else null"}, '=x = "反对"', ["never-equal"]),
    ],
)
def test_a_condition_is_judged_by_what_the_form_can_answer(outputs, condition, codes):
    assert found(decided(condition, outputs)) == [f"file0.bpmn yes: {code}" for code in codes]


@pytest.mark.parametrize(
    ("due", "is_wrong"),
    [("=now() + 24", True), ("=2", True), ("=workdays_after(now(), 2)", False), ('=duration("PT2H")', False),
     ("=true", True), ('="2026-11-11"', False)],
)  # fmt: skip
def test_a_due_date_is_a_moment_or_a_duration(due, is_wrong):
    task = user("ask", camunda_dueDate=due)

    codes = found(process(start(), task, end(), path("begin", "ask", "done")))

    assert bool(codes) == is_wrong
    assert all(code.startswith("file0.bpmn ask: kind-") for code in codes)


@pytest.mark.parametrize(
    ("kind", "text_", "is_wrong"),
    [
        ("date", "=workdays_after(now(), 1)", False),
        ("date", '=duration("PT2H")', True),
        ("duration", '=duration("PT2H")', False),
        ("duration", "=workdays_after(now(), 1)", True),
        ("cycle", '=duration("PT2H")', True),
        ("cycle", '="R/P1D"', False),
    ],
)
def test_a_timer_takes_what_its_kind_of_time_is(kind, text_, is_wrong):
    late = boundary("late", "ask", timer(kind, text_), interrupting=False)
    drawing = process(
        start(), user("ask"), late, end(), end("told"), path("begin", "ask", "done"), path("late", "told")
    )

    assert found(drawing) == (["file0.bpmn late: kind-place"] if is_wrong else [])


def test_a_collection_is_a_list_and_its_completion_condition_a_truth():
    wrong = user("each", loop("=amount", until="=nrOfInstances"))
    right = user("others", loop("=[1, 2]", "each_one", until="=nrOfCompletedInstances > 1"))
    drawing = process(start(amount="=5"), wrong, right, end(), path("begin", "each", "others", "done"))

    assert found(drawing) == ["file0.bpmn each: kind-place", "file0.bpmn each: kind-place"]


def test_what_a_decision_gives_is_known_by_its_columns():
    ask = '<bpmn:businessRuleTask id="rule" camunda:decisionRef="grade" camunda:resultVariable="grade"/>'
    ways = [
        flow("gate", "done", '=grade.tiers = "head"', "a"),
        flow("gate", "done", '=grade.tier = "vice"', "b"),
    ]
    drawing = process(
        start(amount="=5"), ask, xor("gate", "c"), end(), *ways, flow("gate", "done", "", "c"),
        path("begin", "rule", "gate"),
    )  # fmt: skip

    assert found(drawing) == ["file0.bpmn b: never-equal", "file0.bpmn a: unknown-entry"]


def test_a_decision_is_not_asked_with_another_kind():
    ask = '<bpmn:businessRuleTask id="rule" camunda:decisionRef="grade" camunda:resultVariable="grade"/>'
    drawing = process(start(amount='="50"'), ask, end(), path("begin", "rule", "done"))

    assert found(drawing) == ["file0.bpmn rule: kind-place"]


def test_what_a_handler_brings_has_the_kind_its_topic_says():
    drawing = process(
        start(),
        service("tell"),
        script("late", "at + said", "x"),
        end(),
        path("begin", "tell", "late", "done"),
    )

    assert found(drawing) == ["file0.bpmn late: kind-arithmetic"]


def test_kinds_cross_into_called_processes_and_back():
    inner = process(
        start("i"), script("twice", "given * 2", "result"), end("o"), path("i", "twice", "o"),
        key="inner", inputs="given",
    ).replace(b'id="inner"', b'id="inner" camunda:isStartableInTasklist="false"')  # fmt: skip
    outer = process(
        start(),
        call("down", "inner", {"given": '="a"'}, {"back": "=result"}),
        end(),
        path("begin", "down", "done"),
    )

    assert found(outer, inner) == ["file1.bpmn twice: kind-arithmetic"]


def test_a_fact_takes_its_own_kind_and_values():
    drawing = reviewed(outputs={"case.total": "=opinion", "case.tier": '="boss"'})

    codes = found(drawing, case=CASE)

    assert codes == ["file0.bpmn ask: kind-place", "file0.bpmn ask: never-equal"]


def test_a_variable_may_be_what_any_step_makes_of_it():
    drawing = process(
        start(x="=1"), script("later", '"text"', "x"), script("either", "x + 1", "y"), end(),
        path("begin", "later", "either", "done"),
    )  # fmt: skip

    assert found(drawing) == []


def test_a_list_that_grows_in_a_loop_comes_to_an_end():
    drawing = process(
        start(x="=[]"), script("grow", "[x]", "x"), xor("more", "out"), end(), path("begin", "grow", "more"),
        flow("more", "grow", "=count(x) < 3", "again"), flow("more", "done", "", "out"),
    )  # fmt: skip

    assert found(drawing) == []


# ---- facts that are lists -------------------------------------------------------------------------------

LISTS = (
    b"main: p\nfacts:\n  agreed: {kind: list, label: a}\n  seen: {kind: list, label: b, initial: [x, y]}\n"
)


def asked_of_a_list(condition: str, *more: str) -> list[str]:
    """Return what is told of a condition where departments enter `case.agreed` by a task and a script."""
    taken = "=concatenate(case.agreed, result)"
    entered = f'<camunda:outputParameter name="case.agreed">{taken}</camunda:outputParameter>'
    late = element(
        "scriptTask", "late", "<bpmn:script>[who]</bpmn:script>", scriptFormat="feel",
        extension=f"<camunda:inputOutput>{entered}</camunda:inputOutput>",
    )  # fmt: skip
    drawing = process(
        start(), user("legal", outputs={"case.agreed": '=concatenate(case.agreed, ["法务部"])'}),
        script("name_it", '"技术部"', "who"), late, xor("gate", "no"), end(), end("over"), *more,
        path("begin", "legal", "name_it", "late", "gate"),
        flow("gate", "done", condition), flow("gate", "over", id="no"),
    )  # fmt: skip
    found = check({"p.bpmn": drawing, "case.yaml": LISTS}, topics={})
    return [f"{each.code}: {each.message}" for each in found if each.severity == "error"]


def test_an_entry_that_a_fact_of_the_case_never_holds_is_named_with_the_nearest_one():
    [told] = asked_of_a_list('=list contains(case.agreed, "法律部")')

    assert told.startswith("never-equal")
    assert "Did you mean '法务部'?" in told
    assert "技术部" in told


@pytest.mark.parametrize(
    "condition",
    [
        '=list contains(case.agreed, "法务部")',
        '=list contains(case.agreed, "技术部")',
        '=list contains(case.seen, "y")',
        "=list contains(case.agreed, who)",
    ],
)
def test_an_entry_that_some_step_writes_may_be_asked_for(condition):
    assert asked_of_a_list(condition) == []


def test_a_list_that_anything_may_enter_may_be_asked_for_anything():
    opened = boundary("open", "legal", timer("duration", "P1D"), interrupting=False)
    written = user("add", outputs={"case.agreed": "=departments"}) + path("open", "add", "over")

    assert asked_of_a_list('=list contains(case.agreed, "销售部")', opened, written) == []
