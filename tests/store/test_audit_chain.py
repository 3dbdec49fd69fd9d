"""The chain tells every tampering by its place, and nothing where nobody tampered."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from service.store import audit_chain
from service.store.audit_chain import ERASED, AuditKeys
from tests.conftest import MONDAY

KEYS = AuditKeys.derive("the secret")


@dataclass
class End:
    """The end of a chain, as a case keeps it."""

    audit_count: int = 0
    audit_head: str = ""


class Chain:
    """Three entries of a case, ready to be tampered with."""

    def __init__(self, keys: AuditKeys = KEYS) -> None:
        self.end = End()
        self.entries = [self.link(f"step {number}", keys, amount=Decimal(number)) for number in (1, 2, 3)]

    def link(self, action: str, keys: AuditKeys = KEYS, **facts):
        return audit_chain.link(keys, self.end, "case", at=MONDAY, actor="linyue", action=action, facts=facts)

    def told(self, keys: AuditKeys = KEYS) -> list[tuple[int, str]]:
        """Return what is wrong: the entry, and the message."""
        end = self.end
        found = audit_chain.problems(keys, "case", self.entries, end.audit_count, end.audit_head)
        return [(problem.seq, problem.message) for problem in found]


@pytest.fixture
def chain() -> Chain:
    return Chain()


def test_an_untouched_chain_is_whole(chain):
    assert chain.told() == []
    assert [entry.seq for entry in chain.entries] == [1, 2, 3]
    assert chain.end == End(3, KEYS.end(chain.entries[-1]))


def test_every_entry_is_salted_and_sealed_by_itself(chain):
    assert len({entry.salt for entry in chain.entries}) == len({entry.mac for entry in chain.entries}) == 3
    assert all(len(entry.salt) == 32 and len(entry.mac) == 64 for entry in chain.entries)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "zhouheng"),
        ("action", "step 9"),
        ("at", "2026-03-03T09:00:00+08:00"),
        ("payload_hash", "0" * 64),
    ],
)
def test_a_changed_entry_is_told_and_what_follows_is_not_guessed(chain, column, value):
    setattr(chain.entries[1], column, value)

    assert chain.told() == [(2, "the entry was changed")]


def test_a_changed_payload_is_told_and_the_rest_is_still_read(chain):
    chain.entries[0].payload = chain.entries[0].payload.replace("1", "9")
    chain.entries[2].payload = "{}"

    assert chain.told() == [(1, "the payload was changed"), (3, "the payload was changed")]


def test_a_missing_entry_is_told(chain):
    del chain.entries[1]

    assert chain.told() == [(2, "an entry is missing")]


def test_a_cut_end_is_told_by_the_count(chain):
    del chain.entries[2]

    assert chain.told() == [(2, "the chain ends after 2 entries, 3 are on record")]


def test_an_end_replaced_by_a_chain_of_the_same_length_is_told(chain):
    chain.end.audit_head = Chain().end.audit_head

    assert chain.told() == [(3, "the end on record is not that of the chain: it was cut or replaced")]


def test_a_cut_end_is_told_even_when_the_kept_end_is_moved_back_with_it(chain):
    del chain.entries[2]
    chain.end = End(2, chain.entries[1].mac)

    assert chain.told() == [(2, "the end on record is not that of the chain: it was cut or replaced")]


def test_what_an_entry_covers_is_sealed_with_it(chain):
    chain.entries[1].covers = '{"submission":["0123456789abcdef"]}'
    assert chain.told() == [(2, "the entry was changed")]

    chain.entries[1].covers = None
    assert chain.told() == [(2, "the entry was changed")]


def test_entries_that_cover_nothing_yet_are_read_as_their_release_wrote_them():
    old = audit_chain.link(KEYS, End(), "case", at=MONDAY, actor="linyue", action="started", facts={})
    old.covers = None
    old.mac = KEYS.seal(old, "")
    end = End(1, old.mac)

    new = audit_chain.link(KEYS, end, "case", at=MONDAY, actor="linyue", action="next", facts={})

    assert list(audit_chain.problems(KEYS, "case", [old], 1, old.mac)) == []
    assert list(audit_chain.problems(KEYS, "case", [old, new], end.audit_count, end.audit_head)) == []


def test_an_empty_chain_ends_with_nothing(chain):
    chain.entries = []

    assert chain.told() == [(0, "the chain ends after 0 entries, 3 are on record")]
    assert list(audit_chain.problems(KEYS, "case", [], 0, "")) == []


def test_an_emptied_entry_is_told_unless_an_erasure_names_it(chain):
    for entry in chain.entries[:2]:
        entry.payload = entry.salt = None
    assert chain.told() == [(1, "the payload was removed"), (2, "the payload was removed")]

    chain.entries.append(chain.link(ERASED, entries=[1]))

    assert chain.told() == [(2, "the payload was removed")]


def test_another_kind_of_entry_cannot_excuse_an_emptied_one(chain):
    chain.entries[0].payload = None
    chain.entries.append(chain.link("note", entries=[1]))

    assert chain.told() == [(1, "the payload was removed")]


def test_an_earlier_secret_still_verifies_and_a_stranger_s_does_not(chain):
    renewed = AuditKeys.derive("the new secret", previous=["the secret"])
    chain.entries.append(chain.link("step 4", renewed))

    assert chain.told(renewed) == []
    assert chain.told(AuditKeys.derive("the new secret")) == [(1, "its key is unknown")]
    assert chain.entries[3].key_id == renewed.current != KEYS.current


def test_keys_are_told_apart_and_never_shown():
    keys = AuditKeys.derive("one", previous=["two", "three"])

    assert len(keys.keys) == 3
    assert keys.keys[keys.current] == next(iter(AuditKeys.derive("one").keys.values()))
    assert all(repr(key) not in repr(keys) for key in keys.keys.values())


def test_the_name_of_a_key_stays_what_it_was_in_records_already_written():
    assert KEYS.current == "2f179af7"


def test_a_case_without_entries_yet_begins_its_chain():
    end = End(None, None)  # a row that was never written to

    entry = audit_chain.link(KEYS, end, "case", at=MONDAY, actor="linyue", action="started", facts={})

    assert (entry.seq, end.audit_count) == (1, 1)
    assert list(audit_chain.problems(KEYS, "case", [entry], 1, end.audit_head)) == []
