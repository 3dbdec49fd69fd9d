"""Judges the sentences: each gets a verdict, with the way that breaks it."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from service.engine.guarantees.budget import Budget, NotExamined
from service.engine.guarantees.feeding import fed_otherwise
from service.engine.guarantees.model import AboutWays, Agrees, Becomes, Guarantee, Proof, Verdict
from service.engine.guarantees.proving import Trial, prove
from service.engine.guarantees.structure import look
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.watches import watches
from service.engine.guarantees.watches_of_facts import begins_so
from service.wording import Text

MOST_STATES = 300_000
"""So much is walked for all sentences together; the last of too many are not proven, and say so."""


def judge(subject: Subject, guarantees: Iterable[Guarantee]) -> tuple[Verdict, ...]:
    """Return a verdict on each sentence; the names in them must have been checked."""
    trial = Trial(subject, Budget(MOST_STATES))
    return tuple(Verdict(each, _hinted(subject, _proof(trial, each))) for each in guarantees)


def _hinted(subject: Subject, proof: Proof) -> Proof:
    """Add what most often makes too much to be walked: a phase that people may begin on its own."""
    phases = [key for key in subject.called if subject.processes[key].startable]
    if proof.state != "unproven" or proof.reason is None or not phases:
        return proof
    said = {"reason": proof.reason, "names": ", ".join(phases)}
    reason = Text("{reason}; people may begin {names} on their own too: take that off, if not meant", **said)
    return replace(proof, reason=reason)


def _proof(trial: Trial, guarantee: Guarantee) -> Proof:
    subject, claim = trial.subject, guarantee.claim
    try:
        if isinstance(claim, Becomes) and (begun := begins_so(claim, subject)) is not None:
            return begun
        if isinstance(claim, AboutWays):
            with _nothing_collected():
                found = (
                    prove(trial, each, guarantee.within, about=(claim, guarantee.within, number))
                    for number, each in enumerate(watches(claim, subject))
                )
                proof = next((each for each in found if each.state != "holds"), Proof("holds"))
            if proof.state == "unproven" and isinstance(claim, Agrees):
                return fed_otherwise(subject, claim) or proof
            return proof
        return look(subject, claim)
    except NotExamined as beyond:
        return Proof("unproven", reason=beyond.reason)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keep what is walked from being looked through for waste: it grows fast, and all of it is still wanted.

    That took a third of the time. It is let go after each sentence.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
