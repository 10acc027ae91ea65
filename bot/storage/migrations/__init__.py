"""Brings a database to the schema of this version, with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from bot.storage.engine import StoreUnavailableError

_LOCK = 0x4E6F74416C6F6E65
"""PostgreSQL's number for "somebody is migrating this database"."""


def upgrade(connection: Connection) -> None:
    """Run every revision that the database has not seen yet; processes take turns.

    Raises StoreUnavailableError for a database of a newer version.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    try:
        command.upgrade(_config(connection), "head")
    except CommandError as error:
        raise StoreUnavailableError(
            f"the database belongs to another version of the bot ({error}): "
            "run the version that used it last, or a newer one"
        ) from error


def is_current(connection: Connection) -> bool:
    """Whether the database stands at the newest revision."""
    heads = ScriptDirectory.from_config(_config(connection)).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def is_newer(connection: Connection) -> bool:
    """Whether the database stands at a revision that this version does not know."""
    known = {r.revision for r in ScriptDirectory.from_config(_config(connection)).walk_revisions()}
    return not known.issuperset(MigrationContext.configure(connection).get_current_heads())


def draft(connection: Connection, brings: str) -> None:
    """Write the next revision beside the others: what this up-to-date database still lacks."""
    config = _config(connection)
    newest = ScriptDirectory.from_config(config).get_current_head() or "0"
    command.revision(config, brings, autogenerate=True, rev_id=f"{int(newest) + 1:04}")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
