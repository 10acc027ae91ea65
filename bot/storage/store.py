"""The door to the database: cases, evidence and deliveries change together or not at all."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable

from bot.storage import migrations
from bot.storage.caseload import Caseload
from bot.storage.cases import Cases
from bot.storage.cipher import Keyring
from bot.storage.engine import BUSY_SECONDS, StoreUnavailableError, make_engine, transaction
from bot.storage.evidence import Evidence
from bot.storage.keeping import Keeping
from bot.storage.memory import Memory
from bot.storage.outbox import Outbox
from bot.storage.personal import Personal
from bot.storage.quiets import Quiets
from bot.storage.records import Records
from bot.storage.schema import cases
from bot.storage.sending import Sending
from bot.storage.settings import Settings
from bot.storage.standings import Standings
from bot.storage.weeks import Weeks

_TOKEN_BYTES = 8
_MIGRATION_PATIENCE = 2.0
"""Seconds; whoever presses a button waits three at most for an answer."""


class Transaction:
    """What can be read and changed together; all of it happens, or none."""

    def __init__(self, connection: AsyncConnection, keyring: Keyring, now: datetime) -> None:
        self.now = now
        self.cases = Cases(connection, keyring, now)
        self.evidence = Evidence(connection, self.cases, now)
        self.outbox = Outbox(connection, now)
        self.sending = Sending(connection, now)
        self.standings = Standings(connection)
        self.memory = Memory(connection, now)
        self.settings = Settings(connection, now)
        self.keeping = Keeping(connection, now)
        self.caseload = Caseload(connection)
        self.quiets = Quiets(connection, keyring, now)
        self.weeks = Weeks(connection)
        self.records = Records(connection, keyring, now)
        self.personal = Personal(connection, now)


@dataclass(frozen=True, slots=True)
class Condition:
    """How many cases a database holds, and whether a newer version of the bot made it."""

    cases: int
    is_newer: bool


class Store:
    """One database. Nothing is opened before the first transaction."""

    def __init__(
        self,
        url: str,
        keyring: Keyring,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        token: Callable[[], str] = lambda: secrets.token_hex(_TOKEN_BYTES),
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self._engine = make_engine(url, busy_seconds=busy_seconds)
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False
        self._current = asyncio.Event()
        self._current.set()
        self._keyring = keyring
        self.clock = clock
        self.token = token

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Begin, and commit on leaving; an error rolls back.

        Raises StoreUnavailableError when the database cannot be used now, or a migration that is
        expected does not end soon.
        """
        if not self._current.is_set():
            await self._soon_migrated()
        async with self._connection() as connection:
            yield Transaction(connection, self._keyring, self.clock())

    async def migrate(self) -> None:
        """Bring the schema up to this version. Raises StoreUnavailableError."""
        async with self._connection() as connection:
            await connection.run_sync(migrations.upgrade)
        self._current.set()

    def expect_migration(self) -> None:
        """From now on `migrated` waits until `migrate` has come to its end."""
        self._current.clear()

    async def migrated(self) -> None:
        """Wait for a migration that is expected."""
        await self._current.wait()

    async def _soon_migrated(self) -> None:
        try:
            async with asyncio.timeout(_MIGRATION_PATIENCE):
                await self.migrated()
        except TimeoutError:
            raise StoreUnavailableError("the database is being brought up to date") from None

    async def is_current(self) -> bool:
        """Whether the schema is this version's. Raises StoreUnavailableError."""
        async with self._connection() as connection:
            return await connection.run_sync(migrations.is_current)

    async def condition(self) -> Condition:
        """Try to write, keeping nothing; how the database is. Raises StoreUnavailableError."""
        async with self._connection() as connection:
            return await connection.run_sync(_condition)

    async def check_key(self) -> None:
        """Make sure that this master key belongs to this database.

        Raises KeyFileError when it does not, StoreUnavailableError.
        """
        async with self.transaction() as tx:
            await tx.cases.open_any_key()

    async def close(self) -> None:
        """Let go of every connection, once what is under way has ended. Nothing begins anymore."""
        self._closed = True
        await self._idle.wait()
        await self._engine.dispose()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction of its own, which `close` waits for."""
        if self._closed:
            raise StoreUnavailableError("the database was let go of, because the bot ends")
        self._under_way += 1
        self._idle.clear()
        try:
            async with transaction(self._engine) as connection:
                yield connection
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()


def _condition(connection: Connection) -> Condition:
    with connection.begin_nested() as attempt:
        connection.execute(CreateTable(Table("probe", MetaData(), Column("id", Integer))))
        attempt.rollback()
    begun = inspect(connection).has_table(cases.name)
    counted = select(func.count()).select_from(cases)
    return Condition(
        cases=(connection.scalar(counted) or 0) if begun else 0,
        is_newer=migrations.is_newer(connection),
    )
