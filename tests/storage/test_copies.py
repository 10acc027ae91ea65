"""Backups are whole while the bot writes, and can be put back; nothing is lost when cut off."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import Config, parse_config
from bot.databases import backup, restore
from bot.storage import KeyFileError, Keyring, Store
from bot.storage.copies import CopyError, back_up, put_in_place, sqlite_path, unpack
from tests.conftest import Clock, sqlite_url
from tests.storage.building import case_with, draft, fault_of

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path, _sqlite_template: Path) -> Config:
    """An installation with a key and an empty database."""
    written = {"database": {"url": "sqlite+aiosqlite:///notalone.db", "key_file": "notalone.key"}}
    shutil.copy(_sqlite_template, tmp_path / "notalone.db")
    config = parse_config(written, path=tmp_path / "config.yaml")
    Keyring.load_or_create(config.database.key_file)
    return config


def opened(config: Config, path: Path | None = None) -> Store:
    url = config.database.url if path is None else sqlite_url(path)
    return Store(url, Keyring.load(config.database.key_file), clock=Clock())


async def fill(config: Config, count: int) -> None:
    store = opened(config)
    await case_with(store, *(draft(f"message:{n}:0") for n in range(1, count + 1)))
    await store.close()


async def items_of(config: Config, path: Path | None = None) -> int:
    store = opened(config, path)
    try:
        assert await fault_of(store, 1) is None
        async with store.transaction() as tx:
            return len(await tx.evidence.items(1))
    finally:
        await store.close()


def beside(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


async def test_a_backup_made_while_the_bot_writes_is_whole(config: Config, tmp_path: Path) -> None:
    store, copy = opened(config), tmp_path / "copy.db"
    await case_with(store, draft("message:1:0"))

    async def write() -> None:
        for n in range(2, 60):
            await case_with(store, draft(f"message:{n}:0"))

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    said = await asyncio.to_thread(backup, config, copy)
    await writing
    await store.close()

    assert 1 <= await items_of(config, copy) < await items_of(config)
    assert str(config.database.key_file) in said
    assert copy.stat().st_mode & 0o777 == 0o600


async def test_a_backup_that_is_put_back_replaces_what_is_there_and_keeps_it(
    config: Config, tmp_path: Path
) -> None:
    await fill(config, 3)
    copy = tmp_path / "copy.db"
    backup(config, copy)
    content = copy.read_bytes()
    await fill(config, 5)

    said = await asyncio.to_thread(restore, config, copy)

    assert await items_of(config) == 3
    (before,) = beside(tmp_path, "notalone.db.before-*")
    assert str(before) in said
    assert await items_of(config, before) == 5
    assert copy.read_bytes() == content


async def test_it_can_be_put_back_where_nothing_is(config: Config, tmp_path: Path) -> None:
    await fill(config, 3)
    copy = tmp_path / "copy.db"
    backup(config, copy)
    for left in beside(tmp_path, "notalone.db*"):
        left.unlink()

    await asyncio.to_thread(restore, config, copy)

    assert await items_of(config) == 3


async def test_restoring_under_a_running_bot_is_refused(config: Config, tmp_path: Path) -> None:
    store, copy = opened(config), tmp_path / "copy.db"
    await case_with(store, draft())
    backup(config, copy)

    with pytest.raises(CopyError, match="stop the bot first"):
        await asyncio.to_thread(restore, config, copy)

    assert await fault_of(store, 1) is None
    await store.close()


async def test_restoring_that_was_cut_off_is_begun_anew(config: Config, tmp_path: Path) -> None:
    await fill(config, 3)
    copy, database = tmp_path / "copy.db", sqlite_path(config.database.url)
    backup(config, copy)
    await fill(config, 5)

    unpack(copy, database)  # and killed here
    assert await items_of(config) == 5
    put_in_place(unpack(copy, database), database, now=AT)

    assert await items_of(config) == 3


async def test_a_backup_that_another_key_encrypted_is_refused(
    config: Config, tmp_path: Path
) -> None:
    await fill(config, 3)
    copy = tmp_path / "copy.db"
    backup(config, copy)
    config.database.key_file.unlink()
    Keyring.load_or_create(config.database.key_file)

    with pytest.raises(KeyFileError, match="does not open"):
        await asyncio.to_thread(restore, config, copy)


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"x" * 4000])
def test_what_is_no_backup_is_refused(config: Config, tmp_path: Path, content: bytes) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(content)

    with pytest.raises(CopyError, match=r"copy\.db: (cannot be copied|is damaged)"):
        restore(config, copy)


def test_nothing_is_overwritten_and_other_databases_have_their_own_tools(
    config: Config, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.db"
    taken.touch()

    with pytest.raises(CopyError, match="exists already"):
        backup(config, taken)
    with pytest.raises(CopyError, match="no database to copy"):
        back_up(tmp_path / "none.db", tmp_path / "copy.db")
    with pytest.raises(CopyError, match="pg_dump"):
        sqlite_path("postgresql+asyncpg://user@host/name")
