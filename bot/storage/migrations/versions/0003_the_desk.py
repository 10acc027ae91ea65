"""The moderators' desk: who has a case, how it was resolved, and what a server quieted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIMES = ("claimed_at", "resolved_at", "answered_at", "waiting_at")
_PEOPLE = ("holder_id", "resolver_id")


def upgrade() -> None:
    """The moderators' desk."""
    for name in _TIMES:
        op.add_column("cases", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in _PEOPLE:
        op.add_column("cases", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("verdict", sa.String(length=16), nullable=True))
    op.create_index("ix_cases_guild_id", "cases", ["guild_id", "id"], unique=False)
    op.create_index(
        "ix_cases_offender_id", "cases", ["offender_id", "guild_id", "id"], unique=False
    )
    op.create_table(
        "quiets",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("last_message_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiets")),
        sa.UniqueConstraint("guild_id", "about", name=op.f("uq_quiets_guild_id_about")),
        sqlite_autoincrement=True,
    )
