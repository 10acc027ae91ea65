"""What was erased in a SQLite database is in none of its files anymore: not even in its log."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.domain.case import Mistake
from bot.domain.quiet import Reason
from bot.services.choices import PolicySettings
from bot.services.keeping import Keeper
from bot.services.policies import Policies
from bot.storage import Place, Store, Transaction
from bot.storage.schema import cases, evidence, quiets, records
from tests.storage.building import GUILD, case_with, draft

_CASE = 1
_ELSEWHERE = GUILD + 1
"""A server without a case."""
_SECRETS = (cases.c.data_key, evidence.c.sealed, records.c.data_key, quiets.c.data_key)


async def _secrets(store: Store) -> list[bytes]:
    """A case's key, its sealed words, a record's key, and a quiet phrase's, as they are stored."""
    await case_with(store, draft())
    reason = Reason(rules=("exposure",), phrase=("pay", "me"))
    async with store.transaction() as tx:
        await tx.records.keep(1, "message:1:0", {"text": "pay me"})
        await tx.quiets.add(
            reason, whole=False, guild_id=_ELSEWHERE, case_id=1, why=Mistake.JOKE, by=1, token="a"
        )
    async with store._engine.connect() as connection:
        return [await connection.scalar(select(column)) or b"" for column in _SECRETS]


def _in_files(secret: bytes, folder: Path) -> bool:
    return any(secret in file.read_bytes() for file in folder.glob("sqlite.db*"))


_WAYS: dict[str, tuple[int, Callable[[Transaction], Awaitable[object]]]] = {
    "the words of a case": (0, lambda tx: tx.cases.erase_content(_CASE)),
    "a case": (0, lambda tx: tx.keeping.delete_cases([_CASE])),
    "a message": (1, lambda tx: tx.personal.blank([Place(_CASE, 1, GUILD)])),
    "what somebody kept": (2, lambda tx: tx.records.erase(1)),
    "a quiet phrase": (3, lambda tx: tx.quiets.lift(1, guild_id=_ELSEWHERE)),
    "a server": (3, lambda tx: tx.keeping.forget_server(_ELSEWHERE)),
}


@pytest.mark.parametrize("way", _WAYS)
async def test_what_is_erased_is_in_no_file(sqlite_store: Store, tmp_path: Path, way: str) -> None:
    which, erase = _WAYS[way]
    secret = (await _secrets(sqlite_store))[which]
    assert secret
    assert _in_files(secret, tmp_path)
    async with sqlite_store.transaction() as tx:
        await erase(tx)

    assert not _in_files(secret, tmp_path)


async def test_whoever_reads_meanwhile_delays_that_until_the_next_round(
    sqlite_store: Store, tmp_path: Path
) -> None:
    secret, *_ = await _secrets(sqlite_store)
    reader = sqlite3.connect(tmp_path / "sqlite.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM cases").fetchall()
    begun = time.monotonic()
    async with sqlite_store.transaction() as tx:
        await tx.cases.erase_content(_CASE)
    assert time.monotonic() - begun < 2  # whoever presses a button waits for it
    assert _in_files(secret, tmp_path)

    reader.close()
    await Keeper(sqlite_store, Policies(PolicySettings(), {}), wake=lambda: None).round()
    assert not _in_files(secret, tmp_path)
