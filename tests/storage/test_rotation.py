"""A new master key: every word stays readable, wherever the change was cut off."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.storage import KeyFileError, Keyring, Store, StoreUnavailableError
from bot.storage.cipher import next_key, read_key
from bot.storage.copies import CopyError
from bot.storage.rotation import WRAPPED, rotate_key
from bot.storage.schema import metadata
from tests.storage.building import GUILD, draft, fault_of

CASES = 5
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def url(empty_database_url: str, tmp_path: Path) -> str:
    """A database with some cases, one of which is erased, and its key beside it."""
    store = Store(empty_database_url, Keyring.load_or_create(tmp_path / "key"))
    await store.migrate()
    async with store.transaction() as tx:
        for offender in range(1, CASES + 1):
            case = await tx.cases.open_or_join(guild_id=GUILD, offender_id=offender, head="0" * 64)
            await tx.evidence.append(case.id, [draft(text=f"words of {offender}")])
        await tx.cases.erase_content(CASES)
    await store.close()
    return empty_database_url


async def words(url: str, key_file: Path) -> list[str | None]:
    """What is read with that key, in every case."""
    store = Store(url, Keyring.load(key_file))
    try:
        found = []
        for case_id in range(1, CASES + 1):
            async with store.transaction() as tx:
                (item,) = await tx.evidence.items(case_id)
            assert await fault_of(store, case_id) is None
            found.append(item.content["text"] if item.content else None)
        return found
    finally:
        await store.close()


ALL = [*(f"words of {n}" for n in range(1, CASES)), None]


async def test_a_new_key_opens_everything_and_the_old_one_nothing(url: str, tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    old = read_key(key_file)

    wrapped, kept = await rotate_key(url, key_file)

    assert (wrapped, read_key(kept)) == (CASES - 1, old)
    assert read_key(key_file) != old
    assert not next_key(key_file).exists()
    assert await words(url, key_file) == ALL
    with pytest.raises(KeyFileError, match="does not open"):
        await words(url, kept)


async def test_killed_at_every_step_it_is_finished_by_the_next_run(
    url: str, tmp_path: Path
) -> None:
    """A step is an operation on a file or a statement: see `rotating.py`."""
    key_file, kill_at, unfinished = tmp_path / "key", 0, 0

    survived = False
    while not survived:
        kill_at += 1
        survived = await asyncio.to_thread(_survives, url, key_file, kill_at)
        if next_key(key_file).exists():
            unfinished += 1
            with pytest.raises(KeyFileError, match="db rotate-key"):
                Keyring.load_or_create(key_file)
            await rotate_key(url, key_file)
        assert await words(url, key_file) == ALL

    assert kill_at > unfinished > 8


def _survives(url: str, key_file: Path, kill_at: int) -> bool:
    """Change the key in a process that is killed at its n-th step; whether it came through."""
    program = Path(__file__).with_name("rotating.py")
    command = [sys.executable, str(program), url, str(key_file), str(kill_at)]
    done = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})  # noqa: S603 - the test's own program
    assert done.returncode in (0, -signal.SIGKILL)
    return done.returncode == 0


async def test_a_database_that_somebody_uses_is_left_alone(url: str, tmp_path: Path) -> None:
    store, key_file = Store(url, Keyring.load(tmp_path / "key")), tmp_path / "key"
    before = read_key(key_file)
    assert await fault_of(store, 1) is None

    with pytest.raises((CopyError, StoreUnavailableError), match="stop the bot"):
        await rotate_key(url, key_file)

    assert read_key(key_file) == before
    await store.close()


async def test_a_key_that_is_not_the_databases_changes_nothing(url: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    Keyring.load_or_create(other)

    with pytest.raises(KeyFileError, match="does not open"):
        await rotate_key(url, other)

    assert await words(url, tmp_path / "key") == ALL


def test_every_table_with_wrapped_keys_is_known_to_the_rotation() -> None:
    wrapped = {table.name for table in metadata.sorted_tables if "data_key" in table.c}

    assert {table.name for table, _ in WRAPPED} == wrapped
