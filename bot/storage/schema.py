"""The tables. Every change here needs a revision in `migrations/versions`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    text,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC: SQLite would drop the zone. Refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Store in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Give back the zone that SQLite lost."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


RowId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only for INTEGER."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

cases = Table(
    "cases",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("offender_id", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("targets", JSON, nullable=False),
    Column("data_key", LargeBinary, nullable=True),
    Column("items", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("findings", Integer, nullable=False),
    Column("edits", Integer, nullable=False),
    Column("deletions", Integer, nullable=False),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("updated_at", UTCDateTime, nullable=False),
    Column("holder_id", BigInteger, nullable=True),
    Column("claimed_at", UTCDateTime, nullable=True),
    Column("verdict", String(16), nullable=True),
    Column("resolver_id", BigInteger, nullable=True),
    Column("resolved_at", UTCDateTime, nullable=True),
    Column("answered_at", UTCDateTime, nullable=True),
    Column("waiting_at", UTCDateTime, nullable=True),
    Index("ix_cases_guild_id", "guild_id", "id"),
    Index("ix_cases_offender_id", "offender_id", "guild_id", "id"),
    Index("ix_cases_resolved_at", "state", "guild_id", "resolved_at"),
    sqlite_autoincrement=True,
)
"""`answered_at`: when a moderator first took or resolved it. `waiting_at`: since when nobody did
anything about it, or was reminded of it; null as long as nobody ever did."""
OPEN_CASE = text("state <> 'resolved'")
Index(
    "uq_cases_open_offender",
    cases.c.guild_id,
    cases.c.offender_id,
    unique=True,
    sqlite_where=OPEN_CASE,
    postgresql_where=OPEN_CASE,
)

evidence = Table(
    "evidence",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("about", String(64), nullable=False),
    Column("message_id", BigInteger, nullable=True),
    Column("recorded_at", String(40), nullable=False),
    Column("source", String(32), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    Column("content_digest", String(64), nullable=True),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("case_id", "about"),
    Index("ix_evidence_message_id", "message_id"),
)
"""`about` says what an item is the record of, so that nothing is recorded twice in a case."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("about", String(96), nullable=False, unique=True),
    Column("token", String(16), nullable=False, unique=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("case_id", ForeignKey("cases.id"), nullable=True),
    Column("channel_id", BigInteger, nullable=True),
    Column("recipient_id", BigInteger, nullable=True),
    Column("state", String(16), nullable=False),
    Column("subject", String(48), nullable=True),
    Column("reason", String(48), nullable=True),
    Column("code", Integer, nullable=True),
    Column("answer", String(16), nullable=True),
    Column("message_id", BigInteger, nullable=True),
    Column("revision", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("uncertain", Boolean, nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("leased_until", UTCDateTime, nullable=True),
    Column("lease", String(16), nullable=True),
    Column("created_at", UTCDateTime, nullable=False),
    Column("settled_at", UTCDateTime, nullable=True),
    Index("ix_outbox_state_due_at", "state", "due_at"),
    Index("ix_outbox_case_id", "case_id"),
    Index("ix_outbox_recipient_id", "recipient_id", "kind"),
    Index("ix_outbox_channel_id", "channel_id", "kind"),
    sqlite_autoincrement=True,
)
"""`about` says what a delivery is for, so that nobody is told twice."""

records = Table(
    "records",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("user_id", BigInteger, nullable=False),
    Column("about", String(64), nullable=False),
    Column("data_key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", UTCDateTime, nullable=False),
    Column("shared", JSON, nullable=False),
    UniqueConstraint("user_id", "about"),
    sqlite_autoincrement=True,
)
"""What people kept for themselves. `shared` lists [server, case, time] of whom they let have it."""

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("created_at", UTCDateTime, nullable=False),
)
"""People who asked for no further direct messages, in any server."""

breakers = Table(
    "breakers",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("open_until", UTCDateTime, nullable=False),
    Column("reason", String(200), nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("screened_until", BigInteger, nullable=False),
)
"""Per server the snowflake up to which every message was screened: where catching up begins."""

settings = Table(
    "settings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Index("ix_settings_changed_at", "changed_at"),
)
"""What a server chose itself, by key; it goes before the configuration."""

setting_changes = Table(
    "setting_changes",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("changed_by", BigInteger, nullable=True),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("keys", JSON, nullable=False),
    Index("ix_setting_changes_changed_by", "changed_by"),
)
"""Who changed which settings when."""

quiets = Table(
    "quiets",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("about", String(80), nullable=False),
    Column("rules", JSON, nullable=False),
    Column("data_key", LargeBinary, nullable=True),
    Column("sealed", LargeBinary, nullable=True),
    Column("why", String(16), nullable=False),
    Column("by_id", BigInteger, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("last_message_id", BigInteger, nullable=False),
    UniqueConstraint("guild_id", "about"),
    sqlite_autoincrement=True,
)
"""What alerts nobody in a server. A phrase is somebody's words: it is sealed under its own key, and
`about` names it by chance, so that nothing of it stands in plain. It outlives its case."""

holds = Table(
    "holds",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("asked_by", BigInteger, nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("ends_at", UTCDateTime, nullable=False),
    Column("confirmed_by", BigInteger, nullable=True),
    Column("confirmed_at", UTCDateTime, nullable=True),
    Column("lifted_at", UTCDateTime, nullable=True),
    Index("ix_holds_case_id", "case_id"),
    sqlite_autoincrement=True,
)
"""What keeps a case from being erased. Why stands in the case's evidence, encrypted."""

departures = Table(
    "departures",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("left_at", UTCDateTime, nullable=False),
)
"""Servers that the bot is no longer in, and since when: what is kept of them is purged."""
