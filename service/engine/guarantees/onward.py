"""What an act does to the promises of a case under way: those it keeps from where it stands, and those that
the act would set aside.

A sentence is walked from where the act puts the case, with what was completed and is known there. Where no
way breaks it, it is kept; where one does, and did not before, the act sets it aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from service.engine.drawing.kinds import GATEWAYS
from service.engine.guarantees.budget import Budget, NotExamined
from service.engine.guarantees.evaluating import may_be
from service.engine.guarantees.formulas import formula
from service.engine.guarantees.here import Here, facts_known
from service.engine.guarantees.model import AboutWays, After, Becomes, Before, Guarantee, Proof
from service.engine.guarantees.naming import elements_of
from service.engine.guarantees.proving import Trial, prove_from
from service.engine.guarantees.watches import watches

MOST_STATES = 150_000
"""So much is walked for one act: what would take more counts as set aside, for nobody can say it is not."""


@dataclass(frozen=True)
class SetAside:
    """A sentence that an act sets aside. `approvals` are those it takes the case past, as they are called."""

    guarantee: Guarantee
    proof: Proof
    approvals: tuple[str, ...]


@dataclass
class _From:
    """Sentences as they are from one place on."""

    here: Here
    trial: Trial = field(init=False)

    def __post_init__(self) -> None:
        self.trial = Trial(self.here.subject, Budget(MOST_STATES))

    def proof(self, guarantee: Guarantee) -> Proof:
        """Return whether some way from here breaks a sentence."""
        claim = _claim(guarantee)
        for number, watch in enumerate(watches(claim, self.here.subject)):
            try:
                found = prove_from(self.trial, watch, self.here, (claim, guarantee.within, number))
            except NotExamined as beyond:
                found = Proof("unproven", reason=beyond.reason)
            if found.state != "holds":
                return found
        return Proof("holds")


def set_aside(guarantees: Iterable[Guarantee], before: Here, after: Here) -> Iterator[SetAside]:
    """Yield the sentences that a case would keep as it stood before an act, and would not after it.

    The names in them must have been checked, on the drawings before and after.
    """
    was, would = _From(before), _From(after)
    for guarantee in guarantees:
        is_about_it = not guarantee.within or after.process in guarantee.within
        if not (isinstance(guarantee.claim, AboutWays) and is_about_it):
            continue
        proof = _changed(guarantee, before, after) or would.proof(guarantee)
        if proof.state == "holds":
            continue
        # What is broken at the very place the act puts a token at is the act's own doing.
        if len(proof.way) == 1 or was.proof(guarantee).state == "holds":
            yield SetAside(guarantee, proof, _approvals(guarantee, after))


def _claim(guarantee: Guarantee) -> AboutWays:
    assert isinstance(guarantee.claim, AboutWays), "only these are walked"
    return guarantee.claim


def _changed(guarantee: Guarantee, before: Here, after: Here) -> Proof | None:
    """Return that a fact was made so by hand which only what was completed may make so; None: it was not."""
    claim = guarantee.claim
    if not isinstance(claim, Becomes) or before.facts == after.facts:
        return None
    condition = formula(claim.condition)
    (_, was_not), (is_so, _) = (may_be(condition, facts_known(each.facts)) for each in (before, after))
    [watch] = watches(claim, after.subject)
    return Proof("broken") if was_not and is_so and not after.memory(watch) else None


def _approvals(guarantee: Guarantee, after: Here) -> tuple[str, ...]:
    """Return what a sentence says has to be completed, as the drawings call it."""
    claim = guarantee.claim
    if not isinstance(claim, (Before, After, Becomes)):
        return ()
    wanted = elements_of(claim.always, after.subject, completed=True)
    every = (each for process in after.subject.processes.values() for each in process.elements.values())
    return tuple(dict.fromkeys(each.title for each in every if each in wanted and each.kind not in GATEWAYS))
