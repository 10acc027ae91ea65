"""Work on the database is not given up, is not cut off, and ends when it is cancelled."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.services.durable import insist, insist_on, whole
from bot.storage import Keyring, Store, StoreUnavailableError, Transaction
from tests.conftest import sqlite_url


async def test_what_the_database_refuses_is_tried_until_it_takes_it() -> None:
    refusals = iter([True, True, False])

    async def work() -> str:
        if next(refusals):
            raise StoreUnavailableError("away")
        return "done"

    assert await insist_on(work) == "done"


async def test_another_error_is_not_tried_again() -> None:
    tries: list[int] = []

    async def work() -> None:
        tries.append(1)
        raise LookupError("there is no such case")

    with pytest.raises(LookupError):
        await insist_on(work)
    assert tries == [1]


async def test_cancelled_work_comes_to_its_end_first() -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    task = asyncio.create_task(whole(work()))
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_cancelled_work_that_fails_is_cancelled_all_the_same() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await may_end.wait()
        raise StoreUnavailableError("away")

    task = asyncio.create_task(insist_on(work))
    await begun.wait()
    task.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancelling_at_any_moment_ends_the_work_and_lets_go_of_the_database(
    sqlite_store: Store, tmp_path: Path
) -> None:
    async def work(tx: Transaction) -> None:
        for _ in range(3):
            await tx.memory.opt_out(1)
            await tx.memory.opt_in(1)

    for moment in range(60):
        task = asyncio.create_task(insist(sqlite_store, work))
        await asyncio.sleep(moment / 10_000)  # an arbitrary moment of the work is the point
        task.cancel()
        async with asyncio.timeout(5):
            await asyncio.gather(task, return_exceptions=True)
        other = sqlite3.connect(tmp_path / "sqlite.db", isolation_level=None, timeout=0)
        other.execute("BEGIN IMMEDIATE")
        assert other.in_transaction
        other.close()


async def test_nothing_is_written_before_an_expected_migration_has_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(sqlite_url(tmp_path / "new" / "notalone.db"), Keyring(bytes(32)))
    store.expect_migration()
    noted = asyncio.create_task(insist(store, lambda tx: tx.keeping.returned([100])))
    await asyncio.sleep(0.05)  # long enough for a first attempt, which would log an error

    await store.migrate()
    async with asyncio.timeout(5):
        await noted

    await store.close()
    assert "database_unavailable" not in "".join(capsys.readouterr())


async def test_whoever_asks_before_an_expected_migration_has_ended_is_told_to_come_later(
    tmp_path: Path,
) -> None:
    store = Store(sqlite_url(tmp_path / "notalone.db"), Keyring(bytes(32)))
    store.expect_migration()
    with pytest.raises(StoreUnavailableError, match="being brought up to date"):
        async with store.transaction():
            pass

    await store.migrate()
    async with store.transaction() as tx:
        assert await tx.cases.ids() == []
    await store.close()
