"""Who takes part in a case sees it: one case, or the list of cases."""

from __future__ import annotations

from sqlalchemy import select

from service.store import participants
from service.store.models import ProcessInstance
from tests.store.rows import add_instance

LIN, ZHOU, LEGAL = participants.user("linyue"), participants.user("zhouheng"), participants.group("法务部")


def test_a_person_and_a_group_of_the_same_name_are_two():
    assert participants.user("legal") != participants.group("legal")


def test_each_sees_the_cases_they_take_part_in_and_no_other(db):
    with db.begin() as session:
        first, second = add_instance(session).id, add_instance(session).id
        participants.add(session, first, [ZHOU, LEGAL, ZHOU])
        participants.add(session, second, [LIN])

    def seen_by(*principals: str) -> set[str]:
        query = select(ProcessInstance.id).where(participants.visible_to(principals))
        with db.read() as session:
            listed = set(session.scalars(query))
            alone = {each for each in (first, second) if participants.sees(session, each, principals)}
        assert listed == alone
        return listed

    assert seen_by(ZHOU) == seen_by(LEGAL) == {first}
    assert seen_by(LIN) == {second}
    assert seen_by("user:nobody", LIN, LEGAL) == {first, second}
    assert seen_by("user:nobody") == seen_by() == set()


def test_who_takes_part_already_stays_and_nobody_is_added_twice(db):
    with db.begin() as session:
        case = add_instance(session).id
        participants.add(session, case, [ZHOU])
        participants.add(session, case, [ZHOU, LEGAL])
        participants.add(session, case, [])

    with db.read() as session:
        rows = session.execute(select(participants.Participant.principal)).scalars().all()
    assert sorted(rows) == sorted([ZHOU, LEGAL])
