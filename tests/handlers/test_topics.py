"""What the table of topics promises to the drawings."""

from __future__ import annotations

import pytest

from service.errors import HandlerFailed
from service.handlers import HANDLERS
from service.handlers.topic import FACTS, PLAN_TEXT, START_FORM
from tests.handlers.fake_ports import FakePorts


def test_every_topic_is_listed_under_its_own_name():
    assert all(name == topic.name for name, topic in HANDLERS.items())
    assert len(HANDLERS) == 22


@pytest.mark.parametrize("topic", HANDLERS.values(), ids=HANDLERS)
def test_a_topic_requires_only_what_it_reads(topic):
    assert set(topic.required) <= set(topic.inputs)
    assert set(topic.reads) - {PLAN_TEXT, START_FORM, FACTS} <= set(topic.inputs)


@pytest.mark.parametrize(
    "topic", [topic for topic in HANDLERS.values() if topic.required], ids=lambda topic: topic.name
)
def test_a_missing_parameter_is_named_with_its_activity(topic):
    with pytest.raises(HandlerFailed) as failed:
        topic({}, FakePorts(activity="the_activity"))

    assert "the_activity" in failed.value.message
    assert failed.value.detail["missing"] == list(topic.required)
