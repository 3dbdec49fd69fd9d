"""Files of any kind changed at random: drawings, tables, forms."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from service import resources
from tests.engine.mutants.drawings import (
    DRAWN,
    TEXTS,
    change_attribute,
    change_text,
    gone_or_twice,
    mutated,
    slip,
)

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Mutant:
    """One file changed: `what` was done to it, in words."""

    file: str
    what: str
    content: bytes

    def among(self, files: Files) -> dict[str, bytes]:
        return {**files, self.file: self.content}


@cache
def company() -> dict[str, bytes]:
    """Return the files of the company, as they are deployed."""
    return resources.manifest_files()


def _rule(root: Any, dice: random.Random) -> str:
    rules = [each for each in root.iter() if isinstance(each.tag, str) and each.tag.endswith("}rule")]
    if not rules:
        return change_text(root, dice)
    rule = dice.choice(rules)
    return gone_or_twice(rule, f"the rule {rule.get('id')}", dice)


def _policy(root: Any, dice: random.Random) -> str:
    tables = [
        each for each in root.iter() if isinstance(each.tag, str) and each.tag.endswith("}decisionTable")
    ]
    if not tables:
        return change_text(root, dice)
    policies = ["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER", "unique", ""]
    dice.choice(tables).set("hitPolicy", policy := dice.choice(policies))
    return f"hit policy {policy!r}"


TABLE = (change_text, change_text, change_text, _rule, _policy, change_attribute)


def _mutated_form(content: bytes, dice: random.Random) -> tuple[str, bytes]:
    schema = json.loads(content)
    holders: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            holders.append((value, key))
            if isinstance(inner, dict | list):
                walk(inner)

    walk(schema)
    holder, key = dice.choice(holders)
    before = holder[key]
    match dice.randrange(3):
        case 0:
            del holder[key]
            what = f"without {key!r}"
        case 1:
            same = [other[name] for other, name in holders if name == key]
            holder[key] = deepcopy(dice.choice(same))
            what = f"{key!r}: {str(before)[:40]} → {str(holder[key])[:40]}"
        case _:
            wrong = [None, True, 0, -1, 10**30, "", [], {}, slip(str(before), dice), *TEXTS]
            holder[key] = dice.choice(wrong)
            what = f"{key!r}: {str(before)[:40]} → {str(holder[key])[:40]}"
    return what, json.dumps(schema, ensure_ascii=False, indent=2).encode()


def mutant(files: Files, dice: random.Random) -> Mutant:
    """Return one of these files changed at random: drawings for the most part."""
    suffix = dice.choices([".bpmn", ".dmn", ".form"], [6, 2, 2])[0]
    file = dice.choice(sorted(name for name in files if name.endswith(suffix)))
    if suffix == ".form":
        what, content = _mutated_form(files[file], dice)
    else:
        what, content = mutated(files[file], dice, DRAWN if suffix == ".bpmn" else TABLE)
    return Mutant(file, what, content)
