"""What holds for every form: it can be deployed, read in two languages, and edited without surprises."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from service.feel import check_schema, parse, walk
from tests.forms.material import FORMS, NAMES, components, labels, schema

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def keys_by_scope(form: dict) -> Iterator[tuple[str, str]]:
    """(scope, key) of every answer: the form is one scope, the rows of each list another."""
    for component in walk(form):
        if component.key:
            yield component.rows_of.raw["id"] if component.rows_of else "", component.path


def expressions(form: dict) -> Iterator[str]:
    for component in components(form):
        found = [component.get("expression"), component.get("dataSource"), component.get("valuesExpression")]
        found.append(component.get("conditional", {}).get("hide"))
        found += component.get("validate", {}).values()
        found += (value for name, value in component.get("properties", {}).items() if "Message" not in name)
        yield from (text for text in found if isinstance(text, str) and text.startswith("="))
        found = re.findall(r"{{(.*?)}}", component.get("text", ""))
        yield from (text.removeprefix("#loop ") for text in found if not text.startswith("/"))


@pytest.mark.parametrize("name", NAMES)
def test_a_form_can_be_deployed(name):
    assert [(problem.field, problem.message) for problem in check_schema(schema(name))] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_form_is_called_like_its_file(name):
    form = schema(name)

    assert (form["id"], form["type"], form["executionPlatform"]) == (name, "default", "Camunda Platform")


@pytest.mark.parametrize("name", NAMES)
def test_no_two_answers_share_a_name_and_no_two_components_an_id(name):
    form = schema(name)

    keys = Counter(keys_by_scope(form))
    ids = Counter(component["id"] for component in components(form))

    assert [key for key, count in keys.items() if count > 1] == []
    assert [identifier for identifier, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_expression_parses_and_calls_known_functions(name):
    found = {text: parse(text.removeprefix("=")).problems for text in expressions(schema(name))}

    assert {text: problems for text, problems in found.items() if problems} == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_something_to_say(name):
    for component in components(schema(name)):
        properties = component.get("properties", {})
        for rule in (each for each in properties if re.fullmatch(r"(assert|warn)[2-9]?", each)):
            kind, number = re.fullmatch(r"([a-z]+)(\d?)", rule).groups()
            assert properties.get(f"{kind}Message{number}"), (component["id"], rule)


def test_the_english_of_a_form_is_english():
    """That every text has its English the check tells: see tests/processes/test_manifest.py."""
    placeholder = re.compile(r"{{.*?}}")

    assert [words for words in labels().values() if CHINESE.search(placeholder.sub("", words))] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_row_of_fields_is_wider_than_the_form(name):
    widths: Counter = Counter()
    for component in walk(schema(name)):
        holder = component.around[-1].name if component.around else ""
        widths[holder, component.raw["layout"]["row"]] += component.raw["layout"]["columns"] or 0

    assert [row for row, width in widths.items() if width > 16] == []


def test_forms_are_stored_as_readable_json():
    for path in FORMS.rglob("*.form"):
        text = path.read_text(encoding="utf-8")
        assert text.rstrip("\n") == json.dumps(json.loads(text), ensure_ascii=False, indent=2), path.name
