"""What is proven once helps to prove it again, and hides nothing that was drawn since."""

from __future__ import annotations

import pytest

from service import resources
from service.engine.check import check
from service.engine.files.xml import BPMN, DIAGRAM, without_layout
from service.engine.guarantees import budget
from service.handlers import HANDLERS
from tests.engine.diagrams import end, flow, path, process, start, user, xor
from tests.engine.guarantee_cases import proof

SENTENCE = 'never: pay\nwhen: v = "no"'


@pytest.fixture
def walked(monkeypatch):
    """How many states were walked, counted in a list of one."""
    counted, spend = [0], budget.Budget.spend

    def counting(self):
        counted[0] += 1
        spend(self)

    monkeypatch.setattr(budget.Budget, "spend", counting)
    return counted


def drawing(condition: str = 'w = "yes"', note: str = "") -> bytes:
    """Somebody pays where the answer says so: `w` is asked at the gateway, `v` by the sentence."""
    return process(
        start(v='="no"', w='="no"'),
        user("ask", outputs={"v": 'if a = "yes" then "yes" else "no"', "w": "=a"}),
        xor("asked", default="no"),
        user("pay"),
        end(),
        end("stopped"),
        path("begin", "ask", "asked"),
        flow("asked", "pay", f"={condition}"),
        path("pay", "done"),
        flow("asked", "stopped", id="no"),
        note,
    )


def test_what_helped_to_prove_a_sentence_is_followed_at_once_the_next_time(walked):
    first = proof(SENTENCE, drawing())
    walked_first, walked[0] = walked[0], 0

    again = proof(SENTENCE, drawing(note='<bpmn:textAnnotation id="note" />'))

    assert (first.state, again.state) == ("holds", "holds")
    assert walked[0] < walked_first


def test_what_was_proven_before_is_broken_by_what_is_drawn_since():
    assert proof(SENTENCE, drawing()).state == "holds"

    assert proof(SENTENCE, drawing(condition='w != "yes"')).state == "broken"


def test_where_a_shape_stands_is_not_proven_again(walked):
    files = resources.manifest_files()
    name = "execution_phase.bpmn"
    moved = files[name].replace(b'<dc:Bounds x="', b'<dc:Bounds x="1')
    check(files, topics=HANDLERS)
    walked[0] = 0

    check({**files, name: moved}, topics=HANDLERS)

    assert (moved != files[name], walked[0]) == (True, 0)


@pytest.mark.parametrize(
    "between", ['<bpmn:process id="p" />', "<bpmn:process id='p'><!-- x --></bpmn:process>", "<!-- x -->"]
)
def test_what_stands_between_shapes_is_no_layout(between):
    def file(inside: str) -> bytes:
        spaces = f'xmlns:bpmn="{BPMN}" xmlns:di="{DIAGRAM}"'
        layout = '<di:BPMNDiagram id="d"><bpmn:process id="q" /></di:BPMNDiagram>'
        return f"<bpmn:definitions {spaces}>{layout}{inside}{layout}</bpmn:definitions>".encode()

    assert without_layout(file(between)) != without_layout(file(""))
    assert b"BPMNDiagram" not in without_layout(file(between))
