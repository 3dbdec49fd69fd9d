"""What the deployment check says about decision tables, and that its search for gaps is exact."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine.check import check
from service.engine.decisions import read_dmn
from service.engine.decisions.atoms import Atom
from service.engine.decisions.check import check_decision
from service.engine.decisions.coverage import Grid, grid
from service.engine.decisions.model import Decision, Input, Rule
from service.engine.decisions.search import Box
from tests.engine.decision_tables import decision, definitions, literal, requires, table


def codes(text: str) -> list[str]:
    return [finding.code for finding in check_decision(decision(text))]


def messages(text: str) -> list[str]:
    return [finding.message for finding in check_decision(decision(text))]


COMPLETE = [("< 50000", '"a"'), ("[50000..200000]", '"b"'), ("> 200000", '"c"')]


def test_a_table_without_gaps_or_overlaps_has_no_findings() -> None:
    assert codes(table(COMPLETE)) == []


@pytest.mark.parametrize(("third", "said"), [('"c"', []), ('"b"', ["decision-value-unused"]), ("x", [])])
def test_a_value_on_the_list_that_no_rule_gives_is_told(third, said) -> None:
    listed = '"a","b","c"'
    text = table([*COMPLETE[:2], ("> 200000", third)], outputs=[f"y:string:{listed}"])

    assert codes(text) == said


def test_a_gap_is_named_by_its_interval() -> None:
    rules = [("< 50000", '"a"'), ("(50000..200000]", '"b"'), ("> 200000.5", '"c"')]

    assert messages(table(rules)) == [
        "No rule matches when x is 50000 or (200000..200000.5]; add a rule or a default output."
    ]


def test_a_gap_over_two_columns_names_both() -> None:
    rules = [("< 10", '"a"', '"y"'), (">= 10", '"a","b"', '"z"')]
    text = table(rules, inputs=["x:number", 'kind:string:"a","b"'])

    assert messages(text) == [
        'No rule matches when x is < 10 and kind is "b"; add a rule or a default output.'
    ]


def test_a_text_that_nobody_mentions_is_a_gap() -> None:
    assert messages(table([('"a"', '"y"')], inputs=["x:string"])) == [
        "No rule matches when x is any other value; add a rule or a default output."
    ]


@pytest.mark.parametrize(
    "text",
    [
        table([("< 10", '"a"')], outputs=['y:string::"other"']),
        table([("< 10", '"a"')], hit="COLLECT"),
        table([("> limit", '"a"'), ("<= limit", '"b"')]),
        table([("true", '"a"'), ("false", '"b"')], inputs=["x:boolean"]),
    ],
    ids=["default output", "collect", "cells with variables", "both booleans"],
)
def test_no_gap_is_claimed(text: str) -> None:
    assert codes(text) == []


def test_an_overlap_under_unique_is_an_error_on_the_lower_rule() -> None:
    findings = check_decision(decision(table([("<= 10", '"a"'), (">= 10", '"b"')])))

    assert [(f.code, f.severity, f.line) for f in findings] == [("decision-overlap", "error", 4)]


def test_any_may_overlap_only_where_results_agree() -> None:
    assert codes(table([("<= 10", '"a"'), (">= 10", '"a"')], hit="ANY")) == []
    assert codes(table([("<= 10", '"a"'), (">= 10", '"b"')], hit="ANY")) == ["decision-overlap"]


def test_a_rule_below_those_that_take_everything_is_never_reached() -> None:
    rules = [("< 5", '"a"'), (">= 5", '"b"'), ("[1..9]", '"c"')]

    assert codes(table(rules, hit="FIRST")) == ["decision-unreachable"]


def test_a_rule_written_twice_is_a_warning() -> None:
    assert codes(table([("> 1", '"a"'), ("> 1", '"a"')], hit="COLLECT")) == ["decision-duplicate-rule"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (table(COMPLETE, hit="LAST"), "decision-hit-policy"),
        (table(COMPLETE, hit="COLLECT", aggregation="AVERAGE"), "decision-aggregation"),
        (table(COMPLETE, aggregation="SUM"), "decision-aggregation"),
        (
            table([("1", "2", "3")], hit="COLLECT", aggregation="SUM", outputs=["a", "b"]),
            "decision-aggregation",
        ),
        (table([("-",)]), "decision-arity"),
        (table([("-", "1", "2")]), "decision-arity"),
        (table([("-", "1")], outputs=[]), "decision-arity"),
        (table([]), "decision-no-rules"),
        (table([("1 +", '"a"')]), "decision-cell"),
        (table([("-", "1 +")]), "decision-cell"),
        (table([("-", "")]), "decision-cell"),
        (table([("-", '"a"')], inputs=["x +:number"]), "decision-cell"),
        (table([("-", '"a"')], inputs=[":number"]), "decision-input"),
        (table([('"a"', '"a"')]), "decision-type"),
        (table([("-", "1")]), "decision-type"),
        (table([("-", '"a"')], inputs=["x:money"]), "decision-type"),
        (table([("-", '"d"')], outputs=['y:string:"a","b"']), "decision-values"),
        (table([("[5..1]", '"a"')]), "decision-interval"),
        (table([("-", '"a"')], hit="PRIORITY"), "decision-priority"),
        (table([("-", "1", "2")], outputs=["a:number", "a:number"]), "decision-output-name"),
        ("<decision id='e'/>", "decision-empty"),
        ("<decision id='e'><context/></decision>", "decision-unsupported"),
        (literal("1", id_=""), "decision-id"),
        (literal("1", language="groovy"), "decision-language"),
        (table([("-", '"a"')], extra=requires("gone")), "decision-requirement"),
        (table([("-", '"a"')], extra=requires("choice")), "decision-requirement"),
    ],
)
def test_what_cannot_run_right_is_refused_by_name(text: str, code: str) -> None:
    findings = [finding for finding in check_decision(decision(text)) if finding.severity == "error"]

    assert {finding.code for finding in findings} == {code}
    assert all(finding.line > 1 and finding.file == "t.dmn" for finding in findings)


def test_an_id_used_twice_and_parts_we_do_not_run_are_refused() -> None:
    file = definitions(table(COMPLETE), table(COMPLETE, id_="other"), '<businessKnowledgeModel id="bkm"/>')

    found = {(finding.element, finding.code) for finding in read_dmn("t.dmn", file).findings}

    assert ("bkm", "decision-unsupported") in found
    assert ("in0", "decision-duplicate-id") in found


def test_decisions_that_require_each_other_are_refused_once() -> None:
    one = literal("1", id_="one").replace("<literal", requires("two") + "<literal", 1)
    two = literal("1", id_="two").replace("<literal", requires("one") + "<literal", 1)

    findings = read_dmn("t.dmn", definitions(one, two)).findings

    assert [finding.code for finding in findings] == ["decision-requirement"]


def test_a_table_is_read_and_judged_once_per_name_and_content() -> None:
    content = definitions(table(COMPLETE))

    assert read_dmn("t.dmn", content) is read_dmn("t.dmn", bytes(content))
    assert read_dmn("t.dmn", content).findings is read_dmn("t.dmn", content).findings


def test_a_file_that_is_no_xml_gives_one_finding() -> None:
    assert [finding.code for finding in check({"t.dmn": b"oops"}, topics={})] == ["xml-syntax"]


# The search for gaps, overlaps and unreachable rules against plain counting, on small tables.

ENDS = st.integers(0, 4)
TESTS = st.one_of(
    ENDS.map(str),
    st.builds(lambda op, n: f"{op} {n}", st.sampled_from(["<", "<=", ">", ">="]), ENDS),
    st.builds(
        lambda a, b, left, right: f"{left}{min(a, b)}..{max(a, b) + 1}{right}",
        ENDS,
        ENDS,
        st.sampled_from("[("),
        st.sampled_from("])"),
    ),
)
CELLS = st.one_of(
    st.just("-"),
    TESTS,
    st.lists(TESTS, min_size=2, max_size=2).map(", ".join),
    TESTS.map(lambda test: f"not({test})"),
)
WORDS = ["a", "b", "c"]
CHOICES = st.one_of(
    st.just("-"),
    st.sampled_from(WORDS).map('"{}"'.format),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=2).map(lambda two: f'"{two[0]}", "{two[1]}"'),
    st.sampled_from(WORDS).map('not("{}")'.format),
)
NUMBERS = [Decimal(n) / 2 for n in range(-2, 13)]  # every whole number named, and what lies around each
POINTS = {"number": NUMBERS, "string": [*WORDS, "another"]}


def matches(cell: str, x: Decimal | str) -> bool:
    """Answer a cell the slow way, by Python's own comparisons."""
    if cell.startswith("not("):
        return not matches(cell[4:-1], x)
    if isinstance(x, str):
        return cell == "-" or f'"{x}"' in cell
    return cell == "-" or any(_test(part.strip(), x) for part in cell.split(","))


def _test(test: str, x: Decimal) -> bool:
    if ".." in test:
        low, high = (Decimal(end) for end in test[1:-1].split(".."))
        return (x >= low if test[0] == "[" else x > low) and (x <= high if test[-1] == "]" else x < high)
    operator, _, number = test.rpartition(" ")
    return {
        "": x == Decimal(number),
        "<": x < Decimal(number),
        "<=": x <= Decimal(number),
        ">": x > Decimal(number),
        ">=": x >= Decimal(number),
    }[operator]


def lies_in(cut: Grid, box: Box, point: tuple[Decimal | str, ...]) -> bool:
    return all(
        any(holds(atom, x) for atom in column.pick(atoms))
        for column, atoms, x in zip(cut.columns, box, point, strict=True)
    )


def holds(atom: Atom, x: Decimal | str) -> bool:
    if isinstance(x, str):
        return atom.sample.value == x if atom.sample.kind == "string" else x == "another"
    if atom.low == atom.high:
        return atom.low is None or x == atom.low.value
    return (atom.low is None or x > atom.low.value) and (atom.high is None or x < atom.high.value)


CELLS_OF = {"number": CELLS, "string": CHOICES}
TABLES = st.sampled_from(
    [["number"], ["number", "string"], ["number", "number"], ["string", "number", "string"]]
)


@settings(max_examples=200, deadline=None)
@given(
    TABLES.flatmap(
        lambda types: st.tuples(
            st.just(types),
            st.lists(st.tuples(*(CELLS_OF[each] for each in types)), min_size=1, max_size=6),
        )
    )
)
def test_gaps_overlaps_and_unreachable_rules_agree_with_counting(
    drawn: tuple[list[str], list[tuple[str, ...]]],
) -> None:
    types, rows = drawn
    columns = tuple(Input(f"i{n}", "", f"x{n}", each) for n, each in enumerate(types))
    rules = tuple(Rule(f"r{n}", row, ('"y"',)) for n, row in enumerate(rows))
    named = [{word for row in rows for word in WORDS if f'"{word}"' in row[n]} for n in range(len(types))]
    points = list(
        product(
            *(
                [point for point in POINTS[each] if each == "number" or point in {*words, "another"}]
                for each, words in zip(types, named, strict=True)
            )
        )
    )
    hits = {
        point: [
            n for n, row in enumerate(rows) if all(matches(c, x) for c, x in zip(row, point, strict=True))
        ]
        for point in points
    }

    cut = grid(Decision("d", "d", "t.dmn", inputs=columns, rules=rules))

    gaps = list(cut.gaps())
    free = {point for point in points if not hits[point]}
    assert {point for point in points if any(lies_in(cut, box, point) for box in gaps)} == free
    together = {(a, b) for found in hits.values() for a in found for b in found if a < b}
    assert set(cut.overlaps()) == together
    first = {found[0] for found in hits.values() if found}
    assert set(cut.unreachable()) == set(range(len(rows))) - first - {0}


def test_a_gap_is_told_once_and_as_large_as_it_goes() -> None:
    rules = [("[0..10)", "[0..10)", '"a"'), ("[5..20)", "[5..20)", '"b"')]
    text = table(rules, inputs=["x:number", "z:number"], hit="ANY")

    assert [each for each in messages(text) if "No rule" in each] == [
        f"No rule matches when {where}; add a rule or a default output."
        for where in (
            "x is < 0 or >= 20",
            "x is < 5 or >= 20 and z is < 0 or >= 10",
            "z is < 0 or >= 20",
        )
    ]


def stock(rows: int, *, complete: bool = False) -> str:
    """Write a table of so many articles, each with a band of amounts of its own."""
    bands = [(f'"SKU{n}"', f"[{n * 10}..{n * 10 + 10})", f'"{n}"') for n in range(rows)]
    rest = [(f'"SKU{n}"', f"not([{n * 10}..{n * 10 + 10}))", '"-"') for n in range(rows)]
    others = [("not(" + ", ".join(f'"SKU{n}"' for n in range(rows)) + ")", "-", '"-"')]
    return table([*bands, *rest, *others] if complete else bands, inputs=["sku:string", "amount:number"])


def test_a_table_of_a_thousand_rows_is_searched_whole() -> None:
    assert codes(stock(500, complete=True)) == []
    assert messages(stock(1000))[0] == (
        'No rule matches when sku is "SKU0" or any other value and amount is < 0 or >= 10; '
        "add a rule or a default output."
    )


def test_a_case_of_many_values_is_told_by_a_few_of_them() -> None:
    articles = [f'"b{n:02}"' for n in range(20)]
    rules = [(", ".join(articles), "> 0", '"y"'), (f"not({', '.join(articles)})", "-", '"y"')]

    [gap] = messages(table(rules, inputs=["k:string", "x:number"]))

    assert gap == (
        "No rule matches when k is " + " or ".join(articles[:8]) + " or one of 12 others"
        " and x is <= 0; add a rule or a default output."
    )


def test_an_atom_between_two_days_exists_only_when_a_day_lies_between() -> None:
    text = table(
        [('<= date("2026-10-01")', '"a"'), ('>= date("2026-10-02")', '"b"')],
        inputs=["x:date"],
    )

    assert codes(text) == []
    assert all(atom.sample.kind == "date" for atom in grid(decision(text)).columns[0].atoms)


def test_a_single_day_between_two_rules_is_a_gap() -> None:
    rules = [('<= date("2026-10-01")', '"a"'), ('>= date("2026-10-03")', '"b"')]

    [gap] = messages(table(rules, inputs=["x:date"]))

    assert ('x is (date("2026-10-01")..date("2026-10-03"))') in gap


def test_a_table_too_large_to_search_is_told_and_not_searched_for_ever() -> None:
    steps = [(f">= {n}", f"< {n}", '"y"') for n in range(1800)]

    found = codes(table(steps, inputs=["x:number", "z:number"], hit="FIRST"))

    assert found[-1] == "decision-complex"


def test_two_limits_that_differ_in_the_thirtieth_digit_leave_a_gap_between_them() -> None:
    nines = "0." + "9" * 40

    assert codes(table([(f"<= {nines}", '"a"'), (">= 1", '"b"')])) == ["decision-gap"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (">50,000", "50,000 is a list to FEEL"),
        ("50000-200000", "write [50000..200000]"),
        ("≥ 5", "write >= instead of ≥"),
    ],
)
def test_a_cell_that_means_something_else_than_it_looks_is_refused(cell, said):
    [found] = check_decision(decision(table([(cell, '"a"'), ("-", '"b"')], hit="FIRST")))

    assert (found.code, found.severity) == ("decision-cell", "error")
    assert said in found.message


@pytest.mark.parametrize(
    ("cell", "result"), [("同意", '"a"'), ("同意, 不同意", '"a"'), ('"同意"', "approve")]
)
def test_a_text_without_quotes_is_refused(cell, result):
    rows = [(cell, result), ("-", '"b"')]

    found = check_decision(decision(table(rows, inputs=("x:string",), hit="FIRST")))

    assert any("a text stands in quotes" in each.message for each in found)


def test_a_finding_about_a_cell_stands_at_the_line_of_the_cell() -> None:
    text = table([("> 5,000", "-", '"a"', "1 +")], inputs=["x:number", "z:number"], outputs=["y:string", "w"])
    content = definitions(re.sub("<(in|out)putEntry>", r"\n<\1putEntry>", text))

    found = [each for each in read_dmn("t.dmn", content).findings if each.code == "decision-cell"]

    lines = content.decode().split("\n")
    assert [lines[each.line - 1] for each in found] == [
        "<inputEntry><text>&gt; 5,000</text></inputEntry>",
        "<outputEntry><text>1 +</text></outputEntry></rule></decisionTable></decision>",
    ]
