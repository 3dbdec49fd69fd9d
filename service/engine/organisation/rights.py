"""The rights an organisation can give to its groups. Who holds which is the owners' to say."""

from __future__ import annotations

ADMIN = "admin"
"""The one group Python knows: its members hold every right, and it exists without being declared."""

GRANTED = frozenset(
    {
        "allowance.grant",
        "allowance.read",
        "audit.read",
        "calendar.change",
        "case.see_all",
        "dashboard.execution",
        "dashboard.executive",
        "deployment.activate",
        "deployment.create",
        "deployment.read",
        "guarantee.change",
        "incident.read",
        "incident.retry",
        "instance.cancel",
        "instance.correct",
        "instance.migrate",
        "instance.suspend",
        "message.send",
        "sample.record",
        "scenario.run",
        "statistics.read",
        "system.inspect",
        "task.assign",
        "task.see_all",
        "user.read",
    }
)
"""What `organisation.yaml` may give to groups."""

RESERVED = frozenset(
    {
        "instance.modify",
        "instance.set_inputs",
        "record.erase",
        "rights.change",
        "token.manage_all",
        "user.manage",
    }
)
"""What only admins hold: with any of these somebody could give themselves everything else."""

RIGHTS = GRANTED | RESERVED
