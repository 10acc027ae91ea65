"""A database that is full, locked, damaged or away: said as such, and nothing committed is lost."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from bot.storage import Keyring, Store, StoreUnavailableError, anchored_url
from tests.conftest import POSTGRES, sqlite_url
from tests.storage.building import case_with, draft, fault_of

on_postgresql = pytest.mark.skipif(POSTGRES is None, reason="TEST_POSTGRES_URL names no server")

NO_ROOM = """
    CREATE TRIGGER no_room BEFORE INSERT ON evidence BEGIN SELECT RAISE(ABORT, 'no room'); END
"""


async def pragma(store: Store, statement: str) -> Any:
    async with store._engine.begin() as connection:
        return (await connection.execute(text(f"PRAGMA {statement}"))).scalar()


async def test_a_full_disk_is_said_and_nothing_committed_is_lost(sqlite_store: Store) -> None:
    case_id = await case_with(sqlite_store, draft("message:1:0"))
    full = await pragma(sqlite_store, "page_count")

    def fill(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count={full}")

    await sqlite_store._engine.dispose()  # so that every connection from here on meets the limit
    event.listen(sqlite_store._engine.sync_engine, "connect", fill)
    with pytest.raises(StoreUnavailableError, match="full"):
        await case_with(sqlite_store, draft("message:2:0", text="x" * 100_000))

    assert await fault_of(sqlite_store, case_id) is None
    event.remove(sqlite_store._engine.sync_engine, "connect", fill)
    await sqlite_store._engine.dispose()
    await case_with(sqlite_store, draft("message:2:0", text="x" * 100_000))
    async with sqlite_store.transaction() as tx:
        items = await tx.evidence.items(case_id)
    assert [item.about for item in items] == ["message:1:0", "message:2:0"]
    assert await fault_of(sqlite_store, case_id) is None


async def test_a_locked_database_is_said_and_nothing_committed_is_lost(
    sqlite_store: Store, tmp_path: Path, keyring: Keyring
) -> None:
    case_id = await case_with(sqlite_store, draft("message:1:0"))
    impatient = Store(sqlite_url(tmp_path / "sqlite.db"), keyring, busy_seconds=0.1)

    blocker = sqlite3.connect(tmp_path / "sqlite.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError, match="locked"):
        await case_with(impatient, draft("message:2:0"))
    blocker.execute("ROLLBACK")
    blocker.close()

    await case_with(impatient, draft("message:2:0"))
    assert await fault_of(impatient, case_id) is None
    async with impatient.transaction() as tx:
        assert (await tx.cases.get(case_id)).items == 2
    await impatient.close()


async def test_words_stay_out_of_error_messages(sqlite_store: Store) -> None:
    async with sqlite_store._engine.begin() as connection:
        await connection.execute(text(NO_ROOM))

    with pytest.raises(IntegrityError, match="no room") as error:
        await case_with(sqlite_store, draft(text="somebody's words", note="somebody's words"))

    assert "somebody" not in f"{error.value} {error.value.__cause__}"


async def test_what_can_never_be_stored_is_not_to_be_asked_again(store: Store) -> None:
    with pytest.raises(IntegrityError):
        await case_with(store, replace(draft(), source=None))


async def test_a_damaged_file_is_said(tmp_path: Path, keyring: Keyring) -> None:
    (tmp_path / "notalone.db").write_bytes(b"this is no database, it is a text" * 100)

    await cannot_be_used(sqlite_url(tmp_path / "notalone.db"), keyring, "not a database")


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, keyring: Keyring) -> None:
    (tmp_path / "file").write_text("in the way")

    await cannot_be_used(sqlite_url(tmp_path / "file" / "x.db"), keyring, "cannot be reached")


async def test_a_server_that_is_not_there_is_said(keyring: Keyring) -> None:
    nobody_listens = "postgresql+asyncpg://notalone@127.0.0.1:1/notalone"

    await cannot_be_used(nobody_listens, keyring, "cannot be reached")


@on_postgresql
async def test_a_database_that_is_not_there_is_said(keyring: Keyring) -> None:
    url = make_url(POSTGRES or "").set(database="nowhere")

    await cannot_be_used(url.render_as_string(hide_password=False), keyring, "not exist")


@on_postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_connections_that_the_server_cut_are_made_anew(store: Store) -> None:
    case_id = await case_with(store, draft("message:1:0"))

    async def be_cut_off() -> None:
        async with store.transaction() as tx:
            await tx.evidence.append(case_id, [draft("message:2:0")])
            await tx.cases._connection.execute(
                text("SELECT pg_terminate_backend(pg_backend_pid())")
            )

    with pytest.raises(StoreUnavailableError):
        await be_cut_off()

    await case_with(store, draft("message:3:0"))
    async with store.transaction() as tx:
        items = await tx.evidence.items(case_id)
    assert [item.about for item in items] == ["message:1:0", "message:3:0"]
    assert await fault_of(store, case_id) is None


async def cannot_be_used(url: str, keyring: Keyring, because: str) -> None:
    store = Store(url, keyring)
    with pytest.raises(StoreUnavailableError, match=because):
        await store.migrate()
    await store.close()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_no_file_and_no_folder_is_made_before_it_is_needed(
    tmp_path: Path, keyring: Keyring
) -> None:
    store = Store(sqlite_url(tmp_path / "new" / "notalone.db"), keyring)
    assert names_in(tmp_path) == []

    await store.migrate()
    await store.close()
    assert names_in(tmp_path / "new") == ["notalone.db"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
async def test_a_new_file_and_its_folder_are_their_owners_alone(
    tmp_path: Path, keyring: Keyring
) -> None:
    store = Store(sqlite_url(tmp_path / "new" / "notalone.db"), keyring)
    await store.migrate()

    modes = [mode_of(tmp_path / "new"), mode_of(tmp_path / "new" / "notalone.db")]
    await store.close()
    assert modes == [0o700, 0o600]


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_sqlite_is_asked_for_every_promise(sqlite_store: Store) -> None:
    settings = ("journal_mode", "synchronous", "foreign_keys")

    assert [await pragma(sqlite_store, name) for name in settings] == ["wal", 2, 1]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite+aiosqlite:///data/x.db", "sqlite+aiosqlite:////srv/bot/data/x.db"),
        ("sqlite+aiosqlite:////var/x.db", "sqlite+aiosqlite:////var/x.db"),
        ("postgresql+asyncpg://a:b%40c@host/db", "postgresql+asyncpg://a:b%40c@host/db"),
    ],
)
def test_a_relative_path_begins_where_the_configuration_lies(written: str, meant: str) -> None:
    assert anchored_url(written, Path("/srv/bot")) == meant


@pytest.mark.parametrize(
    "written", ["", "data/x.db", "sqlite:///x.db", "mysql+aiomysql://h/d", "postgresql://h/d", "::"]
)
def test_another_kind_of_database_is_refused_with_what_may_stand_there(written: str) -> None:
    with pytest.raises(ValueError, match=r"must begin with sqlite\+aiosqlite:///"):
        anchored_url(written, Path("/srv/bot"))


@pytest.mark.parametrize("broken", [ZeroDivisionError, LookupError])
async def test_an_error_of_ones_own_is_not_blamed_on_the_database(
    store: Store, broken: type[Exception]
) -> None:
    async def break_off() -> None:
        async with store.transaction():
            raise broken()

    with pytest.raises(broken):
        await break_off()
