"""What a service task of the drawing may name: a topic, its function, and what it promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.errors import HandlerFailed
from service.handlers.ports import Ports, Wait
from service.wording import Text

PLAN_TEXT, START_FORM, FACTS = "", "start", "case"
"""In a topic's `reads`: the text of the plan, whichever forms hold it; the form a case is started with; and
facts of cases."""

Handler = Callable[[Mapping[str, Any], Ports], Mapping[str, Any] | Wait]


@dataclass(frozen=True)
class Topic:
    """One topic: `inputs` are the parameters it reads, `required` those it cannot do without.

    `reads` are the keys it reads of answers: under a parameter that holds the id of a form, under PLAN_TEXT
    and under START_FORM; and under FACTS the facts it knows by name. `lines[].quantity` means that key of
    every row, `{metric}` and `{target}` stand for each metric that has a daily target, and for its key.
    `kinds` says of parameters what they name (activity, groups, process, message), of outputs what they are
    (text, number, boolean, date, moment, list, context); what it leaves out may be anything.
    `is_open`: further parameters are allowed and passed on. `outputs` are the variables it sets, `errors`
    the codes an error boundary event may catch. `tells`: it has somebody notified. `applies`: the facts its
    process has proposed hold for the whole case from then on. `only_reads`: it finds something out and does
    nothing, so that it may be asked again.
    """

    name: str
    function: Handler
    inputs: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False
    tells: bool = False
    applies: bool = False
    only_reads: bool = False

    def __call__(self, params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any] | Wait:
        """Run the handler; HandlerFailed when a required parameter has no value."""
        missing = [name for name in self.required if params.get(name) is None]
        if missing:
            raise HandlerFailed(
                Text(
                    "{topic} at {activity}: no value for {missing}. Set the input parameter in the "
                    "drawing, or the variable it reads.",
                    topic=self.name,
                    activity=ports.activity,
                    missing=", ".join(missing),
                ),
                topic=self.name,
                missing=missing,
            )
        return self.function(params, ports)


def names(value: Any) -> tuple[str, ...]:
    """Return the names in a parameter that holds one name, a list of names, or nothing."""
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence):
        return tuple(str(name) for name in value if name)
    raise HandlerFailed(Text("a name or a list of names is expected, not {kind}", kind=type(value).__name__))


def further(params: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    """Return the parameters beyond the known ones."""
    return {name: value for name, value in params.items() if name not in known}
