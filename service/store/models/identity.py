"""People, what they belong to, and how they prove who they are."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant, new_id


class User(Base):
    """A person who can sign in. `name` is the sign-in name and what records cite; it never changes."""

    __tablename__ = "user_account"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    email: Mapped[str | None]
    # Department of the person as an applicant; one of the declared groups.
    department: Mapped[str | None] = mapped_column(index=True)
    password_hash: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None]
    # Who is asked where a relation leads to this person alone, they may not, and no superior is declared.
    superior_id: Mapped[str | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"))
    # Who took over from somebody who left: relations that lead to the one lead to the other.
    successor_id: Mapped[str | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Instant)


class UserGroup(Base):
    """Membership of a person in a candidate group."""

    __tablename__ = "user_group"
    __table_args__ = (sa.Index("ix_user_group_group_name", "group_name", "user_id"),)

    user_id: Mapped[str] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    group_name: Mapped[str] = mapped_column(primary_key=True)


class OrganisationUnit(Base):
    """What the database adds to a declared group: who heads it."""

    __tablename__ = "organisation_unit"

    name: Mapped[str] = mapped_column(primary_key=True)
    head_user_id: Mapped[str | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"))


class Substitution(Base):
    """A dated standing rule: `substitute` may act for `user`, and the record says so."""

    __tablename__ = "substitution"
    __table_args__ = (sa.Index("ix_substitution_substitute_id", "substitute_id", "ends_at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    substitute_id: Mapped[str] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class WebSession(Base):
    """One signed-in browser. The cookie holds a secret, the row its hash, so the row can be revoked."""

    __tablename__ = "web_session"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    address: Mapped[str]
    user_agent: Mapped[str]
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class ApiToken(Base):
    """A bearer token of a person: only its hash is kept; `prefix` lets its owner recognise it."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str]
    title: Mapped[str]
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class LoginAttempt(Base):
    """Failed sign-ins of one name from one address within the running window."""

    __tablename__ = "login_attempt"

    user_name: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True, index=True)
    failures: Mapped[int] = mapped_column(default=0)
    first_failed_at: Mapped[datetime] = mapped_column(Instant)
    last_failed_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Phrase(Base):
    """A phrase somebody uses often in opinions."""

    __tablename__ = "phrase"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)


class SavedView(Base):
    """What somebody looks for in a list, under a name: `query` as the address of the `page` says it."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("user_id", "page", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"))
    page: Mapped[str]
    name: Mapped[str]
    query: Mapped[str] = mapped_column(sa.Text)
