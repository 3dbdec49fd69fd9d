"""Cases as rows of their own, with their facts.

Fills both for what earlier releases have stored: there the case was whatever shared a business key, its first
instance the campaign's own, and the facts stood among that one's variables; a change order that had taken
effect said so by its variable `plan_applied`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from service.feel import codec

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MONEY = frozenset({"plan_total", "linked_total", "budget_total"})
_DATES = frozenset({"start_date", "end_date", "actual_end_date"})
_CHANGED = (
    *("start_date", "end_date", "plan_version", "plan_total", "reserve_rate", "linked_total"),
    *("budget_total", "tier", "approver_group", "agreed", "kpi_needed"),
)
"""The facts a change order of the first release carried among its own variables."""
_KNOWN = (*_CHANGED, "urgency", "submitted_at", "decided_at", "actual_end_date", "stop_reason")
_OUTCOME = "execution_outcome"

_moment = sa.DateTime(timezone=True)
_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_case = sa.table(
    "case",
    *(sa.column(name) for name in ("number", "title", "applicant", "department", "main_instance")),
    sa.column("opened_at", _moment),
    sa.column("closed_at", _moment),
)
_fact = sa.table(
    "case_fact",
    *(sa.column(name) for name in ("number", "name", "state", "before", "value", "by", "on_behalf_of")),
    *(sa.column(name) for name in ("instance_id", "definition", "activity_id", "activity_path")),
    sa.column("at", _moment),
)
_application = sa.table(
    "case_application",
    *(sa.column(name) for name in ("number", "instance_id", "by", "activity_id", "activity_path")),
    *(sa.column(name) for name in ("fact_seq", "submission_seq")),
    sa.column("at", _moment),
)
_instance = sa.table(
    "process_instance",
    *(sa.column(name) for name in ("id", "business_key", "title", "applicant", "department", "state")),
    *(sa.column(name) for name in ("definition", "variables", "started_by", "started_by_instance")),
    *(sa.column(name, _moment) for name in ("started_at", "updated_at", "ended_at")),
    sa.column("facts_seen"),
)
_submission = sa.table("submission", sa.column("seq"), sa.column("instance_id"))


def upgrade() -> None:
    _create()
    with op.batch_alter_table("process_instance") as table:
        table.add_column(sa.Column("started_by", sa.String(), nullable=True))
        table.add_column(sa.Column("facts_seen", sa.BigInteger(), nullable=False, server_default="0"))
    _fill(op.get_bind())
    with op.batch_alter_table("process_instance") as table:
        table.alter_column("started_by", nullable=False)
        table.alter_column("business_key", nullable=False)
        table.alter_column("facts_seen", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("process_instance") as table:
        table.alter_column("business_key", nullable=True)
        table.drop_column("facts_seen")
        table.drop_column("started_by")
    for name in ("case_application", "case_fact", "case"):
        op.drop_table(name)


def _create() -> None:
    op.create_table(
        "case",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("applicant", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("main_instance", sa.String(), nullable=False),
        sa.Column("opened_at", _moment, nullable=False),
        sa.Column("closed_at", _moment, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_case")),
    )
    op.create_table(
        "case_fact",
        sa.Column("seq", _number, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("number", "name", "state")),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.String(), nullable=True),
        sa.Column("at", _moment, nullable=False),
        *_place(),
        sa.Column("definition", sa.String(), nullable=False),
        *_of_case("case_fact"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_case_fact")),
    )
    op.create_index("ix_case_fact_number", "case_fact", ["number", "name", "seq"])
    op.create_index("ix_case_fact_instance_id", "case_fact", ["instance_id", "seq"])
    op.create_table(
        "case_application",
        sa.Column("seq", _number, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _moment, nullable=False),
        *_place(),
        sa.Column("fact_seq", sa.BigInteger(), nullable=False),
        sa.Column("submission_seq", sa.BigInteger(), nullable=False),
        *_of_case("case_application"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_case_application")),
    )
    op.create_index(op.f("ix_case_application_number"), "case_application", ["number"])
    op.create_index("ix_case_application_instance_id", "case_application", ["instance_id", "submission_seq"])


def _place() -> tuple[sa.Column[str], ...]:
    return tuple(
        sa.Column(name, sa.String(), nullable=False)
        for name in ("instance_id", "activity_id", "activity_path")
    )


def _of_case(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        sa.ForeignKeyConstraint(["number"], ["case.number"], name=op.f(f"fk_{table}_number")),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f(f"fk_{table}_instance_id"),
            ondelete="CASCADE",
        ),
    )


def _fill(connection: sa.Connection) -> None:
    connection.execute(
        sa.update(_instance).where(_instance.c.business_key.is_(None)).values(business_key=_instance.c.id)
    )
    by_person = sa.case((_instance.c.started_by_instance.is_(None), _instance.c.applicant), else_="system")
    connection.execute(sa.update(_instance).values(started_by=by_person))
    mains: dict[str, sa.Row[Any]] = {}
    for row in connection.execute(sa.select(_instance).order_by(_instance.c.id)).all():
        main = mains.setdefault(row.business_key, row)
        if main is row:
            _open(connection, row)
        else:
            _join(connection, main, row)
    _see_all(connection)


def _open(connection: sa.Connection, row: sa.Row[Any]) -> None:
    connection.execute(
        sa.insert(_case).values(
            number=row.business_key,
            title=row.title,
            applicant=row.applicant,
            department=row.department,
            main_instance=row.id,
            opened_at=row.started_at,
            closed_at=row.ended_at,
        )
    )
    variables = codec.loads(row.variables)
    _write(connection, row, {**dict(_facts(variables, _KNOWN)), **_outcome(variables)})


def _join(connection: sa.Connection, main: sa.Row[Any], row: sa.Row[Any]) -> None:
    """Whoever began it, an instance beside the main one is about the same person's campaign."""
    connection.execute(
        sa.update(_instance)
        .where(_instance.c.id == row.id)
        .values(applicant=main.applicant, department=main.department)
    )
    variables = codec.loads(row.variables)
    if variables.get("plan_applied") is not True:
        return
    _write(connection, row, dict(_facts(variables, _CHANGED)))
    latest = sa.select(sa.func.max(_submission.c.seq)).where(_submission.c.instance_id == row.id)
    connection.execute(
        sa.insert(_application).values(
            number=row.business_key,
            instance_id=row.id,
            by=row.started_by,
            at=row.updated_at,
            activity_id="",
            activity_path="",
            fact_seq=0,
            submission_seq=connection.scalar(latest) or 0,
        )
    )


def _facts(variables: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name in names:
        value = variables.get(name)
        if value is None:
            continue
        if name in _MONEY:
            value = Decimal(str(value)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        elif name in _DATES:
            value = _day(value)
        yield name, value


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _outcome(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {"outcome": variables[_OUTCOME]} if variables.get(_OUTCOME) else {}


def _write(connection: sa.Connection, row: sa.Row[Any], facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        connection.execute(
            sa.insert(_fact).values(
                number=row.business_key,
                name=name,
                state="applied",
                before=None,
                value=codec.dumps(value),
                by="system",
                on_behalf_of=None,
                at=row.updated_at,
                instance_id=row.id,
                definition=row.definition,
                activity_id="",
                activity_path="",
            )
        )


def _see_all(connection: sa.Connection) -> None:
    """What runs now is taken to know the facts as they are now."""
    last: sa.Select[int] = (
        sa.select(sa.func.max(sa.column("seq")))
        .select_from(_fact)
        .where(_fact.c.number == _instance.c.business_key)
    )
    connection.execute(sa.update(_instance).values(facts_seen=sa.func.coalesce(last.scalar_subquery(), 0)))
