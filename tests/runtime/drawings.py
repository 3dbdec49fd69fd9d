"""The drawings the runtime's tests run on, each as small as its point allows."""

from __future__ import annotations

import json

from tests.engine import diagrams as d

ORGANISATION = """
groups: {市场部: department, 法务部: department, 财务部: department, 技术部: department, 客服部: department,
         信息部: department, 总监: role}
relations:
  发起人: {user: applicant}
  部门负责人: {head_of: department}
""".encode()

REVIEW_FORM = json.dumps(
    {
        "id": "legal_review",
        "type": "default",
        "components": [
            {
                "type": "select",
                "key": "conclusion",
                "id": "f1",
                "label": "结论",
                "values": [{"label": "同意", "value": "同意"}, {"label": "不同意", "value": "不同意"}],
                "validate": {"required": True},
            },
            {"type": "textarea", "key": "opinion", "id": "f2", "label": "意见", "validate": {"minLength": 4}},
            {"type": "number", "key": "budget", "id": "f3", "label": "预算", "readonly": True},
            {"type": "filepicker", "key": "files", "id": "f4", "label": "附件", "multiple": True},
        ],
    }
).encode()
"""A conclusion, an opinion of at least four characters, a budget the answerer cannot change, files."""


def review() -> dict[str, bytes]:
    """Legal answers a form, then finance confirms; legal's conclusion is a variable."""
    drawing = d.process(
        d.start(),
        d.user(
            "legal_review",
            camunda_formRef="legal_review",
            name="法务会签",
            inputs={"budget": "=120000.50"},
            outputs={"legal_conclusion": "conclusion"},
        ),
        d.user("finance_confirm", group="财务部", name="财务确认"),
        d.end(),
        d.path("begin", "legal_review", "finance_confirm", "done"),
        key="review",
    )
    return {"review.bpmn": drawing, "legal_review.form": REVIEW_FORM, "organisation.yaml": ORGANISATION}


def chain(key: str, *elements: str, declared: str = "", inputs: str = "") -> dict[str, bytes]:
    """Elements one after the other, from a start to an end event."""
    ids = [part.split('id="', 1)[1].split('"', 1)[0] for part in elements if "boundaryEvent" not in part]
    drawing = d.process(
        d.start(),
        *elements,
        d.end(),
        d.path("begin", *ids, "done"),
        key=key,
        declared=declared,
        inputs=inputs,
    )
    return {f"{key}.bpmn": drawing, "organisation.yaml": ORGANISATION}


ORDER = d.declare_message("m", "order")


def sending() -> dict[str, bytes]:
    """A case `p` leaves a message to the queue, which begins a case `q`; itself it waits at `rest`."""
    throw = d.element("intermediateThrowEvent", "tell", d.message("m"))
    sender = d.process(
        d.start(),
        throw,
        d.user("rest", group="财务部"),
        d.end(),
        d.path("begin", "tell", "rest", "done"),
        key="p",
        declared=ORDER,
    )
    begun = d.process(
        d.begins("begin", d.message("m")),
        d.user("look", group="法务部"),
        d.end(),
        d.path("begin", "look", "done"),
        key="q",
        declared=ORDER,
    )
    return {"p.bpmn": sender, "q.bpmn": begun, "organisation.yaml": ORGANISATION}
