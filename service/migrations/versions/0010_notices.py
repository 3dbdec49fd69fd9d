"""Notices say why somebody is told, once per event, and are settled with their task; opinions can be asked for.

A comment is a line of the record. Nothing was ever written into the table that was meant for comments.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("notification") as table:
        table.drop_index("ix_notification_outbox_id")
        table.drop_index("ix_notification_unread")
        table.alter_column("outbox_id", new_column_name="event")
        table.add_column(sa.Column("reason", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("on_behalf_of", sa.String(), nullable=True))
        table.add_column(sa.Column("settled_at", _moment, nullable=True))
    op.execute("UPDATE notification SET event = 'seq:' || seq WHERE event IS NULL")
    op.execute(
        "UPDATE notification SET settled_at = (SELECT completed_at FROM user_task WHERE id = task_id)"
        " WHERE read_at IS NULL AND task_id IN (SELECT id FROM user_task WHERE state <> 'open')"
    )
    with op.batch_alter_table("notification") as table:
        table.alter_column("event", existing_type=sa.String(), nullable=False)
        table.alter_column("reason", existing_type=sa.String(), server_default=None)
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["user_name", "read_at", "settled_at", "created_at", "seq"],
        unique=False,
    )
    op.create_index("ix_notification_once", "notification", ["event", "user_name"], unique=True)
    condition = sa.text("task_id IS NOT NULL")
    op.create_index(
        "ix_notification_task_id",
        "notification",
        ["task_id"],
        unique=False,
        sqlite_where=condition,
        postgresql_where=condition,
    )
    with op.batch_alter_table("carbon_copy") as table:
        table.drop_column("wants_comment")
    op.drop_table("comment")
    op.create_table(
        "comment_request",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("activity_path", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("activity_name", sa.String(), nullable=False),
        sa.Column("asked_at", _moment, nullable=False),
        sa.Column("due_at", _moment, nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", _moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_comment_request_instance_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", "activity_path", "group_name", name=op.f("pk_comment_request")),
    )
    op.create_index(op.f("ix_comment_request_instance_id"), "comment_request", ["instance_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_comment_request_instance_id"), table_name="comment_request")
    op.drop_table("comment_request")
    op.create_table(
        "comment",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_comment_instance_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_comment")),
    )
    op.create_index("ix_comment_instance_id", "comment", ["instance_id", "seq"], unique=False)
    with op.batch_alter_table("carbon_copy") as table:
        table.add_column(sa.Column("wants_comment", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("ix_notification_task_id", table_name="notification")
    op.drop_index("ix_notification_once", table_name="notification")
    with op.batch_alter_table("notification") as table:
        table.drop_index("ix_notification_unread")
        table.drop_column("settled_at")
        table.drop_column("on_behalf_of")
        table.drop_column("reason")
        table.alter_column("event", existing_type=sa.String(), new_column_name="outbox_id", nullable=True)
    op.create_index(op.f("ix_notification_outbox_id"), "notification", ["outbox_id"], unique=False)
    op.create_index(
        "ix_notification_unread", "notification", ["user_name", "read_at", "created_at", "seq"], unique=False
    )
