"""Following up what was adopted to improve: whose it is, and whether the step takes less time than before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.errors import HandlerFailed
from service.handlers.ports import Pace, Ports
from service.handlers.topic import Topic
from service.wording import Text


def find_people(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Return whom a name means, as somebody wrote it: accounts of that name, and a group or relation."""
    name = str(params["name"]).strip()
    users, groups = ports.people_named(name)
    if not users and not groups:
        ports.note(f"“{name}”不是公司里的人，也不是部门或岗位")
    return {"users": list(users), "groups": list(groups)}


def compare(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Return how long a step took in workdays before a moment and since, in all cases.

    P50 and P80 are None where it was done less than `fewest` times; all is None where no step is named.
    """
    moment = params["moment"]
    if not isinstance(moment, datetime):
        raise HandlerFailed(Text("{value} is not a moment", value=repr(moment)))
    found = ports.compare_pace(str(params.get("activity") or ""), moment)
    if found is None:
        return {"before": None, "since": None, "fewest": None}
    return {"before": _told(found.before), "since": _told(found.since), "fewest": found.fewest}


def _told(pace: Pace) -> dict[str, Any]:
    return {"n": pace.n, "p50": pace.p50, "p80": pace.p80}


PEOPLE = Topic(
    "people.find",
    find_people,
    inputs=("name",),
    required=("name",),
    outputs=("users", "groups"),
    kinds={"users": "list", "groups": "list"},
    only_reads=True,
)
COMPARE = Topic(
    "activity.compare",
    compare,
    inputs=("activity", "moment"),
    required=("moment",),
    outputs=("before", "since", "fewest"),
    kinds={"before": "context", "since": "context", "fewest": "number"},
    only_reads=True,
)
TOPICS = (PEOPLE, COMPARE)
