"""Who may do what, by route: the table in docs/rights.md, and what the matrix of tests expects of every cell.

`python -m tests.api.rights` prints docs/rights.md. A new route is said here what it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service import resources
from service.engine import organisation
from service.engine.organisation.rights import RESERVED, RIGHTS

ANYONE, SIGNED_IN, OWN = "anyone", "signed in", "one's own"
SEES, ANSWERS, STARTS = "sees the case", "answers the task", "may start it"


@dataclass(frozen=True)
class Need:
    """What a request needs: something of the case or task it is about, and beside it a right."""

    of: str = SIGNED_IN
    right: str | None = None

    def __str__(self) -> str:
        return " and ".join(
            filter(None, [None if self.of == SIGNED_IN and self.right else self.of, self.right])
        )


def _right(name: str) -> Need:
    return Need(right=name)


def _case(right: str | None = None) -> Need:
    return Need(SEES, right)


_ANYONE, _ME, _OWN, _TASK = Need(ANYONE), Need(), Need(OWN), Need(ANSWERS)
_SEEN_TASK = Need("sees the task")

NEEDS: Mapping[str, Mapping[str, Need]] = {
    "signing in": {
        **dict.fromkeys(("GET /login", "POST /login", "POST /logout", "POST /language"), _ANYONE),
        **dict.fromkeys(("GET /", "GET /static/<path:filename>", "GET /icon.svg"), _ANYONE),
    },
    "watching": {
        **dict.fromkeys(("GET /healthz", "GET /readyz", "GET /metrics"), _ANYONE),
        "GET /api/v1/openapi.json": _ANYONE,
    },
    "one's account": {
        "GET /people": _ME,
        **dict.fromkeys(("GET /api/v1/phrases", "POST /api/v1/phrases"), _ME),
        "DELETE /api/v1/phrases/<phrase_id>": _OWN,
        **dict.fromkeys(("GET /api/v1/saved-views", "POST /api/v1/saved-views", "POST /views"), _ME),
        **dict.fromkeys(("DELETE /api/v1/saved-views/<view_id>", "POST /views/<view_id>/delete"), _OWN),
        **dict.fromkeys(("GET /account", "POST /account/password", "POST /account/substitutes"), _ME),
        **dict.fromkeys(("POST /account/tokens", "GET /api/v1/me"), _ME),
        **dict.fromkeys(("GET /api/v1/tokens", "POST /api/v1/tokens"), _ME),
        "POST /account/sessions/<session_id>/revoke": _OWN,
        "POST /account/substitutes/<rule_id>/end": Need("one's own, or user.manage"),
        "POST /account/tokens/<token_id>/revoke": Need("one's own, or token.manage_all"),
        "POST /api/v1/tokens/<token_id>/revoke": Need("one's own, or token.manage_all"),
    },
    "notifications": {
        **dict.fromkeys(("GET /notifications", "POST /notifications/read-all"), _ME),
        **dict.fromkeys(("GET /api/v1/notifications", "POST /api/v1/notifications/read-all"), _ME),
        "GET /notifications/<notification_id>": _OWN,
        "POST /notifications/<notification_id>/read": _OWN,
        "POST /api/v1/notifications/<notification_id>/read": _OWN,
        **dict.fromkeys(("GET /notifications/settings", "POST /notifications/settings"), _ME),
        **dict.fromkeys(("GET /api/v1/notification-settings", "PATCH /api/v1/notification-settings"), _ME),
        "GET /api/v1/channels": _right("system.inspect"),
    },
    "tasks": {
        **dict.fromkeys(("GET /tasks", "GET /api/v1/tasks"), _ME),
        **dict.fromkeys(("GET /tasks/together", "POST /tasks/together"), _ME),
        **dict.fromkeys(
            (
                "GET /tasks/<task_id>",
                "GET /api/v1/tasks/<task_id>",
                "GET /api/v1/tasks/<task_id>/form",
                "GET /api/v1/tasks/<task_id>/context",
            ),
            _SEEN_TASK,
        ),
        "POST /tasks/<task_id>/<name>": _TASK,
        **{
            f"POST /api/v1/tasks/<task_id>/{name}": _TASK
            for name in ("claim", "draft", "complete", "return", "transfer", "delegate", "signers")
        },
        "POST /api/v1/tasks/<task_id>/unclaim": Need("holds the task, or assigns tasks"),
        "POST /api/v1/tasks/<task_id>/remind": Need("sees the task and cannot answer it"),
        "POST /api/v1/tasks/<task_id>/copies": Need("answers the task, or applied for the case"),
        "DELETE /api/v1/tasks/<task_id>/signers/<user>": _TASK,
        "POST /api/v1/tasks/<task_id>/withdraw": Need("answered the task"),
        "POST /api/v1/tasks/<task_id>/resolve": Need("is lent the task"),
        "POST /api/v1/tasks/<task_id>/assign": Need("sees the task", "task.assign"),
    },
    "cases": {
        "POST /api/v1/tasks/complete-many": _ME,
        **dict.fromkeys(("GET /copies", "GET /api/v1/copies"), _ME),
        **dict.fromkeys(
            ("GET /cases", "GET /api/v1/process-instances", "GET /api/v1/cases.xlsx", "GET /start"), _ME
        ),
        **dict.fromkeys(("GET /api/v1/process-definitions", "GET /api/v1/process-definitions/<key>"), _ME),
        **dict.fromkeys(
            (
                "GET /start/<key>",
                "GET /api/v1/process-definitions/<key>/form",
                "POST /api/v1/process-definitions/<key>/start",
            ),
            Need(STARTS),
        ),
        **dict.fromkeys(
            (
                "GET /cases/<instance_id>",
                "GET /cases/<instance_id>/forecast",
                "GET /cases/<instance_id>/approval-sheet",
                "GET /cases/<instance_id>/approval-sheet.pdf",
                "GET /cases/<instance_id>/drawings/<definition>.bpmn",
                *(
                    f"GET /api/v1/process-instances/<instance_id>{part}"
                    for part in (
                        "",
                        "/approval-sheet.pdf",
                        "/certificate",
                        "/comment-requests",
                        "/comments",
                        "/decisions",
                        "/dossier",
                        "/facts",
                        "/history",
                        "/forecast",
                        "/waiting",
                    )
                ),
            ),
            _case(),
        ),
        "POST /cases/<instance_id>/comments": _case(),
        "POST /api/v1/process-instances/<instance_id>/comments": _case(),
        **dict.fromkeys(
            ("POST /cases/<instance_id>/cancel", "POST /api/v1/process-instances/<instance_id>/cancel"),
            Need("sees the case, and began it or holds", "instance.cancel"),
        ),
        **dict.fromkeys(
            ("POST /cases/<instance_id>/withdraw", "POST /api/v1/process-instances/<instance_id>/withdraw"),
            Need("is the case's applicant"),
        ),
        **dict.fromkeys(
            (f"POST /api/v1/process-instances/<instance_id>/{name}" for name in ("suspend", "resume")),
            _case("instance.suspend"),
        ),
        "POST /api/v1/process-instances/<instance_id>/messages/<name>": _case("message.send"),
        "POST /api/v1/messages/<name>": _right("message.send"),
    },
    "files of cases": {
        "POST /api/v1/attachments": _ME,
        **dict.fromkeys(
            ("GET /api/v1/attachments/<attachment_id>", "GET /api/v1/attachments/<attachment_id>/about"),
            Need("uploaded it, or sees the case"),
        ),
    },
    "figures": {
        "POST /api/v1/campaigns/<business_key>/metrics": Need("sees the case", "sample.record"),
        "POST /api/v1/campaigns/<business_key>/metrics/import": Need("sees the case", "sample.record"),
        "GET /api/v1/campaigns/<business_key>/metrics": Need("sees the case"),
        "GET /api/v1/campaigns/<business_key>/meeting": Need("sees the case"),
        "GET /api/v1/campaigns/<business_key>/load": Need("sees the case"),
        "GET /api/v1/campaigns/<business_key>/figures": Need("sees the case"),
        "GET /api/v1/figure-sources": _ME,
        **dict.fromkeys(("GET /cases/<instance_id>/figures", "GET /cases/<instance_id>/meeting"), _case()),
        "POST /cases/<instance_id>/figures": _case("sample.record"),
        "POST /api/v1/campaigns/<business_key>/load": Need("sees the case", "sample.record"),
    },
    "statistics": {
        "GET /api/v1/dashboards/executive": _right("dashboard.executive"),
        "GET /api/v1/dashboards/execution": Need("dashboard.execution, or sees the campaign"),
        "POST /api/v1/calibrations": _right("statistics.read"),
        **dict.fromkeys(
            ("POST /api/v1/simulations", "POST /api/v1/backtests"),
            Need("deployment.create (for files)", "statistics.read"),
        ),
        "GET /api/v1/studies/<study_id>": Need("ordered it, or system.inspect"),
        **dict.fromkeys(("GET /boards", "GET /boards/history", "GET /api/v1/history"), _ME),
        **dict.fromkeys(("GET /boards/improvements", "GET /api/v1/improvements"), _ME),
        "GET /boards/executive": _right("dashboard.executive"),
        "GET /boards/execution": Need("dashboard.execution, or sees the campaign"),
        **dict.fromkeys(("GET /boards/pace", "GET /boards/steps"), _right("statistics.read")),
        **dict.fromkeys(
            (
                "GET /api/v1/statistics/cycle-time",
                "GET /api/v1/statistics/activities",
                "GET /api/v1/statistics/proposals",
            ),
            _right("statistics.read"),
        ),
    },
    "cases put right": {
        "POST /api/v1/process-instances/<instance_id>/variables": _case("instance.correct"),
        "POST /api/v1/process-instances/<instance_id>/facts": _case("instance.correct"),
        "POST /api/v1/process-instances/<instance_id>/modify": _case("instance.modify"),
        "GET /api/v1/waivers": _ME,
        **dict.fromkeys(
            (
                "GET /api/v1/waivers/<waiver_id>",
                "GET /api/v1/waivers/<waiver_id>/present",
                "GET /admin/waivers/<waiver_id>",
            ),
            _case(),
        ),
        **dict.fromkeys(
            (
                "POST /api/v1/waivers/<waiver_id>/confirm",
                "POST /api/v1/waivers/<waiver_id>/decline",
                "POST /admin/waivers/<waiver_id>/confirm",
                "POST /admin/waivers/<waiver_id>/decline",
            ),
            Need("sees the case, has no part in it and has not asked", "instance.modify"),
        ),
        **dict.fromkeys(
            ("POST /api/v1/waivers/<waiver_id>/withdraw", "POST /admin/waivers/<waiver_id>/withdraw"),
            Need("has asked for it"),
        ),
        "GET /api/v1/incidents/causes": _right("incident.read"),
        "POST /api/v1/batch": _right("instance.suspend"),
        "GET /api/v1/batch/<batch_id>": Need("ordered it, or system.inspect"),
        **dict.fromkeys(
            ("POST /api/v1/batch/<batch_id>/stop", "POST /admin/batches/<batch_id>/stop"),
            Need("ordered it, or system.inspect", "instance.suspend"),
        ),
        "GET /api/v1/audit": _right("audit.read"),
        "GET /api/v1/jobs": _right("system.inspect"),
        "GET /admin/jobs": _right("system.inspect"),
        "GET /admin/condition": _right("system.inspect"),
        "GET /api/v1/condition": _right("system.inspect"),
        "POST /admin/jobs/<job_id>/retry": _right("incident.retry"),
        **dict.fromkeys(
            ("GET /admin/audit", "GET /admin/audit.csv", "GET /admin/audit.json", "POST /admin/audit/verify"),
            _right("audit.read"),
        ),
        "POST /admin/batches": _right("instance.suspend"),
        "GET /admin/batches/<batch_id>": Need("ordered it, or system.inspect"),
        "POST /admin/instances/<instance_id>/variables": Need(
            "incident.read, sees the case", "instance.correct"
        ),
        "POST /admin/instances/<instance_id>/facts": Need("incident.read, sees the case", "instance.correct"),
        "POST /admin/instances/<instance_id>/modify": Need("incident.read, sees the case", "instance.modify"),
        "POST /api/v1/jobs/<job_id>/retry": _right("incident.retry"),
    },
    "the company": {
        **dict.fromkeys(("GET /api/v1/users", "GET /api/v1/groups"), _right("user.read")),
        **dict.fromkeys(
            (
                "POST /api/v1/users",
                "PATCH /api/v1/users/<user_name>",
                "PATCH /api/v1/departments/<department>",
            ),
            _right("user.manage"),
        ),
        "POST /api/v1/groups": _right("deployment.create"),
        **dict.fromkeys(
            (
                "GET /admin/company",
                "GET /admin/company/groups",
                "GET /admin/company/people",
                "GET /admin/company/people/<user_name>",
                "GET /admin/company/people/people.csv",
                "GET /admin/company/people/new",
                "GET /admin/company/people/import",
            ),
            _right("user.read"),
        ),
        **dict.fromkeys(
            (
                "POST /admin/company/people/new",
                "POST /admin/company/people/import",
                "POST /admin/company/people/<user_name>",
                "POST /admin/company/people/<user_name>/leave",
                "POST /admin/company/people/<user_name>/password",
                "POST /admin/company/people/<user_name>/return",
            ),
            Need("user.read", "user.manage"),
        ),
        "POST /admin/company/departments/<department>": _right("user.manage"),
        "POST /admin/company/groups": Need("user.read", "deployment.create"),
        "GET /admin/company/calendar": _ME,
        "POST /admin/company/calendar/<int:year>": _right("calendar.change"),
        "GET /admin/company/allowances": _right("allowance.read"),
        "POST /admin/company/allowances": _right("allowance.grant"),
        "GET /api/v1/calendar/<year>": _ME,
        "PUT /api/v1/calendar/<year>": _right("calendar.change"),
        "GET /api/v1/allowances/<department>/<period>": _right("allowance.read"),
        "PUT /api/v1/allowances/<department>/<period>": _right("allowance.grant"),
    },
    "running cases": {
        "GET /admin/instances": _right("incident.read"),
        "GET /admin/instances/<instance_id>": _case("incident.read"),
        "POST /admin/instances/<instance_id>/cancel": Need("incident.read, sees the case", "instance.cancel"),
        **{
            f"POST /admin/instances/<instance_id>/{name}": Need(
                "incident.read, sees the case", "instance.suspend"
            )
            for name in ("suspend", "resume")
        },
        **{
            f"{method} /admin/instances/<instance_id>/migrate": Need("incident.read", "instance.migrate")
            for method in ("GET", "POST")
        },
        "POST /admin/incidents/<incident_id>/retry": Need("incident.read", "incident.retry"),
        "POST /api/v1/incidents/<incident_id>/retry": Need(
            "sees the case or reads incidents", "incident.retry"
        ),
        "GET /api/v1/incidents": _right("incident.read"),
        "POST /api/v1/process-instances/<instance_id>/migrate": _right("instance.migrate"),
        "POST /api/v1/migrations": _right("instance.migrate"),
    },
    "drawings": {
        **dict.fromkeys(
            (
                *("GET /processes", "GET /processes/diagrams/<key>", "GET /processes/diagrams/<key>.bpmn"),
                *(
                    "GET /processes/decisions/<key>",
                    "GET /processes/forms/<key>",
                    "GET /processes/files/<name>",
                ),
                *("GET /processes/guarantees", "GET /processes/guarantees/<key>", "GET /processes/history"),
                *("GET /processes/history/<deployment_id>/<name>", "GET /processes/compare"),
                *(
                    "GET /api/v1/deployments",
                    "GET /api/v1/deployments/<deployment_id>",
                    "GET /api/v1/compare",
                ),
                *("GET /api/v1/resources", "GET /api/v1/resources/<name>", "GET /api/v1/guarantees"),
                "GET /api/v1/process-definitions/<key>/xml",
                "POST /api/v1/decisions/<key>/evaluate",
            ),
            _right("deployment.read"),
        ),
        **dict.fromkeys(
            (
                "GET /processes/upload",
                "POST /processes/check",
                "POST /processes/deploy",
                "POST /processes/weave",
            ),
            Need("deployment.read", "deployment.create"),
        ),
        **dict.fromkeys(
            ("POST /api/v1/deployments", "POST /api/v1/deployments/check"), _right("deployment.create")
        ),
        "POST /processes/history/<deployment_id>/activate": Need("deployment.read", "deployment.activate"),
        "POST /api/v1/deployments/<deployment_id>/activate": _right("deployment.activate"),
    },
}
"""By resource: each route, and what it needs."""

BY_ROUTE: Mapping[str, Need] = {route: need for routes in NEEDS.values() for route, need in routes.items()}


_ABOUT = (
    "Groups hold rights by `processes/organisation.yaml`, which owners change; admins hold all. What is",
    "said of a case or a task follows from the case itself: its applicant, whoever has or had a task in it,",
    "whoever got a copy, and `case.see_all` **see** it. What one may not see is answered 404, what one may",
    "not do 403, nobody at all 401 or the sign-in page. **Answers the task**: holds it, or is its candidate",
    "while nobody does, or stands in for one of them, and is not kept away by four eyes. Rights are asked in",
    "the use cases, of pages and API alike, and again under the lock at the moment of the act.",
)


def served(rules: Iterable[object]) -> set[str]:
    """Return the routes of a Flask application as they are named here."""
    return {
        f"{method} {rule.rule}"  # type: ignore[attr-defined]
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}  # type: ignore[attr-defined]
    }


def markdown() -> str:
    """Return the tables as they stand in docs/rights.md."""
    held = organisation.read((resources.processes() / "organisation.yaml").read_bytes()).organisation.rights
    lines = [
        "# Who may do what",
        "",
        "Made by `python -m tests.api.rights`; `tests/api/test_rights_matrix.py` asks every cell over HTTP.",
        "",
        *_ABOUT,
        "",
        "## Rights",
        "",
        "| right | held by |",
        "|---|---|",
    ]
    for right in sorted(RIGHTS):
        groups = (
            "only admins, for good" if right in RESERVED else ", ".join(held.get(right, ())) or "only admins"
        )
        lines.append(f"| `{right}` | {groups} |")
    for resource, routes in NEEDS.items():
        lines += ["", f"## {resource[0].upper()}{resource[1:]}", "", "| route | needs |", "|---|---|"]
        lines += [f"| `{route}` | {need} |" for route, need in routes.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(markdown(), end="")
