"""People from a table."""

from __future__ import annotations

import pytest

from service.errors import Forbidden, InvalidInput
from service.runtime import identity
from service.runtime.company import importing
from service.runtime.step.context import SYSTEM
from tests.runtime.drawings import review

TABLE = """账号,姓名,部门,分组,上级,负责人
chenmo,陈默,法务部,法务部、总监,zhouheng,
suhe,苏禾,技术部,,,是
"""


@pytest.fixture
def company(any_company):
    any_company.deploy(review())
    return any_company


def take(company, text, encoding="utf-8", **options):
    content = text.encode(encoding) if isinstance(text, str) else text
    return importing.take(company.app, company.cast.admin, content, **{"dry_run": False, **options})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_table_of_an_office_is_taken(company, encoding):
    done = take(company, TABLE, encoding)

    assert done.is_done
    chenmo, suhe = (identity.user(company.app, SYSTEM, name) for name in ("chenmo", "suhe"))
    assert (chenmo.display_name, chenmo.groups, chenmo.superior) == ("陈默", ("总监", "法务部"), "zhouheng")
    assert (suhe.department, suhe.groups, suhe.heads) == ("技术部", ("技术部",), ("技术部",))


def test_a_dry_run_tells_and_changes_nothing(company):
    looked = take(company, TABLE + "zhouheng,周衡,法务部,,,\nlinyue,林小悦,市场部,,,\n", dry_run=True)

    assert [(line.name, line.outcome) for line in looked.accepted] == [
        ("chenmo", "new"),
        ("suhe", "new"),
        ("zhouheng", "same"),
        ("linyue", "changed"),
    ]
    assert not looked.is_done
    assert {user.name for user in identity.users(company.app, SYSTEM)}.isdisjoint({"chenmo", "suhe"})


def test_one_wrong_row_and_nothing_is_taken(company):
    text = TABLE + "x y,,法物部,审批组,nobody,\nsuhe,又一个,市场部,,,\n"

    looked = take(company, text)

    assert not looked.is_done
    assert {(wrong.row, wrong.column) for wrong in looked.rejected} == {
        (4, "姓名"),
        (4, "部门"),
        (4, "分组"),
        (4, "上级"),
        (5, "账号"),
    }
    assert "法务部" in next(each.message for each in looked.rejected if each.column == "部门")


def test_new_accounts_get_a_password_that_is_told_once(company):
    done = take(company, TABLE, passwords=True)

    [chenmo, _] = done.accepted
    assert identity.authenticate(company.app, "chenmo", chenmo.password, address="127.0.0.1").name == "chenmo"


def test_a_table_pasted_with_tabs_is_one_too(company):
    assert take(company, TABLE.replace(",", "\t")).is_done


def test_what_is_no_such_table_is_said(company):
    for text in ("姓名,部门\n陈默,法务部\n", "", b"\xff\xfe\x00\xd8\xff"):
        with pytest.raises(InvalidInput):
            take(company, text)


def test_only_admins_import(company):
    with pytest.raises(Forbidden):
        importing.take(company.app, company.cast.linyue, TABLE.encode(), dry_run=True)


def test_what_is_exported_is_taken_again_and_changes_nothing(company):
    table = importing.export(company.app, company.cast.admin)

    looked = take(company, table, dry_run=True)

    assert "shenlan,沈岚,市场部,市场部、总监,,,是" in table
    assert {line.outcome for line in looked.accepted} == {"same"}
    assert looked.rejected == ()


def test_a_name_that_looks_like_a_formula_is_exported_as_text(company):
    identity.update_user(company.app, SYSTEM, "ouwen", display_name="=1+1")

    assert "'=1+1" in importing.export(company.app, company.cast.admin)
