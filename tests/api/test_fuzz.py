"""Whatever is sent, a route answers with a status it documents, and never with an error of its own."""

from __future__ import annotations

import re
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.web.api.document import document, sections

OPERATIONS = [operation for section in sections() for operation in section.operations]
FIELDS = sorted({name for each in OPERATIONS if each.body for name in each.body.model_fields})
PARAMETERS = ["limit", "cursor", "mine", "group", "instance", "state", "q", "from", "to", "business_key"]

_text = st.text(max_size=20) | st.sampled_from(["review", "live", "open", "同意", "9" * 40, "-1", "true"])
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_body = st.dictionaries(st.sampled_from(FIELDS), _json, max_size=5) | _json
_query = st.dictionaries(st.sampled_from(PARAMETERS), _text, max_size=3)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
@given(data=st.data())
def test_no_request_makes_the_service_fail(data, legal_task, started, review, client_for):
    admin = client_for.__dict__.setdefault("admin", None) or client_for("admin")
    client_for.__dict__["admin"] = admin
    operation = data.draw(st.sampled_from(OPERATIONS))
    known = {"task_id": legal_task["id"], "instance_id": started, "key": "review", "deployment_id": review.id}
    path = re.sub(
        r"<(\w+)>",
        lambda part: quote(data.draw(_text | st.just(known.get(part[1], "x"))) or "x", safe=""),
        operation.rule,
    )

    if operation.method == "GET":
        answer = admin.get(path, **data.draw(_query))
    else:
        answer = admin.post(path, data.draw(_body), key=data.draw(st.none() | st.uuids().map(str)))

    described = document()["paths"]["/api/v1" + re.sub(r"<(\w+)>", r"{\1}", operation.rule)]
    # A drawn path may be another route's, or none: then only the kind of answer is promised.
    promised = set(described[operation.method.lower()]["responses"]) | {"404", "405", "308"}
    assert str(answer.status_code) in promised, answer.text
