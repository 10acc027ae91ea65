"""A new master key for an existing database: every data key is wrapped anew, no word is touched.

In three steps, each of which can be the last before a crash: the new key is written beside the old
one; one transaction wraps every data key with it; the new key takes the old one's place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Table, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.cases import key_place
from bot.storage.cipher import Keyring, create_key, next_key, read_key
from bot.storage.copies import close_log, sqlite_path
from bot.storage.engine import StoreUnavailableError, make_engine, transaction
from bot.storage.records import record_place
from bot.storage.schema import cases, quiets, records

WRAPPED: tuple[tuple[Table, Callable[[Row[Any]], str]], ...] = (
    (cases, lambda row: key_place(row.id)),
    (quiets, lambda row: str(row.about)),
    (records, lambda row: record_place(row.user_id, row.about)),
)
"""Every table with a `data_key`, and what binds a row's key to its place."""

_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


async def rotate_key(url: str, key_file: Path) -> tuple[int, Path]:
    """Give the database a new master key; how many keys were wrapped, and where the old one lies.

    After a crash, do it again. Raises KeyFileError, CopyError or StoreUnavailableError when the
    database is in use, and changes nothing then.
    """
    old, upcoming = read_key(key_file), next_key(key_file)
    if not upcoming.exists():
        create_key(upcoming)
    wrapped = await _wrap_anew(url, Keyring(old), Keyring(read_key(upcoming)))
    kept = key_file.with_name(f"{key_file.name}.old-{hashlib.sha256(old).hexdigest()[:8]}")
    if not kept.exists():
        kept.hardlink_to(key_file)
    upcoming.replace(key_file)
    return wrapped, kept


async def _wrap_anew(url: str, old: Keyring, new: Keyring) -> int:
    engine = make_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            close_log(sqlite_path(url))
        async with transaction(engine) as connection:
            await _refuse_company(connection)
            return sum([await _wrap_table(connection, *each, old, new) for each in WRAPPED])
    finally:
        await engine.dispose()


async def _refuse_company(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql" and await connection.scalar(_OTHERS):
        raise StoreUnavailableError(
            "somebody else is connected to this database: stop the bot and other clients first"
        )


async def _wrap_table(
    connection: AsyncConnection,
    table: Table,
    place: Callable[[Row[Any]], str],
    old: Keyring,
    new: Keyring,
) -> int:
    count = 0
    rows = await connection.execute(select(table).where(table.c.data_key.is_not(None)))
    for row in rows.all():
        if new.opens(row.data_key, place=place(row)):
            continue  # a run before this one came that far
        data_key = old.wrapped_for(new, row.data_key, place=place(row))
        statement = update(table).where(table.c.id == row.id).values(data_key=data_key)
        await connection.execute(statement)
        count += 1
    return count
