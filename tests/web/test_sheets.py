"""The approval sheet: on the page, as PDF, and what is said where PDF cannot be made."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from service.cli import main
from service.runtime import identity
from service.runtime.cases.views import InstanceView
from service.runtime.keeping import certificates
from service.runtime.tasks import user_tasks
from service.web import paper
from tests.web.company import Company


@pytest.fixture(scope="module")
def campaign(company: Company) -> InstanceView:
    """A campaign whose plan has been handed in once."""
    return company.campaign("*春季* #上新 $x$")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra `pdf`."""
    monkeypatch.setattr(paper, "EXTRA", ("no_such_package",))


def test_the_page_has_a_sheet_to_print_with_its_hash(company: Company, campaign: InstanceView) -> None:
    browser = company.browser("linyue")
    path = f"/cases/{campaign.id}/approval-sheet"
    page = browser.get(path).text
    said = certificates.issue(company.app, company.actor("linyue"), campaign.id)["hash"]

    assert f'href="{path}"' in browser.get(f"/cases/{campaign.id}").text
    assert said in page
    assert "林悦" in page
    assert re.search(r'<div class="qr"><svg [^>]*viewBox=', page)
    assert "可扫码" in page
    assert "data-print" in page
    assert "纸面与系统记录一致" in browser.get(f"{path}?hash={said}").text
    assert "纸面与系统现有记录不一致" in browser.get(f"{path}?hash={'0' * 64}").text


def test_the_pdf_is_sealed_and_verified_on_the_command_line(
    company: Company,
    campaign: InstanceView,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = company.browser("linyue").get(f"/cases/{campaign.id}/approval-sheet.pdf")
    file = tmp_path / "sheet.pdf"
    file.write_bytes(answer.data)
    monkeypatch.setenv("COUNTERSIGN_DATA", str(tmp_path))
    monkeypatch.setenv("COUNTERSIGN_SECRET_KEY", company.app.settings.secret_key)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")

    whole = main(["verify", str(file)])
    told = capsys.readouterr().out
    file.write_bytes(answer.data.replace(b"/Author", b"/Autor ", 1) + b" ")
    broken = main(["verify", str(file)])

    assert answer.data.startswith(b"%PDF-")
    assert (whole, broken) == (0, 1)
    assert "完好" in told
    assert f"编号: {campaign.business_key}" in told


def test_a_file_that_is_not_there_is_called_wrongly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COUNTERSIGN_DATA", str(tmp_path))
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")

    codes = [main(["verify", str(each)]) for each in (tmp_path / "none.pdf", tmp_path)]

    assert codes == [2, 2]
    told = capsys.readouterr().err
    assert "没有这个文件" in told
    assert "是文件夹" in told


def test_a_certificate_is_json_or_pdf_as_asked(company: Company, campaign: InstanceView) -> None:
    browser = company.browser("linyue")
    path = f"/api/v1/process-instances/{campaign.id}/certificate"

    as_json = browser.get(path, headers={"Accept": "application/json"})
    as_pdf = browser.get(path, headers={"Accept": "application/pdf"})

    for answer, kind in ((as_json, "application/json"), (as_pdf, "application/pdf")):
        assert answer.mimetype == kind
        assert certificates.verify(company.app.audit_keys, answer.data).is_whole


def test_a_signer_who_was_added_signs_as_that_with_their_own_department(company: Company) -> None:
    case = company.campaign("加签的意见")
    task = company.task(case, "research")
    added = {"users": ("suhe",), "mode": "before", "reason": "请把关"}
    for name, given in (("claim", {}), ("signers", added)):
        user_tasks.act(company.app, company.actor("linyue"), task.id, name, given)
    [own] = user_tasks.find(company.app, company.actor("suhe"), instance=case.id, mine=True).items
    answers = {"conclusion": "同意", "opinion": "可行"}
    user_tasks.complete(company.app, company.actor("suhe"), own.id, own.version, answers)

    browser = company.browser("linyue")
    sheet, later = (
        browser.get(each).text for each in (f"/cases/{case.id}/approval-sheet", f"/tasks/{task.id}")
    )
    [signature] = certificates.issue(company.app, company.actor("linyue"), case.id)["signatures"]

    assert f"{task.name} · 加签（前）" in sheet
    assert "苏禾（设计部）" in sheet
    assert '<th scope="col">时间</th>' in sheet
    assert '<span class="badge info">加签（前）</span>' in later
    assert "苏禾（设计部）" in later
    assert (signature["added_as"], signature["group"]) == ("before", None)


def test_whoever_signs_for_somebody_is_named_with_them_everywhere(company: Company) -> None:
    case = company.campaign("代签的意见")
    task = company.task(case, "research")
    now = company.clock()
    identity.substitute(company.app, company.actor("suhe"), "newcomer", now, now + timedelta(days=1))
    added = {"users": ("suhe",), "mode": "before", "reason": "请把关"}
    for name, given in (("claim", {}), ("signers", added)):
        user_tasks.act(company.app, company.actor("linyue"), task.id, name, given)
    stand_in = company.actor("newcomer")
    [own] = user_tasks.find(company.app, stand_in, instance=case.id, mine=True).items
    user_tasks.complete(company.app, stand_in, own.id, own.version, {"conclusion": "同意", "opinion": "可"})

    browser = company.browser("linyue")
    pages = [browser.get(each).text for each in (f"/cases/{case.id}/approval-sheet", f"/tasks/{task.id}")]

    assert "新人（代苏禾）" in pages[0]
    assert "新人（代 苏禾）" in pages[1]


def test_without_the_extra_it_is_said_what_to_install(
    company: Company, campaign: InstanceView, bare: None
) -> None:
    browser = company.browser("linyue")
    answer = browser.get(f"/api/v1/process-instances/{campaign.id}/approval-sheet.pdf")

    assert answer.status_code == 501
    assert "countersign[pdf]" in answer.json["detail"]
    page = browser.get(f"/cases/{campaign.id}/approval-sheet")
    assert page.status_code == 200
    assert "可扫码" not in page.text
    assert "可与系统中的校验码比对" in page.text


def test_who_does_not_see_the_case_gets_no_paper(company: Company, campaign: InstanceView) -> None:
    browser = company.browser("ouwen")

    for path in ("approval-sheet", "approval-sheet.pdf"):
        assert browser.get(f"/cases/{campaign.id}/{path}").status_code == 404


def test_what_people_have_written_stays_text(campaign: InstanceView) -> None:
    sheet = {
        "title": "审批单",
        "name": '#panic("!") *a* $x$ \\ "',
        "hash": "0" * 64,
        "link": "https://a.example/1",
        "facts": [["编号", '#read("/etc/passwd")']],
        "signatures": [
            {"activity": "a", "who": "b", "at": "c", "conclusion": "同意", "tone": "good", "opinion": "#d"},
        ],
        "set_aside": [{"promises": "#p", "what": "*w*", "asked": "$a$", "agreed": '#read("/etc/passwd")'}],
        "rounds": [
            {"title": "t", "at": "a", "who": "w", "changes": [{"label": "l", "before": "b", "after": "a"}]}
        ],
        "footer": "f",
        "words": dict.fromkeys(
            (
                *("signatures", "none", "activity", "who", "at", "conclusion", "opinion"),
                *("rounds", "field", "before", "after", "hash", "aside", "asked", "agreed"),
            ),
            "w",
        ),
    }

    assert paper.compiled(sheet).startswith(b"%PDF-")
