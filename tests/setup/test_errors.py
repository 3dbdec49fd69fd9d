"""Errors speak for themselves."""

from __future__ import annotations

import inspect

import pytest

from service import errors

CLASSES = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, errors.ServiceError)
]


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_has_words_of_its_own(error):
    assert error.__doc__
    assert error.title
    assert 400 <= error.status < 600


def test_the_docstring_is_the_default_message():
    assert errors.StaleVersion().message == str(errors.StaleVersion())
    assert "Reload" in errors.StaleVersion().message


def test_an_error_carries_what_it_is_about():
    refused = errors.InvalidAnswers(errors=[errors.FieldError("lines[0].amount", "required")], task="t1")

    assert refused.detail == {"task": "t1"}
    assert [error.as_json() for error in refused.errors] == [
        {"path": "lines[0].amount", "message": "required"}
    ]


def test_a_bpmn_error_is_known_by_its_code():
    assert errors.BpmnError("campaign_ended").code == "campaign_ended"
