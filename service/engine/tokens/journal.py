"""What one step has changed so far, and the record it adds to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.engine.decisions import Asked
from service.engine.progress import (
    ClosedTask,
    Involved,
    NewEvaluation,
    NewFact,
    NewIncident,
    OpenTask,
    RuleHit,
    SentMessage,
    Step,
    Told,
)
from service.engine.tokens.tree import Token


@dataclass
class Journal:
    """Collects a step's changes; `seq` numbers the lines of the record over the instance's whole life."""

    now: datetime
    seq: int = 0
    history: list[Step] = field(default_factory=list)
    opened: dict[str, OpenTask] = field(default_factory=dict)
    closed: list[ClosedTask] = field(default_factory=list)
    incidents: dict[str, NewIncident] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    sent: list[SentMessage] = field(default_factory=list)
    facts: list[NewFact] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    involved: list[Involved] = field(default_factory=list)
    evaluations: list[NewEvaluation] = field(default_factory=list)

    def enter(self, token: Token) -> None:
        """Record a token's arrival; once only, however often its element is tried."""
        if not token.memory.is_recorded:
            token.memory.is_recorded = True
            self.record(token, "entered")

    def record(self, token: Token, event: str) -> None:
        self.seq += 1
        node = token.node
        self.history.append(
            Step(
                seq=self.seq,
                at=self.now,
                activity_id=node.element_id,
                activity_path=token.activity_path,
                definition=token.definition,
                kind=node.kind,
                name=node.bpmn_name or "",
                token_id=token.token_id,
                event=event,
                flow=token.memory.flow or None if event == "entered" else None,
            )
        )

    def close(self, token_id: str, reason: str) -> None:
        """A task that opened and closed within one step was never anybody's; of one that is gone nobody is
        told."""
        self.told = [each for each in self.told if each.token_id != token_id]
        if self.opened.pop(token_id, None) is None:
            self.closed.append(ClosedTask(token_id, reason))

    def give(self, token: Token, fact: str, value: Any) -> None:
        """A token's element has given a fact of the case another value."""
        self.facts.append(
            NewFact(
                name=fact,
                value=value,
                token_id=token.token_id,
                activity_id=token.node.element_id,
                activity_path=token.activity_path,
                definition=token.definition,
                is_in_call=token.is_in_call,
            )
        )

    def ask(self, token: Token, asked: Asked) -> None:
        """A token's element has asked a decision table."""
        decision, result = asked
        rules = ((number, decision.rules[number - 1]) for number in result.matched_rules)
        self.evaluations.append(
            NewEvaluation(
                decision=decision.id,
                file=decision.file,
                inputs=result.inputs,
                outputs=result.outputs,
                rules=tuple(
                    RuleHit(number, rule.id, "\n".join(rule.annotations), number in result.counted)
                    for number, rule in rules
                ),
                token_id=token.token_id,
                activity_id=token.node.element_id,
                activity_path=token.activity_path,
                definition=token.definition,
            )
        )

    def fail(self, token: Token, code: str, message: str) -> None:
        """Stop a token at its element with an incident."""
        token.stop()
        token.memory.failure = (code, str(message))
        self.record(token, "failed")
        self.incidents[token.token_id] = NewIncident(
            token.token_id, token.node.element_id, token.activity_path, code, message
        )

    def resolve(self, token: Token) -> None:
        """The incident a token stopped with, if any, is none any more."""
        if token.memory.failure is not None:
            token.memory.failure = None
            if self.incidents.pop(token.token_id, None) is None:
                self.resolved.append(token.token_id)
