from __future__ import annotations

from datetime import timedelta

import pytest

from service.errors import Conflict, Forbidden, InvalidInput, NotFound
from service.runtime import identity
from service.runtime.keeping import audit, verifying
from service.runtime.step.context import SYSTEM
from tests.conftest import MONDAY, PASSWORD, hire_cast
from tests.runtime import drawings


def test_an_account_shows_who_it_is_and_where_it_belongs(app, cast):
    actor = identity.actor(app, "shenlan")

    assert actor.display_name == "沈岚"
    assert actor.groups == {"市场部", "总监"}
    assert actor.principals == ("user:shenlan", "group:市场部", "group:总监")
    assert not actor.is_admin
    assert identity.actor(app, "admin").is_admin


def test_a_name_is_given_once(app, cast):
    with pytest.raises(Conflict):
        identity.create_user(app, SYSTEM, "linyue")


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x" * 65, "林悦"])
def test_a_name_that_cannot_be_cited_is_refused(app, name):
    with pytest.raises(InvalidInput):
        identity.create_user(app, SYSTEM, name)


@pytest.mark.parametrize("password", ["", "1234567", "x" * 201])
def test_a_password_too_short_or_too_long_is_refused(app, password):
    with pytest.raises(InvalidInput):
        identity.create_user(app, SYSTEM, "new", password=password)


def test_a_group_nobody_declared_is_refused_once_the_organisation_is_known(app, deploy):
    identity.create_user(app, SYSTEM, "early", groups=["火星部"])
    deploy(drawings.review())

    with pytest.raises(InvalidInput, match="missing or not allowed"):
        identity.create_user(app, SYSTEM, "late", groups=["火星部"])
    assert identity.create_user(app, SYSTEM, "fine", groups=["法务部", "admin"]).groups == (
        "admin",
        "法务部",
    )
    assert set(identity.groups(app)) >= {"admin", "法务部", "财务部"}


def test_only_admins_manage_accounts(app, cast):
    for act in (
        lambda: identity.create_user(app, cast.linyue, "new"),
        lambda: identity.set_groups(app, cast.linyue, "linyue", ["admin"]),
        lambda: identity.update_user(app, cast.linyue, "linyue", display_name="x"),
        lambda: identity.set_head(app, cast.linyue, "市场部", "linyue"),
        lambda: identity.set_password(app, cast.linyue, "zhouheng", PASSWORD),
        lambda: identity.users(app, cast.linyue),
        lambda: identity.user(app, cast.linyue, "zhouheng"),
        lambda: identity.create_token(app, cast.linyue, "zhouheng"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_people_change_their_own_password_with_the_current_one(app, cast):
    with pytest.raises(Forbidden):
        identity.set_password(app, cast.linyue, "linyue", "a new password", current="wrong")

    identity.set_password(app, cast.linyue, "linyue", "a new password", current=PASSWORD)

    actor = identity.authenticate(app, "linyue", "a new password", address="here")
    assert actor.name == "linyue"


def test_changing_groups_replaces_them_and_is_on_record(app, cast):
    identity.set_groups(app, cast.admin, "linyue", ["法务部"])

    assert identity.actor(app, "linyue").groups == {"法务部"}
    entry = audit.entries(app, cast.admin)[-1]
    assert (entry.action, entry.actor) == ("user.changed", "admin")
    assert entry.facts == {"user": "linyue", "changes": {"groups": [["市场部"], ["法务部"]]}}


def test_the_head_of_a_department_is_an_active_person_or_nobody(app, cast):
    with app.db.read() as session:
        assert identity.head_of(session, "市场部") == "shenlan"
        assert identity.head_of(session, "法务部") is None

    identity.update_user(app, cast.admin, "shenlan", active=False)

    with app.db.read() as session:
        assert identity.head_of(session, "市场部") is None


def test_members_are_the_active_ones(app, cast):
    identity.update_user(app, cast.admin, "linyue", active=False)

    with app.db.read() as session:
        assert identity.members(session, "市场部") == ("shenlan",)
    with pytest.raises(NotFound):
        identity.actor(app, "linyue")


def stands_in_for(app, session, name, at):
    return tuple(each.name for each in identity.absent(app, session, name, at))


def test_a_substitute_may_act_only_during_the_time_and_only_for_that_person(app, cast, clock):
    start, end = MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)
    rule = identity.substitute(app, cast.zhouheng, "xunuo", start, end)
    identity.substitute(app, cast.xunuo, "ouwen", start, end)

    with app.db.read() as session:
        assert stands_in_for(app, session, "xunuo", MONDAY) == ()
        assert stands_in_for(app, session, "xunuo", start) == ("zhouheng",)
        assert stands_in_for(app, session, "xunuo", end) == ()
        # Rules do not pass on: 欧文 stands in for 许诺, not for 周衡.
        assert stands_in_for(app, session, "ouwen", start) == ("xunuo",)

    identity.end_substitution(app, cast.zhouheng, rule.id)

    with app.db.read() as session:
        assert stands_in_for(app, session, "xunuo", start) == ()


def test_nobody_stands_in_for_themselves_or_makes_others_do_so(app, cast):
    later = MONDAY + timedelta(days=1)
    with pytest.raises(InvalidInput):
        identity.substitute(app, cast.zhouheng, "zhouheng", MONDAY, later)
    with pytest.raises(InvalidInput):
        identity.substitute(app, cast.zhouheng, "xunuo", later, MONDAY)
    with pytest.raises(Forbidden):
        identity.substitute(app, cast.ouwen, "ouwen", MONDAY, later, for_user="zhouheng")


@pytest.mark.usefixtures("_cheap_passwords")
def test_accounts_work_the_same_on_both_databases(any_app):
    cast = hire_cast(any_app)

    actor = identity.authenticate(any_app, "linyue", PASSWORD, address="here")
    secret = identity.sign_in(any_app, actor)
    token = identity.create_token(any_app, SYSTEM, "zhouheng").token

    assert identity.actor_for_session(any_app, secret).name == "linyue"
    assert identity.actor_for_token(any_app, token).name == "zhouheng"
    assert cast.shenlan.department == "市场部"
    assert verifying.verify(any_app).problems == ()
