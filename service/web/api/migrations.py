"""Moving running instances onto another deployment."""

from __future__ import annotations

from pydantic import Field

from service.runtime.releases import deployments, migrations
from service.runtime.releases.migrations import MigrationView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page
from service.web.api.section import Body, ListOf, Section

section = Section("Process instances")


class Migrate(Body):
    """Where to, and whether only to say what would happen."""

    deployment: str = Field(deployments.LIVE, min_length=1, description="a deployment's id, or `live`")
    dry_run: bool = False


class MigrateOne(Migrate):
    """Also why, which is needed where the move would set a promise of the company aside."""

    reason: str = Field("", max_length=2000)


class MigrateMany(Migrate):
    """Which instances: those named, or the running ones of a definition, or all that run."""

    instances: list[str] | None = Field(None, min_length=1, max_length=migrations.MOST)
    definition: str | None = None
    limit: int = Field(migrations.MOST, ge=1, le=migrations.MOST)
    cursor: str | None = Field(None, description="`next` of the page before")


@section.post(
    "/process-instances/<instance_id>/migrate",
    returns=MigrationView,
    body=MigrateOne,
    errors=(403, 404, 409, 422),
    is_asked=True,
)
def migrate_instance(app: Application, actor: Actor, instance_id: str, body: MigrateOne) -> MigrationView:
    """Move an instance onto another deployment. When it cannot move it stays, and `errors` names each reason.

    Answers, drafts, claims, due dates and timers stay; open tasks keep their ids and get a new version.
    """
    return migrations.migrate_one(
        app, actor, instance_id, to=body.deployment, dry_run=body.dry_run, reason=body.reason
    )


@section.post("/migrations", returns=ListOf(MigrationView), body=MigrateMany, errors=(403, 404, 422))
def migrate_instances(app: Application, actor: Actor, body: MigrateMany) -> Page[MigrationView]:
    """Move many instances, each in a transaction of its own. What one of them meets stops no other.

    Oldest first and at most 200 in one call: send `next` as `cursor` for those that follow.
    """
    act = migrations.plan if body.dry_run else migrations.migrate
    return act(
        app,
        actor,
        to=body.deployment,
        instances=body.instances,
        definition=body.definition,
        limit=body.limit,
        cursor=body.cursor,
    )
