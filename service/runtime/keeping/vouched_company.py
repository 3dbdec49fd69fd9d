"""Who may do what, and what may be spent, held against what the system's chain tells of it.

Accounts with their groups, departments and superiors, heads, substitutes, tokens and allowances are changed
only by use cases that tell of it. Whoever gives themselves a group in the database shows here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from service.feel import codec
from service.runtime.step.audit import SYSTEM_CHAIN
from service.store.audit_chain import Problem
from service.store.models import (
    ApiToken,
    AuditEntry,
    DepartmentAllowance,
    OrganisationUnit,
    Substitution,
    User,
    UserGroup,
)

_OF_ACCOUNTS = ("groups", "active", "department", "superior")


@dataclass
class _Told:
    """The last word of the chain: on accounts by field, with its entry; on heads, allowances and others."""

    accounts: dict[str, dict[str, tuple[int, Any]]] = field(default_factory=dict)
    heads: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    allowances: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    rules: list[tuple[Any, ...]] = field(default_factory=list)
    # Whoever was deactivated at some time: their successor may have what was theirs.
    left: set[str] = field(default_factory=set)

    def hear(self, entry: AuditEntry, facts: Mapping[str, Any]) -> None:
        match entry.action:
            case "user.created":
                known = {name: (entry.seq, facts[name]) for name in _OF_ACCOUNTS if name in facts}
                self.accounts[facts["user"]] = {**known, "active": (entry.seq, True)}
            case "user.changed":
                known = self.accounts.setdefault(facts["user"], {})
                told = {name: pair[1] for name, pair in facts["changes"].items() if name in _OF_ACCOUNTS}
                known.update((name, (entry.seq, value)) for name, value in told.items())
                if told.get("active") is False:
                    self.left.add(facts["user"])
            case "department.head":
                self.heads[facts["department"]] = (entry.seq, facts["head"])
            case "allowance.granted":
                self.allowances[facts["department"], facts["period"]] = (entry.seq, facts["granted"])
            case "token.created":
                self.tokens[facts["token"]] = facts["user"]
            case "substitution.created":
                self.rules.append((facts["user"], facts["starts_at"], facts["ends_at"], facts["substitute"]))
            case "substitution.ended":
                self.ended[facts["rule"]] = entry.seq


def problems(session: Session) -> Iterator[Problem]:
    """Yield which accounts, heads, substitutes, tokens or allowances are not as they were recorded."""
    told = _Told()
    query = select(AuditEntry).where(AuditEntry.chain == SYSTEM_CHAIN).order_by(AuditEntry.seq)
    for entry in session.scalars(query):
        if entry.payload is not None:
            told.hear(entry, codec.loads(entry.payload))
    yield from _accounts(session, told)
    yield from _heads(session, told)
    yield from _rules(session, told)
    for token in session.execute(select(ApiToken.id, User.name).join(User, User.id == ApiToken.user_id)):
        if told.tokens.get(token.id) != token.name:
            yield _problem(0, f"the API token {token.id} of {token.name} was added: no entry records it")
    for row in session.scalars(select(DepartmentAllowance)):
        place = f"the allowance of {row.department} for {row.period}"
        # The first release could be given allowances that nothing tells of.
        seq, granted = told.allowances.pop((row.department, row.period), (0, row.granted))
        if granted != row.granted:
            yield _problem(seq, f"{place} was changed: {row.granted} is there, {granted} was granted")
    for (department, period), (seq, _) in told.allowances.items():
        yield _problem(seq, f"the allowance of {department} for {period} is gone")


def _accounts(session: Session, told: _Told) -> Iterator[Problem]:
    groups: dict[str, set[str]] = {}
    for user_id, group in session.execute(select(UserGroup.user_id, UserGroup.group_name)):
        groups.setdefault(user_id, set()).add(group)
    above, left = aliased(User), dict(told.accounts)
    query = select(User, above.name).outerjoin(above, above.id == User.superior_id)
    for user, superior in session.execute(query):
        known = left.pop(user.name, None)
        if known is None:
            yield _problem(0, f"the account {user.name} was added: no entry records it")
            continue
        there = {"groups": groups.get(user.id, set()), "active": user.is_active}
        there |= {"department": user.department, "superior": superior}
        for name, (seq, value) in known.items():
            is_handed_over = name == "superior" and value in told.left
            wanted = set(value) if name == "groups" else value
            if there[name] != wanted and not is_handed_over:
                yield _problem(seq, f"the account {user.name} was changed since: its {name}")
    for name, known in left.items():
        yield _problem(next(iter(known.values()), (0, None))[0], f"the account {name} is gone")


def _heads(session: Session, told: _Told) -> Iterator[Problem]:
    query = select(OrganisationUnit.name, User.name).outerjoin(User, User.id == OrganisationUnit.head_user_id)
    there = {department: head for department, head in session.execute(query)}
    for department in sorted({*there, *told.heads}):
        seq, head = told.heads.get(department, (0, None))
        if there.get(department) != head and head not in told.left:
            yield _problem(seq, f"the head of {department} was changed: {there.get(department)}, not {head}")


def _rules(session: Session, told: _Told) -> Iterator[Problem]:
    absent, standing_in = aliased(User), aliased(User)
    query = (
        select(Substitution, absent.name, standing_in.name)
        .join(absent, absent.id == Substitution.user_id)
        .join(standing_in, standing_in.id == Substitution.substitute_id)
    )
    recorded = list(told.rules)
    for row, name, substitute in session.execute(query):
        when = (name, row.starts_at, row.ends_at)
        said = next(
            (
                each
                for each in recorded
                if each[:3] == when and (each[3] == substitute or each[3] in told.left)
            ),
            None,
        )
        if said is None:
            yield _problem(
                0, f"that {substitute} stands in for {name} was added or changed: no entry records it"
            )
        else:
            recorded.remove(said)
        if (row.revoked_at is not None) != (row.id in told.ended):
            yield _problem(told.ended.get(row.id, 0), f"when {substitute} stands in for {name} was changed")
    for name, _, _, substitute in recorded:
        yield _problem(0, f"that {substitute} stands in for {name} is gone")


def _problem(seq: int, text: str) -> Problem:
    return Problem(SYSTEM_CHAIN, seq, text)
