"""What the entries of a case vouch for: whoever changes a row or a file of it is found, and where."""

from __future__ import annotations

import io
import json
import re

import pytest
from sqlalchemy import text

from service.runtime import identity
from service.runtime.cases import attachments, instances
from service.runtime.keeping import anchoring, audit, upgrading, verifying
from service.runtime.step.audit import ADOPTED
from service.runtime.step.context import SYSTEM
from service.store.base import Base
from service.store.covering import COVERED
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, REVIEW_FORM

PDF = b"%PDF-1.7\n"
SCHEMA = "main: review\nfacts:\n  opinion: {kind: text, label: 意见}\n".encode()


def drawing():
    """Legal answers a form whose opinion becomes a fact of the case; finance confirms and ends it."""
    return d.process(
        d.start(),
        d.user("legal_review", camunda_formRef="legal_review", outputs={"case.opinion": "=opinion"}),
        d.user("finance_confirm", group="财务部"),
        d.end(),
        d.path("begin", "legal_review", "finance_confirm", "done"),
        key="review",
    )


FILES = {
    "review.bpmn": drawing(),
    "legal_review.form": REVIEW_FORM,
    "case.yaml": SCHEMA,
    "organisation.yaml": ORGANISATION,
}


@pytest.fixture
def company(any_company):
    any_company.deploy(FILES)
    return any_company


@pytest.fixture
def case(company):
    """A case that legal has answered with a file; finance has yet to confirm."""
    app = company.app
    case = company.start("review")
    file = attachments.upload(app, identity.actor(app, "zhouheng"), io.BytesIO(PDF), "意见书.pdf")
    answers = {"conclusion": "同意", "opinion": "条款无异议", "files": [file.id]}
    company.complete(case, "legal_review", "zhouheng", **answers)
    return case


def problems(app):
    return [problem.message for problem in verifying.verify(app).problems]


def tamper(app, *statements, **values):
    with app.db.begin() as session:
        for statement in statements:
            session.execute(text(statement), values)


def test_what_nobody_touched_has_no_problems(company, case):
    company.complete(case, "finance_confirm", "xunuo")

    assert problems(company.app) == []
    assert instances.get(company.app, SYSTEM, case.id).state == "completed"


_LIVE = "deployment_id, activated_by, activated_at"
_LINE = "instance_id, definition, activity_id, activity_path, kind, name, at"
_ACTIVATED = f"INSERT INTO activation ({_LIVE}) SELECT deployment_id, 'ouwen', activated_at FROM activation"
_ADDED = (
    f"INSERT INTO activity_history ({_LINE}, event, actor) SELECT {_LINE}, 'note', 'xunuo'"
    " FROM activity_history WHERE event = 'left' AND activity_id = 'legal_review'"
)
TAMPERED = {
    "answers flipped": (
        """UPDATE submission SET answers = replace(answers, '"同意"', '"不同意"')""",
        "(activity_id legal_review, form legal_review, author zhouheng): its answers were changed",
    ),
    "another author": ("UPDATE submission SET author = 'ouwen'", "author ouwen) was changed since"),
    "another form": ("UPDATE submission SET form = 'audit'", "form audit"),
    "a submission deleted": ("DELETE FROM submission", "a row of submission that it recorded is gone"),
    "a line deleted": (
        "DELETE FROM activity_history WHERE event = 'left' AND activity_id = 'legal_review'",
        "a row of activity_history that it recorded is gone",
    ),
    "a line changed": (
        "UPDATE activity_history SET actor = 'xunuo' WHERE actor = 'zhouheng'",
        "actor xunuo) was changed since",
    ),
    "a line added": (
        _ADDED,
        "was added: no entry records it",
    ),
    "another outcome": (
        "UPDATE user_task SET conclusion = '不同意' WHERE activity_id = 'legal_review'",
        "state completed) was changed since; recorded by zhouheng, task.completed",
    ),
    "another doer": (
        "UPDATE user_task SET completed_by = 'ouwen' WHERE activity_id = 'legal_review'",
        "was changed since",
    ),
    "a task closed by hand": (
        "UPDATE user_task SET state = 'completed', completed_by = 'xunuo' WHERE state = 'open'",
        "(activity_id finance_confirm, name finance_confirm, state completed) was changed since",
    ),
    "a task deleted": ("DELETE FROM user_task WHERE state = 'completed'", "is gone"),
    "another fact": ("""UPDATE case_fact SET value = '"有异议"'""", "was changed since"),
    "a fact deleted": ("DELETE FROM case_fact", "a row of case_fact that it recorded is gone"),
    "another applicant": ("UPDATE process_instance SET applicant = 'ouwen'", "was changed since"),
    "another applicant of the case": ("UPDATE \"case\" SET applicant = 'ouwen'", "was changed since"),
    "another state": ("UPDATE process_instance SET state = 'completed'", "was changed since"),
    "another snapshot": (
        "UPDATE process_instance SET snapshot = (SELECT content FROM resource_blob LIMIT 1)",
        "was changed since",
    ),
    "another uploader": ("UPDATE attachment SET uploaded_by = 'ouwen'", "was changed since"),
    "a file's row deleted": (
        "DELETE FROM attachment_use; DELETE FROM attachment",
        "is gone",
    ),
    "a file taken out of the case": ("DELETE FROM attachment_use", "was taken out of the case"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_behind_the_service_is_named(company, case, name):
    statement, expected = TAMPERED[name]

    tamper(company.app, *statement.split("; "))

    found = problems(company.app)
    assert any(expected in each for each in found), found
    assert all(case.business_key in each for each in found)


def test_two_lines_that_change_places_are_found(company, case):
    app = company.app
    tamper(
        app,
        "UPDATE activity_history SET seq = 1000 WHERE event = 'started'",
    )

    assert any("stands at another place" in each for each in problems(app))


def test_the_bytes_of_a_file_are_compared(company, case):
    app = company.app
    [place] = app.blobs.folder.glob("??/*")

    place.write_bytes(b"%PDF-1.7\nwith another sum")
    [changed] = problems(app)
    place.unlink()
    [gone] = problems(app)

    assert f"sha256 {place.name} was expected" in changed
    assert "意见书.pdf" in gone
    assert "is missing" in gone


def test_a_whole_case_with_its_entries_does_not_vanish(company, case):
    app = company.app
    for table in ("task_candidate", "user_task", "activity_history", "submission", "case_fact"):
        tamper(app, f"DELETE FROM {table}")
    tamper(app, "DELETE FROM attachment_use", "DELETE FROM audit_entry WHERE chain = :chain", chain=case.id)
    tamper(app, "DELETE FROM process_instance", 'DELETE FROM "case"')

    [found] = verifying.verify(app).problems

    assert found.chain == case.id
    assert case.business_key in found.message


def test_a_case_cannot_be_put_in_from_outside(company, case):
    app = company.app
    columns = ", ".join(
        column.name for column in Base.metadata.tables["process_instance"].columns if column.name != "id"
    )
    copied = f"INSERT INTO process_instance (id, {columns}) SELECT 'copy', {columns} FROM process_instance"
    tamper(app, copied, "UPDATE process_instance SET audit_count = 0, audit_head = '' WHERE id = 'copy'")

    assert "no entry speaks of this case: it was put in from outside" in problems(app)


@pytest.mark.parametrize("chain", ["system", "cases"])
def test_the_tail_of_a_chain_of_the_whole_is_missed_even_with_its_end_moved_back(company, case, chain):
    app = company.app
    company.start("review")
    tamper(
        app,
        "DELETE FROM audit_entry WHERE chain = :chain AND seq = "
        "(SELECT audit_count FROM audit_chain WHERE chain = :chain)",
        "UPDATE audit_chain SET audit_count = audit_count - 1, audit_head = (SELECT mac FROM audit_entry"
        " WHERE audit_entry.chain = :chain AND seq = audit_chain.audit_count - 1) WHERE chain = :chain",
        chain=chain,
    )

    assert "the end on record is not that of the chain: it was cut or replaced" in problems(app)


def test_a_case_set_back_to_an_earlier_state_of_its_own_is_found_by_its_registered_end(company, case):
    app = company.app
    chain = {"chain": case.id}
    with app.db.read() as session:
        end = session.execute(
            text("SELECT audit_count, audit_head FROM process_instance WHERE id = :chain"), chain
        ).one()
    company.complete(case, "finance_confirm", "xunuo")

    tamper(
        app,
        "DELETE FROM audit_entry WHERE chain = :chain AND seq > :count",
        "UPDATE process_instance SET audit_count = :count, audit_head = :head, state = 'active'",
        count=end[0],
        head=end[1],
        **chain,
    )

    assert any("was registered with another entry at this place" in each for each in problems(app))


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (("DELETE FROM activation WHERE seq = (SELECT max(seq) FROM activation)",), "is not on record"),
        (("UPDATE deployment SET created_by = 'ouwen'",), "was system's"),
        (
            ("UPDATE deployment_file SET sha256 = (SELECT min(sha256) FROM resource_blob)",),
            "the files of the deployment",
        ),
        (("UPDATE resource_blob SET content = 'x'",), "has other contents"),
        (
            (_ACTIVATED,),
            "was made live without an entry",
        ),
    ],
)
def test_deployments_are_those_the_system_s_chain_tells_of(company, case, statements, expected):
    app = company.app
    if app.db.is_sqlite:
        statements = [each.replace("content = 'x'", "content = x'78'") for each in statements]

    tamper(app, *statements)

    assert any(expected in each for each in problems(app)), problems(app)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE submission SET answers = 'x'",
        "UPDATE user_task SET candidate_groups = '['",
        "UPDATE process_instance SET variables = '{'",
    ],
)
def test_what_cannot_be_read_any_more_is_a_problem_and_stops_no_verification(company, case, statement):
    app, other = company.app, company.start("review")

    tamper(app, statement)
    tamper(app, "UPDATE \"case\" SET applicant = 'ouwen' WHERE number = :number", number=other.business_key)

    found = problems(app)
    assert any("cannot be read as they are stored" in each for each in found), found
    assert {case.business_key, other.business_key} <= {
        word for each in found for word in re.split(r"[ :]", each)
    }


def test_erasing_an_entry_keeps_what_it_vouches_for(company, case):
    app = company.app
    last = audit.entries(app, SYSTEM, case.id)[-1]
    audit.erase(app, SYSTEM, case.id, [last.seq], reason="本人要求删除")
    assert problems(app) == []

    tamper(app, "UPDATE submission SET author = 'ouwen'")

    assert any("author ouwen" in each for each in problems(app))


def test_an_anchor_kept_outside_tells_of_a_whole_database_set_back(company, case, tmp_path):
    app, file = company.app, tmp_path / "anchor.json"
    assert anchoring.verify_with(app, file).problems == ()
    earlier = file.read_text(encoding="utf-8")
    company.complete(case, "finance_confirm", "xunuo")
    assert anchoring.verify_with(app, file).problems == ()
    assert file.read_text(encoding="utf-8") != earlier
    later = json.loads(file.read_text(encoding="utf-8"))
    later["chains"][case.id][0] += 3
    file.write_text(json.dumps(later), encoding="utf-8")

    found = anchoring.verify_with(app, file).problems

    assert [problem.chain for problem in found] == [case.id]
    assert json.loads(file.read_text(encoding="utf-8")) == later, "the anchor stays while anything is wrong"


def test_what_an_earlier_release_has_stored_is_adopted_and_vouched_for_from_then_on(company, case):
    app = company.app
    as_if_old(app, case)
    assert problems(app) == []

    upgrading.upgrade(app)
    upgrading.upgrade(app)

    actions = [entry.action for entry in audit.entries(app, SYSTEM, case.id)]
    assert actions.count(ADOPTED) == 1
    assert problems(app) == []
    company.complete(case, "finance_confirm", "xunuo")
    assert problems(app) == []
    tamper(app, "DELETE FROM activity_history WHERE event = 'started'")
    assert any("a row of activity_history that it recorded is gone" in each for each in problems(app))


def test_answers_of_an_earlier_release_are_held_by_the_hash_it_recorded(company, case):
    app = company.app
    as_if_old(app, case)

    tamper(app, "DELETE FROM submission")

    assert any("the answers of zhouheng were removed or changed" in each for each in problems(app))


def as_if_old(app, case):
    """Seal the entries of a case as the first release did: covering nothing, never registered."""
    from service.store.models import AuditChain, AuditEntry, ProcessInstance

    with app.db.begin() as session:
        instance = session.get(ProcessInstance, case.id)
        previous = ""
        for entry in session.scalars(audit.chain_of(case.id)):
            entry.covers = None
            entry.mac = previous = app.audit_keys.seal(entry, previous)
        instance.audit_head = previous
        session.flush()
        session.query(AuditEntry).where(AuditEntry.chain == "cases").delete()
        session.query(AuditChain).where(AuditChain.chain == "cases").delete()


NOT_COVERED = {
    "incident, timer, outbox, message_buffer, draft, task_candidate, participant": "waits, or derived",
    "last_answer": "derived from the snapshot that is covered",
    "attachment_use, deployment, deployment_file, resource_blob, activation": "compared by themselves",
    "audit_entry, audit_chain": "the record itself",
    "user_account, user_group, organisation_unit, substitution, api_token": "compared by themselves",
    "web_session, login_attempt, idempotency_key, notification": "kept for a while",
    "phrase, saved_view": "one person's own",
    "notification_setting, channel_health": "how somebody is told, and whether that works",
    "comment_request, carbon_copy": "said beside the case, decides nothing",
    "batch, batch_item": "progress of what is on record case by case",
    "study": "a question to the record, and its answer",
    "channel_day": "derived from the figures that are covered",
    "load_sample, archived_campaign": "what was measured, and what the case says already",
    "department_allowance, allowance_commitment": "compared as granted, else reckoned from the cases",
}


def test_every_table_that_says_what_was_decided_is_vouched_for():
    known = {name.strip() for names in NOT_COVERED for name in names.split(",")}

    unknown = {*Base.metadata.tables} - known - {*COVERED}

    assert not unknown, "vouch for it in store/covering.py, or say here why not"
