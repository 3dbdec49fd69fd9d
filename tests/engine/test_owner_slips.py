"""A hundred slips that owners make by hand in the shipped files: the check names them, at their place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from service import resources
from service.engine import guarantees
from service.engine.check import check
from service.engine.files.findings import Finding
from service.handlers import HANDLERS

AT_LEAST, OF = 95, 100


@dataclass(frozen=True)
class Slip:
    """One edit; `unfound` says why the check cannot know."""

    wanted: str
    file: str
    old: str
    new: str
    element: str
    word: str
    unfound: str = ""


SLIPS = [
    Slip(**each) for each in yaml.safe_load(Path(__file__).with_name("owner_slips.yaml").read_text("utf-8"))
]


ROUNDS: dict[int, list[Slip]] = defaultdict(list)
"""Slips that are made together, so that fewer checks are needed: no two of a round stand in one file."""
for _slip in SLIPS:
    ROUNDS[sum(each.file == _slip.file for made in ROUNDS.values() for each in made)].append(_slip)
ROUND_OF = {slip: number for number, slips in ROUNDS.items() for slip in slips}


@cache
def shipped() -> dict[str, bytes]:
    """Return the shipped files without the guarantees, which are proven elsewhere and take their time."""
    return {name: content for name, content in resources.manifest_files().items() if name != guarantees.FILE}


@cache
def found_in(number: int) -> tuple[Finding, ...]:
    """Return what the check says when all slips of a round are made."""
    files = dict(shipped())
    for slip in ROUNDS[number]:
        text = files[slip.file].decode()
        assert slip.old in text, f"{slip.wanted}: the shipped file has changed"
        files[slip.file] = text.replace(slip.old, slip.new, 1).encode()
    return tuple(check(files, topics=HANDLERS))


def test_there_are_a_hundred_and_nearly_all_of_them_are_found():
    assert len(SLIPS) == OF
    assert sum(not slip.unfound for slip in SLIPS) >= AT_LEAST


@pytest.mark.parametrize("slip", SLIPS, ids=[slip.wanted for slip in SLIPS])
def test_a_slip_is_named_where_it_was_made(slip):
    named = [
        finding
        for finding in found_in(ROUND_OF[slip])
        if finding.element == slip.element and slip.word in finding.message
    ]

    assert bool(named) == (not slip.unfound)


def test_the_shipped_files_themselves_have_none():
    assert check(shipped(), topics=HANDLERS) == []
