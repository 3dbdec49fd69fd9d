"""What the audit record notices: every test changes the database as somebody without the key could."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from service.errors import Forbidden, NotFound
from service.runtime.keeping import anchoring, audit, verifying
from service.runtime.step import audit as written
from service.runtime.step.context import SYSTEM, Actor
from service.store.audit_chain import AuditKeys
from tests.conftest import MONDAY
from tests.store.rows import add_instance

AUDITOR = Actor("u", "shenji", "审计", frozenset({"审计部"}), rights=frozenset({"audit.read"}))


@pytest.fixture
def case(any_app):
    """A case with five entries, each with an opinion."""
    with any_app.db.begin() as session:
        instance = add_instance(session)
        for number in range(1, 6):
            written.append(
                any_app.audit_keys,
                session,
                instance,
                "task.completed",
                by="zhouheng",
                at=MONDAY,
                opinion=f"意见{number}",
            )
    return instance.id


def found_in(app):
    """Return what is wrong, but for the deployment: `add_instance` puts it in behind the service's back."""
    return [each for each in verifying.verify(app).problems if "the deployment" not in each.message]


def problems(app):
    return [(problem.seq, problem.message) for problem in found_in(app)]


def tamper(app, statement, **values):
    with app.db.begin() as session:
        session.execute(text(statement), values)


def test_an_untouched_record_has_no_problems(any_app, case):
    report = verifying.verify(any_app)

    assert (report.chains, report.entries, problems(any_app)) == (1, 5, [])


@pytest.mark.parametrize(
    ("statement", "seq", "message"),
    [
        ("UPDATE audit_entry SET payload = replace(payload, '意见3', '同意') WHERE seq = 3", 3, "payload"),
        ("UPDATE audit_entry SET actor = 'ouwen' WHERE seq = 3", 3, "the entry was changed"),
        ("UPDATE audit_entry SET action = 'task.returned' WHERE seq = 2", 2, "the entry was changed"),
        ("UPDATE audit_entry SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 4", 4, "the entry was changed"),
        ("DELETE FROM audit_entry WHERE seq = 3", 3, "an entry is missing"),
        ("DELETE FROM audit_entry WHERE seq = 1", 1, "an entry is missing"),
        ("DELETE FROM audit_entry WHERE seq = 5", 4, "the chain ends after 4 entries, 5 are on record"),
        ("DELETE FROM audit_entry", 0, "the chain ends after 0 entries, 5 are on record"),
        ("UPDATE audit_entry SET payload = NULL, salt = NULL WHERE seq = 2", 2, "the payload was removed"),
        ("UPDATE process_instance SET audit_count = 4", 5, "the chain ends after 5 entries, 4 are on record"),
        ("UPDATE audit_entry SET key_id = 'ffffffff' WHERE seq = 2", 2, "its key is unknown"),
    ],
)
def test_tampering_is_found_at_its_place(any_app, case, statement, seq, message):
    tamper(any_app, statement)

    found = problems(any_app)

    assert len(found) == 1
    assert found[0][0] == seq
    assert message in found[0][1]


def test_a_deleted_case_does_not_hide_its_entries(any_app, case):
    tamper(any_app, "DELETE FROM process_instance")

    assert problems(any_app) == [(0, "the chain belongs to no case on record")]


def test_an_entry_moved_into_another_case_is_found(any_app, case):
    with any_app.db.begin() as session:
        other = add_instance(session).id
    tamper(any_app, "UPDATE audit_entry SET chain = :other WHERE seq = 5", other=other)

    assert {problem.chain for problem in found_in(any_app)} == {case, other}


def test_cutting_the_end_together_with_its_count_is_found(any_app, case):
    anchor = anchoring.ends(any_app)
    tamper(
        any_app,
        "UPDATE process_instance SET audit_count = 4, "
        "audit_head = (SELECT mac FROM audit_entry WHERE seq = 4)",
    )
    tamper(any_app, "DELETE FROM audit_entry WHERE seq = 5")

    assert problems(any_app) == [(4, "the end on record is not that of the chain: it was cut or replaced")]
    assert [(problem.chain, problem.seq) for problem in anchoring.missing(any_app, anchor)] == [(case, 5)]


def test_erasing_an_opinion_keeps_the_chain_whole_and_says_who_erased_it(any_app, case):
    audit.erase(any_app, SYSTEM, case, [2, 3], reason="本人要求删除")

    shown = audit.entries(any_app, AUDITOR, case)
    assert problems(any_app) == []
    assert [entry.facts for entry in shown[1:3]] == [None, None]
    assert (shown[-1].action, shown[-1].actor) == ("audit.erased", "system")
    assert shown[-1].facts == {"entries": [2, 3], "reason": "本人要求删除"}


def test_erased_text_is_gone_and_cannot_be_guessed_back_from_its_hash(any_app, case):
    audit.erase(any_app, SYSTEM, case, [2], reason="本人要求删除")

    with any_app.db.read() as session:
        row = session.execute(text("SELECT * FROM audit_entry WHERE seq = 2")).mappings().one()
    assert "意见2" not in str(dict(row))
    assert row["salt"] is None


def test_what_is_not_there_cannot_be_erased(any_app, case):
    with pytest.raises(NotFound):
        audit.erase(any_app, SYSTEM, case, [99], reason="x")


def test_only_auditors_read_the_record_and_they_cannot_erase(any_app, case):
    staff = Actor("u", "linyue", "林悦", frozenset({"市场部"}))

    with pytest.raises(Forbidden):
        audit.entries(any_app, staff, case)
    with pytest.raises(Forbidden):
        audit.erase(any_app, AUDITOR, case, [1], reason="x")
    assert len(audit.entries(any_app, AUDITOR, case)) == 5


def test_after_a_change_of_key_the_old_entries_still_verify(any_app, case):
    any_app.audit_keys = AuditKeys.derive("a new secret of the tests", ["a secret of the tests"])
    with any_app.db.begin() as session:
        from service.store.models import ProcessInstance

        instance = session.get(ProcessInstance, case, with_for_update=True)
        written.append(any_app.audit_keys, session, instance, "task.completed", by="xunuo", at=MONDAY)

    assert problems(any_app) == []
    any_app.audit_keys = AuditKeys.derive("a new secret of the tests")
    assert problems(any_app) == [(1, "its key is unknown")]


def test_what_belongs_to_no_case_has_a_chain_of_its_own(any_app):
    with any_app.db.begin() as session:
        written.append_system(any_app, session, "user.password", by="admin", user="linyue")
        written.append_system(any_app, session, "user.password", by="admin", user="linyue")

    assert verifying.verify(any_app).entries == 2
    tamper(any_app, "DELETE FROM audit_entry WHERE seq = 2")
    assert problems(any_app) == [(1, "the chain ends after 1 entries, 2 are on record")]
