"""Sentences about what people answered: whatever the drawings or the forms make of it."""

from __future__ import annotations

import json

import pytest

from service.engine import guarantees
from tests.engine.diagrams import end, flow, path, process, start, user, xor
from tests.engine.guarantee_cases import proof, subject, told

ASKED = 'before: launch\nalways: legal\nconcluding: dossier.review.conclusion = "同意"'


def form(*more: dict[str, str], key: str = "review") -> bytes:
    values = [{"label": each, "value": each} for each in ("同意", "不同意")]
    conclusion = {"type": "radio", "key": "conclusion", "values": values, "validate": {"required": True}}
    return json.dumps({"id": key, "components": [conclusion, *more]}).encode()


def reviewed(said: str) -> bytes:
    """Return a drawing in which legal is asked, and what its answer is handed on as decides."""
    return process(
        start(),
        user("legal", outputs={"said": said}, camunda_formRef="review"),
        xor("agreed", "no"),
        user("launch"),
        end("stopped"),
        end(),
        path("begin", "legal", "agreed"),
        flow("agreed", "launch", '=said = "同意"'),
        flow("agreed", "stopped", id="no"),
        path("launch", "done"),
    )


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("=conclusion", "holds"),
        ('=if conclusion = "同意" then conclusion else "不同意"', "holds"),
        ('="同意"', "broken"),
        ('=if amount &lt; 30000 then "同意" else conclusion', "broken"),
        ('=[conclusion, "同意"][2]', "broken"),
    ],
)
def test_an_answer_counts_as_it_was_given_not_as_it_is_handed_on(said, state):
    assert proof(ASKED, reviewed(said), extra={"review.form": form()}).state == state


@pytest.mark.parametrize(("passes", "state"), [('= "同意"', "holds"), ('!= "空白"', "broken")])
def test_what_the_form_computes_of_an_answer_is_followed(passes, state):
    computed = {"type": "expression", "key": "verdict", "expression": "=later"}
    later = {
        "type": "expression",
        "key": "later",
        "expression": f'=if conclusion {passes} then "同意" else "不同意"',
    }

    found = proof(ASKED, reviewed("=verdict"), extra={"review.form": form(computed, later)})

    assert found.state == state


def test_what_a_form_shows_only_now_and_then_may_be_anything():
    hidden = {
        "type": "expression",
        "key": "verdict",
        "expression": "=conclusion",
        "conditional": {"hide": "=conclusion = null"},
    }

    found = proof(ASKED, reviewed("=verdict"), extra={"review.form": form(hidden)})

    assert found.state == "broken"


def test_only_what_was_answered_at_the_task_that_is_completed_counts():
    """The first agrees and the second refuses: what the second completed is no consent."""
    drawing = process(
        start(),
        user("legal", camunda_formRef="review"),
        user("change"),
        user("again", outputs={"said": "=conclusion"}, camunda_formRef="second"),
        user("launch"),
        end(),
        path("begin", "legal", "change", "again", "launch", "done"),
    )
    sentence = (
        "before: launch\nalways: [legal, again]\nsince: change\n"
        'concluding: dossier.review.conclusion = "同意" or dossier.second.conclusion = "同意"'
    )

    found = proof(sentence, drawing, extra={"review.form": form(), "second.form": form(key="second")})

    assert told(found) == ("broken", ["begin", "legal", "change", "again", "launch"])


def finding(*edits: bytes, sentence: str = ASKED, extra: dict[str, bytes] | None = None) -> str:
    """Return what the check says of one sentence that is broken."""
    words = "\n    ".join(sentence.splitlines())
    reading = guarantees.read(f"guarantees:\n  s:\n    name: n\n    text: t\n    {words}\n".encode())
    verdicts = guarantees.judge(subject(*edits, extra=extra), reading.guarantees)
    [found] = guarantees.findings_of(verdicts)
    return found.message


def test_it_is_told_whose_answer_did_not_count():
    said = finding(reviewed('="同意"'), extra={"review.form": form()})

    assert "It comes by 'legal', but not with the answer that the guarantee asks for." in said


def test_of_a_long_way_the_beginning_and_the_end_are_told():
    steps = [f"step{number}" for number in range(30)]
    drawing = process(
        start(), *map(user, steps), user("launch"), end(), path("begin", *steps, "launch", "done")
    )

    said = finding(drawing, sentence="never: launch")

    assert "This way: begin → step0 → step1 → … 16 more steps … → step18 → " in said
    assert said.rstrip().endswith("→ step29 → launch.")


@pytest.mark.parametrize(
    ("asked", "code", "part"),
    [
        ('dossier.reviw.conclusion = "同意"', "unknown-form", "Did you mean 'review'?"),
        ('dossier.review.conclusio = "同意"', "unknown-field", "Did you mean 'conclusion'?"),
        ('dossier.review.conclusion = "同 意"', "unknown-value", "never answered with '同 意'"),
    ],
)
def test_an_answer_that_nobody_gives_is_named(asked, code, part):
    words = f"before: launch\n    always: legal\n    concluding: {asked}"
    reading = guarantees.read(f"guarantees:\n  s:\n    name: n\n    text: t\n    {words}\n".encode())

    drawn = subject(reviewed("=conclusion"), extra={"review.form": form()})
    [finding] = guarantees.check_names(reading.guarantees[0], drawn)

    assert (finding.code, part in finding.message) == (code, True)
