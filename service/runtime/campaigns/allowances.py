"""What departments may spend in a quarter: granted by finance, held by approved campaigns."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.budget import Allowance
from service.domain.money import ZERO, money
from service.errors import FieldError, InvalidInput, NotFound
from service.runtime import identity
from service.runtime.identity.rights import require
from service.runtime.step import audit
from service.runtime.step.context import Actor, Application
from service.store.models import AllowanceCommitment, DepartmentAllowance


def grant(
    app: Application,
    actor: Actor,
    department: str,
    period: str,
    granted: Decimal,
    *,
    committed: Decimal | None = None,
) -> Allowance:
    """Set what a department may spend in a quarter (`2026Q4`), CNY.

    `committed` is what was promised before this system kept count; left out, it stays as it is.
    """
    require(actor, "allowance.grant")
    if granted < 0 or (committed is not None and committed < 0):
        raise InvalidInput(errors=[FieldError("granted", "an allowance is not negative")])
    with app.db.begin() as session:
        identity.require_still(app, session, actor, "allowance.grant")
        row = session.get(DepartmentAllowance, (department, period), with_for_update=True)
        if row is None:
            row = DepartmentAllowance(department=department, period=period, committed=ZERO, spent=ZERO)
            session.add(row)
        row.granted = money(granted)
        if committed is not None:
            row.committed = money(committed)
        facts = {"department": department, "period": period, "granted": row.granted}
        audit.append_system(app, session, "allowance.granted", by=actor.name, **facts)
        return _view(row)


def find(app: Application, actor: Actor) -> tuple[Allowance, ...]:
    """Return every allowance, latest quarter first."""
    require(actor, "allowance.read")
    query = select(DepartmentAllowance).order_by(
        DepartmentAllowance.period.desc(), DepartmentAllowance.department
    )
    with app.db.read() as session:
        return tuple(_view(row) for row in session.scalars(query))


def get(app: Application, actor: Actor, department: str, period: str) -> Allowance:
    """Return what a department was granted for a quarter. NotFound where it was granted nothing."""
    require(actor, "allowance.read")
    with app.db.read() as session:
        row = session.get(DepartmentAllowance, (department, period))
        if row is None:
            raise NotFound("Nothing was granted.", department=department, period=period)
        return _view(row)


def all_of(session: Session) -> dict[tuple[str, str], Allowance]:
    """Return every allowance, as a campaign sees it that holds nothing yet, by department and quarter."""
    rows = session.scalars(select(DepartmentAllowance))
    return {(row.department, row.period): _view(row) for row in rows}


def of_case(session: Session, department: str, period: str, business_key: str) -> Allowance | None:
    """Return the allowance as a campaign sees it: with the share it holds already."""
    row = session.get(DepartmentAllowance, (department, period))
    held = session.get(AllowanceCommitment, (business_key, department, period))
    return None if row is None else _view(row, held.amount if held else ZERO)


def commit(
    session: Session, department: str, period: str, business_key: str, amount: Decimal
) -> Allowance | None:
    """Make `amount` the campaign's share of the allowance, within the running step; twice changes nothing.

    It is its only one: what it held of another quarter, before its dates were moved, is given back. None when
    the department was granted nothing for the quarter: then nothing is counted.
    """
    place, shares = (department, period), _shares(session, business_key)
    # Locked in the same order by everybody: two who move between quarters never wait for each other.
    for each in sorted({place, *shares}):
        session.get(DepartmentAllowance, each, with_for_update=True)
    for share in (shares[each] for each in shares if each != place):
        _give_back(session, share)
    row, held = session.get(DepartmentAllowance, place), shares.get(place)
    if row is None:
        return None
    before = held.amount if held else ZERO
    if held is None:
        held = AllowanceCommitment(business_key=business_key, department=department, period=period)
        session.add(held)
    held.amount = money(amount)
    row.committed += held.amount - before
    return _view(row, held.amount)


def release(session: Session, business_key: str) -> list[AllowanceCommitment]:
    """Give back all that a campaign holds, within the running step; return the shares it held."""
    held = [*_shares(session, business_key).values()]
    for share in held:
        _give_back(session, share)
    return held


def _shares(session: Session, business_key: str) -> dict[tuple[str, str], AllowanceCommitment]:
    query = select(AllowanceCommitment).where(AllowanceCommitment.business_key == business_key)
    return {(share.department, share.period): share for share in session.scalars(query)}


def _give_back(session: Session, share: AllowanceCommitment) -> None:
    row = session.get(DepartmentAllowance, (share.department, share.period), with_for_update=True)
    if row is not None:
        row.committed -= share.amount
    session.delete(share)


def settle(session: Session, business_key: str, spent: Decimal) -> None:
    """Release what a campaign holds and count what it has spent instead; twice changes nothing.

    A campaign that holds nothing, because nothing was granted when it was approved, counts nothing.
    """
    for (department, period), share in _shares(session, business_key).items():
        row = session.get(DepartmentAllowance, (department, period), with_for_update=True)
        if row is not None:
            row.spent += money(spent)
        _give_back(session, share)


def _view(row: DepartmentAllowance, own_share: Decimal = ZERO) -> Allowance:
    return Allowance(row.department, row.period, row.granted, row.committed, row.spent, own_share)
