"""What the company promises of every possible run (`guarantees.yaml`), and whether the drawings keep it.

`reading` reads the sentences into the `model`, `naming` finds the elements they speak of. `unfolding` opens
the calls of a drawing, `moves` says where its tokens may go, `walking` goes all those ways while `watching`
the sentence (`watches`, `watches_of_facts`), and `proving` has values followed (`formulas`, `evaluating`,
`domains`, `effects`, `tables`) until a way that breaks the sentence is ruled out or stands. `structure`
judges what needs no walk, `judging` gives the verdicts and `telling` the findings.
"""

from __future__ import annotations

from service.engine.guarantees.judging import judge
from service.engine.guarantees.model import Guarantee, Proof, Step, Verdict
from service.engine.guarantees.naming import check_names
from service.engine.guarantees.reading import FILE, Reading, read
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.telling import BROKEN, as_json, findings_of, lines_of

__all__ = [
    "BROKEN",
    "FILE",
    "Guarantee",
    "Proof",
    "Reading",
    "Step",
    "Subject",
    "Verdict",
    "as_json",
    "check_names",
    "findings_of",
    "judge",
    "lines_of",
    "read",
]
