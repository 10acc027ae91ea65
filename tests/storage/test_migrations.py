"""The revisions lead to exactly the tables that the code knows."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import StatementError

from bot.services.durable import insist_on
from bot.storage import Keyring, Store, StoreUnavailableError
from bot.storage.schema import UTCDateTime, metadata, opt_outs

ROOT = Path(__file__).resolve().parents[2]


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def test_an_empty_database_becomes_what_the_code_knows(
    empty_database_url: str, keyring: Keyring
) -> None:
    store = Store(empty_database_url, keyring)
    assert await store.is_current() is False

    await store.migrate()

    assert await store.is_current() is True
    async with store._engine.begin() as connection:
        assert await connection.run_sync(differences) == []
    await store.close()


async def test_migrating_twice_is_harmless(empty_database_url: str, keyring: Keyring) -> None:
    store = Store(empty_database_url, keyring)
    await store.migrate()
    async with store.transaction() as tx:
        await tx.memory.opt_out(1)

    await store.migrate()

    async with store.transaction() as tx:
        assert await tx.memory.opted_out([1]) == {1}
    await store.close()


async def test_processes_that_start_together_take_turns(
    empty_database_url: str, keyring: Keyring
) -> None:
    """SQLite may refuse whoever comes second while the first turns on the write-ahead log."""
    stores = [Store(empty_database_url, keyring) for _ in range(3)]

    await asyncio.gather(*(insist_on(store.migrate) for store in stores))

    assert [await store.is_current() for store in stores] == [True] * 3
    for store in stores:
        await store.close()


async def test_a_migration_that_breaks_off_leaves_nothing_behind(
    empty_database_url: str, keyring: Keyring
) -> None:
    store = Store(empty_database_url, keyring)
    async with store._engine.begin() as connection:
        await connection.execute(text("CREATE TABLE outbox (in_the_way INTEGER)"))

    with pytest.raises(StoreUnavailableError, match="exists"):
        await store.migrate()

    async with store._engine.begin() as connection:
        names = await connection.run_sync(lambda c: inspect(c).get_table_names())
    assert names == ["outbox"]
    await store.close()


async def test_the_database_of_a_newer_version_is_left_alone(
    empty_database_url: str, keyring: Keyring
) -> None:
    store = Store(empty_database_url, keyring)
    await store.migrate()
    async with store._engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'newer'"))

    assert await store.is_current() is False
    with pytest.raises(StoreUnavailableError, match="belongs to another version of the bot"):
        await store.migrate()
    await store.close()


async def test_a_time_comes_back_in_utc_whatever_zone_it_was_given_in(store: Store) -> None:
    at = datetime(2026, 3, 1, 14, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9)))

    async with store._engine.begin() as connection:
        await connection.execute(opt_outs.insert().values(user_id=1, created_at=at))
        kept = await connection.scalar(opt_outs.select().with_only_columns(opt_outs.c.created_at))

    assert kept == at
    assert kept.tzinfo is UTC


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 - what must be refused

    async with store._engine.begin() as connection:
        with pytest.raises(StatementError, match="without a time zone cannot be stored"):
            await connection.execute(opt_outs.insert().values(user_id=1, created_at=naive))


async def test_every_time_in_the_tables_knows_its_zone() -> None:
    times = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(("_at", "_until"))
        and column.name not in ("recorded_at", "screened_until")
    ]
    assert [type(column.type) for column in times] == [UTCDateTime] * len(times)


async def test_a_drafted_revision_leads_to_what_the_code_knows(tmp_path: Path) -> None:
    for folder in ("bot", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    with (tmp_path / "bot" / "storage" / "schema.py").open("a", encoding="utf-8") as schema:
        schema.write(_ONE_TABLE_MORE)

    _run(tmp_path, "-m", "scripts.new_revision", "What was seen")

    versions = tmp_path / "bot" / "storage" / "migrations" / "versions"
    *_, newest, draft = sorted(versions.glob("*.py"))
    assert draft.name == f"{int(newest.name[:4]) + 1:04}_what_was_seen.py"
    assert "sa.DateTime(timezone=True)" in draft.read_text("utf-8")
    assert _run(tmp_path, "-c", _DIFFERENCES) == "[]\n"


_ONE_TABLE_MORE = """
opt_outs.append_column(Column("why", String(9)))
Table("seen", metadata, Column("seen_at", UTCDateTime, nullable=False))
"""
_DIFFERENCES = """
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from bot.storage import migrations
from bot.storage.schema import metadata

with create_engine("sqlite://").begin() as connection:
    migrations.upgrade(connection)
    print(compare_metadata(MigrationContext.configure(connection), metadata))
"""


def _run(folder: Path, *arguments: str) -> str:
    """What Python writes in this folder, with the copy of the project that is there."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
