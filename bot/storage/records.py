"""Rows of people's own records: what somebody kept for themselves, encrypted, theirs alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.cipher import Keyring
from bot.storage.dialect import insert_or_nothing
from bot.storage.engine import leave_no_trace
from bot.storage.schema import records


@dataclass(frozen=True, slots=True)
class Shared:
    """That the owner let the moderators of a server have the record."""

    guild_id: int
    case_id: int
    at: str
    """ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that a person kept. `content` is empty when it does not open with this key."""

    about: str
    kept_at: datetime
    content: Mapping[str, Any]
    shared: tuple[Shared, ...]


class Records:
    """People's own records within one transaction."""

    def __init__(self, connection: AsyncConnection, keyring: Keyring, now: datetime) -> None:
        self._connection = connection
        self._keyring = keyring
        self._now = now

    async def keep(self, user_id: int, about: str, content: Mapping[str, Any]) -> bool:
        """Keep it, under a key of its own; whether it is new."""
        place = record_place(user_id, about)
        key = self._keyring.new_data_key(place=place)
        statement = insert_or_nothing(self._connection, records).values(
            user_id=user_id,
            about=about,
            data_key=key,
            sealed=self._keyring.box(key, place=place).seal(content, place=place),
            kept_at=self._now,
            shared=[],
        )
        return await self._connection.scalar(statement.returning(records.c.id)) is not None

    async def share(self, user_id: int, about: str, *, guild_id: int, case_id: int) -> None:
        """Note that the owner let these moderators have it."""
        this = (records.c.user_id == user_id, records.c.about == about)
        query = select(records.c.shared).where(*this).with_for_update()
        known = await self._connection.scalar(query) or []
        shared = [*known, [guild_id, case_id, self._now.isoformat()]]
        await self._connection.execute(update(records).where(*this).values(shared=shared))

    async def has(self, user_id: int, about: str) -> bool:
        """Whether this person keeps it."""
        this = (records.c.user_id == user_id, records.c.about == about)
        return await self._connection.scalar(select(records.c.id).where(*this)) is not None

    async def is_shared(self, user_id: int, about: str) -> bool:
        """Whether the owner let any moderators have it."""
        this = (records.c.user_id == user_id, records.c.about == about)
        return bool(await self._connection.scalar(select(records.c.shared).where(*this)))

    async def of(self, user_id: int) -> list[Record]:
        """Everything that a person kept, oldest first."""
        query = select(records).where(records.c.user_id == user_id).order_by(records.c.id)
        found = []
        for row in await self._connection.execute(query):
            place = record_place(user_id, row.about)
            content = self._keyring.box(row.data_key, place=place).open(row.sealed, place=place)
            found.append(Record(row.about, row.kept_at, content or {}, _shared(row.shared)))
        return found

    async def count(self, user_id: int) -> int:
        """How many things a person kept."""
        query = select(func.count()).where(records.c.user_id == user_id)
        return await self._connection.scalar(query) or 0

    async def erase(self, user_id: int) -> int:
        """Erase everything that a person kept; how much it was."""
        leave_no_trace(self._connection)
        result = await self._connection.execute(delete(records).where(records.c.user_id == user_id))
        return result.rowcount


def _shared(rows: list[tuple[int, int, str]]) -> tuple[Shared, ...]:
    return tuple(Shared(*row) for row in rows)


def record_place(user_id: int, about: str) -> str:
    """What binds a wrapped data key to its record."""
    return f"record:{user_id}:{about}"
