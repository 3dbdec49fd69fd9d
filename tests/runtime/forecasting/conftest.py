"""A small campaign that is written, reviewed and decided; and a company in which some were."""

from __future__ import annotations

import json

import pytest

from service.domain.workdays import shifted
from tests.conftest import MONDAY
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION

SCHEMA = """
main: campaign
pace: {from: submitted_at, to: decided_at, target: [3, 7], needed_by: start_date}
facts:
  submitted_at: {kind: datetime, label: 提交时间, initial: null}
  decided_at: {kind: datetime, label: 批准时间, initial: null}
  start_date: {kind: date, label: 开始日期, initial: null}
""".encode()

REVIEW = json.dumps(
    {
        "id": "review",
        "type": "default",
        "components": [
            {
                "type": "select",
                "key": "conclusion",
                "id": "f1",
                "label": "结论",
                "values": [{"label": each, "value": each} for each in ("同意", "不同意")],
                "properties": {"role": "conclusion"},
            }
        ],
    }
).encode()


def campaign(days: int = 30) -> dict[str, bytes]:
    """Written by the department, reviewed by legal; what legal agrees with is decided, and runs."""
    decided = '=if conclusion = "同意" then now() else null'
    drawing = d.process(
        d.start(**{"case.start_date": f'=today() + duration("P{days}D")', "case.submitted_at": "=now()"}),
        d.user("write", group="市场部", name="编制"),
        d.user(
            "review",
            name="法务审",
            camunda_formRef="review",
            outputs={"case.decided_at": decided, "conclusion": "=conclusion"},
        ),
        d.xor("gate", "no"),
        d.user("run", group="市场部"),
        d.end(),
        d.end("refused"),
        d.path("begin", "write", "review", "gate"),
        d.flow("gate", "run", 'conclusion = "同意"'),
        d.flow("gate", "refused", id="no"),
        d.path("run", "done"),
        key="campaign",
    )
    conclusions = "conclusions: {同意: good, 不同意: bad}\n".encode()
    return {
        "campaign.bpmn": drawing,
        "review.form": REVIEW,
        "case.yaml": SCHEMA,
        "organisation.yaml": ORGANISATION + conclusions,
    }


@pytest.fixture
def finish(clock):
    """Have campaigns written in an hour and reviewed in two, one each workday, with these conclusions.

    It is the morning of the next workday then.
    """

    def run(company, *conclusions):
        for day, conclusion in enumerate(conclusions):
            clock.set(shifted(MONDAY, day))
            case = company.start("campaign")
            clock.forward(hours=1)
            company.complete(case, "write", "linyue")
            clock.forward(hours=2)
            company.complete(case, "review", "zhouheng", conclusion=conclusion)
        clock.set(shifted(MONDAY, len(conclusions)))

    return run
