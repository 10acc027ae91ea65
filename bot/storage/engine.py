"""Engines that keep the same promises on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_log = structlog.get_logger(__name__)

BUSY_SECONDS = 5.0
"""How long SQLite waits for another writer before it says that the database is locked."""

_LOG_PATIENCE = 500
"""Milliseconds in which nobody can write: for so long whoever reads is waited for."""

_ERASES = "erases"

_LOCK_TIMEOUT = "60s"
"""How long PostgreSQL waits for a lock that another session holds, before it says so."""


class StoreUnavailableError(Exception):
    """The database cannot be used now (locked, full, gone); what was asked can be asked again."""


def anchored_url(written: str, folder: Path) -> str:
    """A database address with a SQLite file's path made absolute from `folder`.

    Raises ValueError, with what may stand there, for any other kind of database.
    """
    try:
        url = make_url(written)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise ValueError(
            "must begin with sqlite+aiosqlite:/// (a file) or postgresql+asyncpg:// (a server)"
        )
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        url = url.set(database=str(folder / url.database))
    return url.render_as_string(hide_password=False)


def unmade_file(url: str) -> Path | None:
    """The SQLite file that the first start will make; None where there is nothing to be made."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    path = Path(parsed.database)
    return None if path.exists() or parsed.database == ":memory:" else path


def make_engine(url: str, *, busy_seconds: float = BUSY_SECONDS) -> AsyncEngine:
    """An engine for `sqlite+aiosqlite://` or `postgresql+asyncpg://`; nothing is connected yet.

    SQLite: write-ahead log, foreign keys, full synchronisation at commit, what is deleted is
    overwritten, and `BEGIN IMMEDIATE`, so that a transaction which reads first cannot fail later.
    PostgreSQL: no wait for a lock has no end. Values are kept out of error messages: they may be
    somebody's words.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_async_engine(
            parsed,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"server_settings": {"lock_timeout": _LOCK_TIMEOUT}},
        )
    arguments = {"timeout": busy_seconds, "isolation_level": None}
    engine = create_async_engine(parsed, hide_parameters=True, connect_args=arguments)
    event.listen(engine.sync_engine, "do_connect", _make_folder)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed on leaving, rolled back on an error.

    Raises StoreUnavailableError for everything that the driver or the disk refuses, except values
    that can never be stored: asking again would not help there. Of what was erased with
    `leave_no_trace`, SQLite's files hold nothing anymore after it.
    """
    try:
        async with engine.begin() as connection:
            connection.info.pop(_ERASES, None)
            yield connection
            erases = connection.info.pop(_ERASES, False)
    except (DataError, IntegrityError):
        raise
    except DBAPIError as error:
        raise StoreUnavailableError(f"the database refused: {error.orig}") from error
    except (OSError, SQLAlchemyError) as error:
        raise StoreUnavailableError(f"the database cannot be reached: {error}") from error
    if erases and engine.dialect.name == "sqlite":
        await _empty_log(engine)


def leave_no_trace(connection: AsyncConnection) -> None:
    """Say that this transaction erases what nobody shall be able to read once it is committed."""
    connection.info[_ERASES] = True


async def _empty_log(engine: AsyncEngine) -> None:
    """Empty the write-ahead log, in which what was overwritten can be read for long.

    Not while somebody else reads for longer: the next time that something is erased, or the
    hourly round, does it. It is committed all the same, so nothing is raised.
    """
    try:
        async with engine.connect() as connection:
            is_busy = await connection.run_sync(_truncate_log)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        _log.warning("log_not_emptied", error=str(error))
    else:
        if is_busy:
            _log.warning("log_not_emptied", error="another process reads the database")


def _truncate_log(connection: Connection) -> bool:
    """Whether it could not be done; outside of any transaction, as SQLite demands."""
    cursor: Any = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout")
    (patience,) = cursor.fetchone()
    try:
        cursor.execute(f"PRAGMA busy_timeout={min(patience, _LOG_PATIENCE)}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (is_busy, *_) = cursor.fetchone()
    finally:
        cursor.execute(f"PRAGMA busy_timeout={patience}")
        cursor.close()
    return bool(is_busy)


def _make_folder(_dialect: object, _record: object, arguments: list[Any], _: object) -> None:
    """Make a database file and its folder for its owner alone; SQLite would let others read it."""
    if arguments and arguments[0] != ":memory:":
        path = Path(arguments[0])
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.driver_connection.text_factory = _text
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _text(stored: bytes) -> str:
    """Text as it lies in the file. What is no UTF-8 was altered, and must not hide the rest."""
    return stored.decode("utf-8", "backslashreplace")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
