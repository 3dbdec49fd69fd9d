"""Certificates: what they say, and that every change of one is found without a database."""

from __future__ import annotations

import json

import pytest

from service.errors import NotFound
from service.runtime.keeping import certificates
from service.store.audit_chain import AuditKeys
from tests.engine import diagrams as d
from tests.runtime.drawings import chain

VERDICT = json.dumps(
    {
        "type": "default",
        "id": "verdict",
        "components": [
            {
                "type": "radio",
                "id": "f1",
                "key": "conclusion",
                "label": "结论",
                "values": [{"value": each, "label": each} for each in ("同意", "不同意")],
                "properties": {"role": "conclusion"},
            },
            {
                "type": "textarea",
                "id": "f2",
                "key": "opinion",
                "label": "意见",
                "properties": {"role": "opinion"},
            },
        ],
    }
).encode()
FOREIGN = AuditKeys.derive("the key of another installation")


@pytest.fixture
def case(company):
    """A case that 周衡 has confirmed and 许诺 is asked about."""
    review = d.user("check", group="法务部", name="法务会签", camunda_formRef="verdict")
    company.deploy({**chain("p", review, d.user("pay", group="财务部")), "verdict.form": VERDICT})
    case = company.start("p")
    company.complete(case, "check", by="zhouheng", conclusion="同意", opinion="可以 & <b>")
    return case


@pytest.fixture
def issued(company, case):
    return certificates.issue(company.app, company.cast.linyue, case.id)


def as_file(certificate):
    return json.dumps(certificate, ensure_ascii=False, indent=2).encode()


def verified(company, file):
    return certificates.verify(company.app.audit_keys, file).state


def test_a_certificate_says_who_concluded_what_of_which_case_and_is_whole(company, case, issued):
    [signature] = issued["signatures"]
    verdict = certificates.verify(company.app.audit_keys, as_file(issued))

    assert (signature["by"], signature["conclusion"]) == ({"name": "zhouheng", "shown": "周衡"}, "同意")
    assert (verdict.state, verdict.about["number"]) == ("whole", case.business_key)
    assert verdict.about["hash"] == issued["hash"]
    assert certificates.is_on_record(company.app, verdict.about)


def changed(certificate, path, value):
    """Return the certificate with one value changed, deep down."""
    copy = json.loads(json.dumps(certificate))
    *way, last = path
    holder = copy
    for name in way:
        holder = holder[name]
    assert holder[last] != value
    holder[last] = value
    return copy


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("case", "title"), "另一个活动"),
        (("case", "state"), "completed"),
        (("signatures", 0, "conclusion"), "不同意"),
        (("signatures", 0, "opinion"), ""),
        (("signatures", 0, "by", "shown"), "许诺"),
        (("signatures", 0, "at"), "2026-03-03T01:00:00+00:00"),
        (("signatures",), []),
        (("hash",), "0" * 64),
        (("issued", "record", "entries"), 1),
        (("issued", "by"), "xunuo"),
        (("seal", "mac"), "0" * 64),
    ],
)
def test_whatever_is_changed_is_found(company, issued, path, value):
    assert verified(company, as_file(changed(issued, path, value))) == "changed"


def test_something_added_is_found(company, issued):
    assert verified(company, as_file({**issued, "note": "也批准了"})) == "changed"


def test_a_key_that_is_not_known_vouches_for_nothing(company, issued):
    resealed = {**issued, "seal": {"key_id": FOREIGN.current, "mac": "0" * 64}}

    assert verified(company, as_file(resealed)) == "foreign"
    assert certificates.verify(FOREIGN, as_file(issued)).state == "foreign"


@pytest.mark.parametrize(
    "file", [b"", b"{}", b"[1]", b"not json", b"\xff\xfe", b"[" * 100_000, b"%PDF-1.7\n%%EOF"]
)
def test_what_is_no_certificate_is_said_to_be_none(company, file):
    assert verified(company, file) == "unreadable"


def test_a_document_is_sealed_to_the_last_byte(company, issued):
    sealed = certificates.sealed(company.app.audit_keys, b"%PDF-1.7\nbody\n%%EOF", issued)
    verdict = certificates.verify(company.app.audit_keys, sealed)

    assert (verdict.state, verdict.about["hash"]) == ("whole", issued["hash"])
    for place in range(5, len(sealed)):
        broken = bytearray(sealed)
        broken[place] ^= 1
        assert not certificates.verify(company.app.audit_keys, bytes(broken)).is_whole, place
    assert not certificates.verify(company.app.audit_keys, sealed + b"\n").is_whole
    assert not certificates.verify(company.app.audit_keys, sealed[:-2]).is_whole


def test_the_seal_of_a_document_passes_for_no_other(company, issued):
    one, two = (
        certificates.sealed(company.app.audit_keys, b"%PDF-1.7\n" + words, issued)
        for words in (b"one", b"two")
    )
    mixed = two.rpartition(b"%countersign ")[0] + b"%countersign " + one.rpartition(b"%countersign ")[2]

    assert verified(company, mixed) == "changed"


def test_the_hash_stays_until_something_new_is_decided(company, case, issued, clock):
    clock.forward(hours=1)
    again = certificates.issue(company.app, company.cast.linyue, case.id)
    company.complete(case, "pay", by="xunuo")
    later = certificates.issue(company.app, company.cast.linyue, case.id)

    assert again["hash"] == issued["hash"] != later["hash"]
    assert again["issued"]["at"] != issued["issued"]["at"]


def test_a_certificate_of_a_record_that_was_cut_is_not_on_record(company, case, issued):
    about = certificates.verify(company.app.audit_keys, as_file(issued)).about

    assert not certificates.is_on_record(
        company.app, {**about, "record": {**about["record"], "seal": "0" * 64}}
    )
    assert not certificates.is_on_record(company.app, {})


def test_who_does_not_see_the_case_gets_no_certificate(company, case):
    with pytest.raises(NotFound):
        certificates.issue(company.app, company.cast.ouwen, case.id)
