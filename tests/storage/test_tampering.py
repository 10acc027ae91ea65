"""No byte of the stored evidence can be changed unnoticed, by whoever has the file in hand."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evidence import first_fault
from bot.storage import Keyring, Store
from bot.storage.schema import evidence
from tests.bundle.building import open_case
from tests.conftest import Clock, sqlite_url

KEY = Keyring(bytes(range(32)))
COLUMNS = [column.name for column in evidence.c if column.name not in ("case_id", "seq")]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Path:
    """A database with one case that holds every kind of item."""
    path = tmp_path_factory.mktemp("sound") / "sound.db"
    shutil.copy(_sqlite_template, path)
    asyncio.run(_filled(path))
    return path


async def _filled(path: Path) -> None:
    store = Store(sqlite_url(path), KEY, clock=Clock())
    await open_case(store)
    await store.close()


async def _fault(path: Path) -> str | None:
    store = Store(sqlite_url(path), KEY, clock=Clock())
    try:
        async with store.transaction() as tx:
            case, items = await tx.cases.get(1), await tx.evidence.items(1)
            return first_fault(items, count=case.items, head=case.head)
    finally:
        await store.close()


@given(
    seq=st.integers(1, 13),
    name=st.sampled_from(COLUMNS),
    place=st.integers(0, 1_000_000),
    bit=st.integers(0, 7),
)
def test_any_flipped_bit_of_any_column_is_found(
    seq: int, name: str, place: int, bit: int, sound: Path
) -> None:
    path = sound.with_name("tampered.db")
    shutil.copy(sound, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        row = "FROM evidence WHERE seq = ?"
        (kind,) = connection.execute(f"SELECT typeof({name}) {row}", (seq,)).fetchone()
        (value,) = connection.execute(f"SELECT CAST({name} AS BLOB) {row}", (seq,)).fetchone()
        if value is None:
            flipped: bytes | str | None = b"something"
        else:
            broken = bytearray(value)
            broken[place % len(value)] ^= 1 << bit
            flipped = bytes(broken)
        as_it_was = "?" if kind in ("blob", "null") else f"CAST(? AS {kind})"
        connection.execute(
            f"UPDATE evidence SET {name} = {as_it_was} WHERE seq = ?",  # noqa: S608 - own names
            (flipped, seq),
        )
        (changed,) = connection.execute(f"SELECT CAST({name} AS BLOB) {row}", (seq,)).fetchone()

    if changed != value:
        assert (asyncio.run(_fault(path)) or "").startswith(f"item {seq}: ")


def test_what_was_not_touched_is_sound(sound: Path) -> None:
    assert asyncio.run(_fault(sound)) is None
