"""Cases and their facts: what is true of a campaign, in one place, whichever process found it out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant, Sequence, Values

APPLIED, PROPOSED = "applied", "proposed"


class Case(Base):
    """Everything under one number. `main_instance` leads it: what that one writes is a fact at once.

    The row is the lock of the case: whoever reads its facts to change them holds it until the commit.
    """

    __tablename__ = "case"

    number: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    applicant: Mapped[str]
    department: Mapped[str | None]
    main_instance: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class CaseFact(Base):
    """One value that one fact was given. The latest that is applied holds; rows are never changed.

    `state` is `applied`, or `proposed`: known to its own instance alone until that applies it.
    """

    __tablename__ = "case_fact"
    __table_args__ = (
        sa.Index("ix_case_fact_number", "number", "name", "seq"),
        sa.Index("ix_case_fact_instance_id", "instance_id", "seq"),
        sa.Index("ix_case_fact_name", "name", "at"),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(sa.ForeignKey("case.number"))
    name: Mapped[str]
    state: Mapped[str]
    before: Mapped[Any] = mapped_column(Values, nullable=True)
    value: Mapped[Any] = mapped_column(Values, nullable=True)
    by: Mapped[str]
    on_behalf_of: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(Instant)
    instance_id: Mapped[str] = mapped_column(sa.ForeignKey("process_instance.id", ondelete="CASCADE"))
    definition: Mapped[str]
    activity_id: Mapped[str]
    activity_path: Mapped[str]


class CaseApplication(Base):
    """An instance beside the main one has applied what it proposed: up to here that holds for all.

    `fact_seq` and `submission_seq` are the last of its proposals and of its answers that are covered.
    """

    __tablename__ = "case_application"
    __table_args__ = (sa.Index("ix_case_application_instance_id", "instance_id", "submission_seq"),)

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(sa.ForeignKey("case.number"), index=True)
    instance_id: Mapped[str] = mapped_column(sa.ForeignKey("process_instance.id", ondelete="CASCADE"))
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    activity_id: Mapped[str]
    activity_path: Mapped[str]
    fact_seq: Mapped[int] = mapped_column(sa.BigInteger)
    submission_seq: Mapped[int] = mapped_column(sa.BigInteger)
