"""Whoever an opinion names by @ is told of it, and may read the case."""

from __future__ import annotations

import pytest

from service.errors import NotFound
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.identity.mentions import mentioned
from service.runtime.tasks import user_tasks
from tests.runtime.tasks.people import act, told


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("请@欧文看看", ("ouwen",)),
        ("＠欧文、@ouwen，还有 @梁骁：", ("ouwen", "liangxiao")),
        ("欧文@，@不认识的人，a@b.c", ()),
        ("", ()),
    ],
)
def test_a_name_after_an_at_is_whom_it_belongs_to(company, text, names):
    with company.app.db.read() as session:
        assert mentioned(session, text) == names


def test_whoever_an_opinion_names_is_told_and_may_read_the_case(company, case, task):
    with pytest.raises(NotFound):
        instances.get(company.app, company.cast.ouwen, case.id)
    answers = {"conclusion": "同意", "opinion": "规则合法，@欧文 请知悉"}

    user_tasks.complete(company.app, company.cast.zhouheng, task.id, None, answers)

    assert told(company, "ouwen") == ["周衡在“法务会签”的意见里提到您"]
    assert instances.get(company.app, company.cast.ouwen, case.id).id == case.id


def test_a_signer_names_people_too(company, case, task):
    act(company, "zhouheng", task, "signers", users=("liangxiao",), mode="before", reason="请把关")
    seen = user_tasks.get(company.app, company.cast.zhouheng, task.id)
    own = seen.signers[0].task_id
    answers = {"conclusion": "同意", "opinion": "@欧文 已核对"}

    user_tasks.complete(company.app, identity.actor(company.app, "liangxiao"), own, None, answers)

    assert told(company, "ouwen") == ["梁骁在“法务会签”的意见里提到您"]
