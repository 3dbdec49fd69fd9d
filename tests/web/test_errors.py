"""Error pages say what happened and what to do next, in the reader's language, and never more than that."""

from __future__ import annotations

from io import BytesIO

from tests.web.company import UPLOAD_BYTES, Company


def test_a_nonsense_address_is_a_page_with_a_way_on(company: Company) -> None:
    answer = company.browser("linyue").get("/这里什么也没有")

    assert answer.status_code == 404
    assert "这里没有内容" in answer.text
    assert 'href="/tasks"' in answer.text


def test_what_one_may_not_do_says_whom_to_ask(company: Company) -> None:
    answer = company.browser("linyue").get("/processes")

    assert answer.status_code == 403
    assert "没有权限" in answer.text
    assert "部门负责人或管理员" in answer.text


def test_an_oversized_upload_says_so(company: Company) -> None:
    content = BytesIO(b"<x/>" * (UPLOAD_BYTES * 2))

    answer = company.browser("yezhen").post(
        "/processes/check", data={"files": (content, "big.bpmn")}, content_type="multipart/form-data"
    )

    assert answer.status_code == 413
    assert "内容过大" in answer.text


def test_an_unforeseen_error_gives_a_number_and_no_details(company: Company, monkeypatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("service.web.cases.instances.find", broken)
    company.flask.testing = False
    try:
        answer = company.browser("linyue").get("/cases")
    finally:
        company.flask.testing = True

    assert answer.status_code == 500
    assert "系统出现问题" in answer.text
    assert "请求编号" in answer.text
    assert "secret detail" not in answer.text


def test_pages_forbid_foreign_and_inline_code(company: Company) -> None:
    answer = company.browser("linyue").get("/tasks")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text
