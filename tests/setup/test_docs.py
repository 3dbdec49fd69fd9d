"""The documents say what is: links lead somewhere, settings and files named in them exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.demo import accounts
from service.handlers import HANDLERS
from tests.setup.how_tos import made_by

ROOT = Path(__file__).resolve().parents[2]
WAYS_IN = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")
DOCUMENTS = [*(ROOT / each for each in WAYS_IN), *sorted((ROOT / "docs").rglob("*.md"))]
SETTINGS = (ROOT / "service" / "settings.py").read_text(encoding="utf-8")


def words(document):
    return document.read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", words(document))

    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_named_in_a_document_exist(document):
    named = re.findall(r"`((?:service|processes|forms|tests|docs)/[\w./-]+)`", words(document))
    elsewhere = ("service/static", "service/feel/bundle.js", "forms/brand_review.form", *made_by(document))

    assert [name for name in named if not (name.startswith(elsewhere) or (ROOT / name).exists())] == []


def test_every_setting_is_documented_and_every_documented_setting_exists():
    known = set(re.findall(r'\(env, "([A-Z_]+)"', SETTINGS))
    documented = set(re.findall(r"`COUNTERSIGN_([A-Z_]+)`", words(ROOT / "docs" / "operations.md")))

    assert documented == known


def test_accounts_to_try_exist():
    named = re.findall(r"`([a-z]+)`(?: \(| 林| 周| 许| 叶| 江)", words(ROOT / "README.md")) + re.findall(
        r"`([a-z]+)` ?(?:林|周|许|叶|江)", words(ROOT / "README.zh-CN.md")
    )

    assert len(named) >= 8
    assert set(named) <= {person.name for person in accounts.people()}


def test_topics_named_in_the_how_tos_exist():
    named = set(re.findall(r"topic `([a-z.]+)`", "".join(words(document) for document in DOCUMENTS)))

    assert named
    assert named <= set(HANDLERS)
