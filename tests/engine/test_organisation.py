"""What the owners declare in organisation.yaml: read, and refused where it leads nowhere."""

from __future__ import annotations

from datetime import date, time

import pytest

from service.engine.check import check
from service.engine.organisation import Hours, read

COMPANY = """
groups: {市场部: department, 审计部: department, 总裁办: department, 总监: role}
relations:
  发起人: {user: applicant}
  首席执行官: {head: 总裁办}
superiors: {总监: 首席执行官}
rights:
  audit.read: [审计部]
  case.see_all: [审计部, 总监]
calendar:
  holidays: [2026-10-09]
  workdays: [2026-10-10]
stalled_after_workdays: 3
hours: {digest_at: "08:30", quiet_from: "21:00", quiet_to: "07:00"}
"""


def findings(text: str) -> list[tuple[int, str, str]]:
    """Return (line, code, message) of what the check says about an organisation."""
    found = check({"organisation.yaml": text.encode()}, topics={})
    return [(each.line, each.code, str(each.message)) for each in found]


def test_what_is_declared_is_read():
    company = read(COMPANY.encode()).organisation

    assert company.groups["总监"] == "role"
    assert (company.relations["首席执行官"].kind, company.relations["首席执行官"].of) == ("head", "总裁办")
    assert company.above(["市场部", "总监"]) == ("首席执行官",)
    assert company.rights_of({"审计部"}) == {"audit.read", "case.see_all"}
    assert company.rights_of({"市场部"}) == frozenset()
    assert not company.calendar.is_workday(date(2026, 10, 9))
    assert company.calendar.is_workday(date(2026, 10, 10)), "a Saturday"
    assert company.stalled_after_workdays == 3
    assert company.hours == Hours(time(8, 30), (time(21), time(7)))
    assert company.line_of("rights", "case.see_all") == 9
    assert findings(COMPANY) == []


def test_a_manifest_of_the_first_release_keeps_the_rights_of_then():
    first = read("groups: {审计部: department, 流程管理部: department}".encode()).organisation

    assert "audit.read" in first.rights_of({"审计部"})
    assert "deployment.create" in first.rights_of({"流程管理部"})
    assert read(b"rights: {}").organisation.rights_of({"审计部"}) == frozenset()


@pytest.mark.parametrize(
    ("before", "after", "line", "code", "says"),
    [
        ("audit.read: [审计部]", "audit.reed: [审计部]", 8, "unknown-right", "Did you mean 'audit.read'?"),
        ("audit.read: [审计部]", "audit.read: [审计]", 8, "unknown-group", "Did you mean '审计部'?"),
        ("audit.read: [审计部]", "user.manage: [审计部]", 8, "reserved-right", "the group admin alone"),
        ("audit.read: [审计部]", "audit.read: 审计部", 8, "declaration-shape", "a list of names"),
        ("{head: 总裁办}", "{head: 总裁办公室}", 5, "unknown-group", "Did you mean '总裁办'?"),
        ("{head: 总裁办}", "{boss: 总裁办}", 5, "unknown-word", "Known are head, head_of, user."),
        ("{head: 总裁办}", "总裁办", 5, "declaration-shape", "in braces"),
        ("首席执行官:", "总监:", 5, "ambiguous-name", "give one another name"),
        ("总监: 首席执行官", "总监: 首席执行", 6, "unknown-group", "Did you mean '首席执行官'?"),
        ("总监: 首席执行官", "总经理: 首席执行官", 6, "unknown-group", "no group or relation '总经理'"),
        ("总监: 首席执行官", "总监: 总监", 6, "superior-cycle", "end the chain"),
        ("总监: role", "总监: rolle", 2, "unknown-word", "Did you mean 'role'?"),
        ("rights:", "right:", 7, "unknown-word", "Did you mean 'rights'?"),
        ("[2026-10-09]", "[2026-13-09]", 11, "declaration-shape", "a date such as 2026-10-10"),
        ("workdays: 3", "workdays: three", 13, "declaration-shape", "a number of workdays"),
        ('"08:30"', "10:00", 14, "declaration-shape", "a time of day in quotes"),
        ('"08:30"', '"25:00"', 14, "declaration-shape", "a time of day in quotes"),
        (', quiet_to: "07:00"', "", 14, "declaration-shape", "or neither"),
        ("digest_at", "digest", 14, "unknown-word", "Did you mean 'digest_at'?"),
        ("rights:", "groups:", 7, "not-yaml", "'groups' stands here twice"),
    ],
)
def test_what_leads_nowhere_is_refused_with_its_line_and_the_mend(before, after, line, code, says):
    found = {(line, code): message for line, code, message in findings(COMPANY.replace(before, after))}

    assert says in found[line, code]


@pytest.mark.parametrize("text", ["groups: " + "[" * 200_000, "- " * 200_000, "groups: " + "{a: " * 200_000])
def test_a_file_nested_without_end_is_a_finding_and_does_not_end_the_process(text: str) -> None:
    assert [code for _, code, _ in findings(text)] == ["not-yaml"]
