"""From the start of a case to its end: opening, listing, claiming, drafting and completing tasks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.errors import (
    Conflict,
    InvalidAnswers,
    NewerDraft,
    NotACandidate,
    NotFound,
    StaleVersion,
    TaskFinished,
)
from service.runtime.cases import dossier, instances
from service.runtime.tasks import user_tasks
from tests.runtime.drawings import review

AGREED = {"conclusion": "同意", "opinion": "规则合法"}


@pytest.fixture
def started(app, cast, deploy):
    deploy(review())
    return instances.start(app, cast.linyue, "review")


def only_task(app, actor, instance_id):
    [task] = user_tasks.find(app, actor, instance=instance_id).items
    return task


def test_a_started_case_waits_where_the_drawing_says(app, cast, started):
    task = only_task(app, cast.linyue, started.id)

    assert started.state == "active"
    assert [token.activity_id for token in started.active] == ["legal_review"]
    assert (task.name, task.candidate_groups, task.assignee, task.version) == (
        "法务会签",
        ("法务部",),
        None,
        1,
    )


def test_completing_a_task_opens_the_next_and_says_so(app, cast, started):
    task = only_task(app, cast.zhouheng, started.id)

    result = user_tasks.complete(app, cast.zhouheng, task.id, task.version, AGREED)

    assert [opened.activity_id for opened in result.opened] == ["finance_confirm"]
    assert [token.activity_id for token in result.instance.active] == ["finance_confirm"]
    assert instances.get(app, cast.linyue, started.id).variables["legal_conclusion"] == "同意"


def test_the_last_task_ends_the_case(app, cast, started):
    legal = only_task(app, cast.zhouheng, started.id)
    user_tasks.complete(app, cast.zhouheng, legal.id, legal.version, AGREED)
    finance = only_task(app, cast.xunuo, started.id)

    result = user_tasks.complete(app, cast.xunuo, finance.id, finance.version, {})

    ended = instances.get(app, cast.linyue, started.id)
    assert result.instance.state == ended.state == "completed"
    assert ended.ended_at is not None
    assert ended.active == ()


def test_invalid_answers_name_the_field_and_change_nothing(app, cast, started):
    task = only_task(app, cast.zhouheng, started.id)

    with pytest.raises(InvalidAnswers) as refused:
        user_tasks.complete(app, cast.zhouheng, task.id, task.version, {"opinion": "短"})

    assert {error.path for error in refused.value.errors} == {"conclusion", "opinion"}
    assert only_task(app, cast.zhouheng, started.id) == task


def test_a_readonly_field_cannot_be_forged(app, cast, started):
    task = only_task(app, cast.zhouheng, started.id)

    user_tasks.complete(app, cast.zhouheng, task.id, task.version, {**AGREED, "budget": 1, "extra": 2})

    [section] = dossier.dossier(app, cast.linyue, started.id).sections
    assert section.submissions[0].data["budget"] == Decimal("120000.5")
    assert "extra" not in section.submissions[0].data


def test_an_outsider_does_not_learn_that_the_task_exists(app, cast, started):
    task = only_task(app, cast.zhouheng, started.id)

    with pytest.raises(NotFound):
        user_tasks.get(app, cast.ouwen, task.id)
    with pytest.raises(NotFound):
        user_tasks.complete(app, cast.ouwen, task.id, task.version, AGREED)


def test_who_sees_the_case_but_is_no_candidate_cannot_answer(app, cast, started):
    task = only_task(app, cast.linyue, started.id)

    for actor in (cast.linyue, cast.admin):
        with pytest.raises(NotACandidate):
            user_tasks.complete(app, actor, task.id, task.version, AGREED)


def test_a_claimed_task_is_answered_by_its_holder_alone(app, cast, started):
    task = only_task(app, cast.zhouheng, started.id)

    claimed = user_tasks.claim(app, cast.zhouheng, task.id, task.version)

    assert (claimed.assignee, claimed.version) == ("zhouheng", 2)
    with pytest.raises(StaleVersion):
        user_tasks.complete(app, cast.zhouheng, task.id, task.version, AGREED)
    user_tasks.complete(app, cast.zhouheng, task.id, claimed.version, AGREED)


def test_a_colleague_cannot_claim_what_is_held(app, cast, started, hire):
    mengxiao = hire("mengxiao", "法务部")
    task = only_task(app, cast.zhouheng, started.id)
    user_tasks.claim(app, cast.zhouheng, task.id)

    with pytest.raises(Conflict):
        user_tasks.claim(app, mengxiao, task.id)
    with pytest.raises(NotACandidate):
        user_tasks.complete(app, mengxiao, task.id, None, AGREED)
    assert user_tasks.find(app, mengxiao, mine=True).items == ()

    user_tasks.unclaim(app, cast.zhouheng, task.id)
    assert [each.id for each in user_tasks.find(app, mengxiao, mine=True).items] == [task.id]


def test_a_finished_task_cannot_be_answered_again(app, cast, started):
    task = only_task(app, cast.zhouheng, started.id)
    user_tasks.complete(app, cast.zhouheng, task.id, task.version, AGREED)

    with pytest.raises(TaskFinished):
        user_tasks.complete(app, cast.zhouheng, task.id, task.version, AGREED)


def test_a_draft_is_kept_for_its_author_alone_and_goes_with_the_task(app, cast, started, hire):
    mengxiao = hire("mengxiao", "法务部")
    task = only_task(app, cast.zhouheng, started.id)

    user_tasks.save_draft(app, cast.zhouheng, task.id, {"opinion": "写到一半"})

    assert user_tasks.form(app, cast.zhouheng, task.id).data["opinion"] == "写到一半"
    assert "opinion" not in user_tasks.form(app, mengxiao, task.id).data
    assert user_tasks.get(app, cast.zhouheng, task.id).version == task.version
    user_tasks.complete(app, cast.zhouheng, task.id, task.version, AGREED)
    assert user_tasks.form(app, cast.zhouheng, task.id).draft_saved_at is None


def test_the_same_draft_twice_is_not_another_windows(app, cast, started):
    task = only_task(app, cast.zhouheng, started.id)
    given = {"answers": {"opinion": "写到一半"}, "over": ""}

    for _ in range(2):
        user_tasks.act(app, cast.zhouheng, task.id, "draft", given)

    with pytest.raises(NewerDraft):
        user_tasks.act(app, cast.zhouheng, task.id, "draft", {**given, "answers": {"opinion": "别的"}})


def test_a_task_is_in_the_lists_it_belongs_to(app, cast, started):
    mine = [task.activity_id for task in user_tasks.find(app, cast.zhouheng, mine=True).items]

    assert mine == ["legal_review"]
    assert user_tasks.count(app, cast.zhouheng) == 1
    assert user_tasks.find(app, cast.linyue, mine=True).items == ()
    assert len(user_tasks.find(app, cast.admin).items) == 1
    assert len(user_tasks.find(app, cast.zhouheng, group="法务部").items) == 1
    assert user_tasks.find(app, cast.ouwen, instance=started.id).items == ()


def test_the_record_tells_who_did_what_in_order(app, cast, started):
    task = only_task(app, cast.zhouheng, started.id)
    user_tasks.complete(app, cast.zhouheng, task.id, task.version, AGREED)

    lines = [
        (line.activity_id, line.event, line.by) for line in instances.history(app, cast.linyue, started.id)
    ]

    assert lines == [
        ("", "started", "linyue"),
        ("begin", "entered", None),
        ("begin", "left", None),
        ("legal_review", "entered", None),
        ("legal_review", "left", "zhouheng"),
        ("finance_confirm", "entered", None),
    ]


def test_the_dossier_holds_the_opinion_with_its_department(app, cast, started):
    task = only_task(app, cast.zhouheng, started.id)
    user_tasks.complete(app, cast.zhouheng, task.id, task.version, AGREED)

    [opinion] = dossier.dossier(app, cast.linyue, started.id).opinions

    assert (opinion.department, opinion.by, opinion.conclusion, opinion.opinion) == (
        "法务部",
        "zhouheng",
        "同意",
        "规则合法",
    )
