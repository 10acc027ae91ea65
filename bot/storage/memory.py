"""Rows that outlive a process without belonging to a case: opt-outs, breakers, marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialect import insert_or_nothing
from bot.storage.schema import breakers, marks, opt_outs


class Memory:
    """Opt-outs, breakers and marks within one transaction."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def opt_out(self, user_id: int) -> None:
        """Remember that this person wants no direct messages."""
        statement = insert_or_nothing(self._connection, opt_outs)
        await self._connection.execute(statement.values(user_id=user_id, created_at=self._now))

    async def opt_in(self, user_id: int) -> None:
        """Forget that this person wanted no direct messages."""
        await self._connection.execute(delete(opt_outs).where(opt_outs.c.user_id == user_id))

    async def opted_out(self, user_ids: Iterable[int]) -> frozenset[int]:
        """Those of them who want no direct messages."""
        query = select(opt_outs.c.user_id).where(opt_outs.c.user_id.in_(list(user_ids)))
        return frozenset(await self._connection.scalars(query))

    async def break_until(self, name: str, until: datetime, *, reason: str) -> None:
        """Open a breaker until then; one that is open for longer stays so."""
        values = {"open_until": until, "reason": reason[:200]}
        statement = insert_or_nothing(self._connection, breakers)
        await self._connection.execute(statement.values(name=name, **values))
        await self._connection.execute(
            update(breakers)
            .where(breakers.c.name == name, breakers.c.open_until < until)
            .values(**values)
        )

    async def broken_until(self, name: str) -> datetime | None:
        """Until when a breaker is open; None when it is closed."""
        query = select(breakers.c.open_until).where(
            breakers.c.name == name, breakers.c.open_until > self._now
        )
        until: datetime | None = await self._connection.scalar(query)
        return until

    async def mark(self, guild_id: int) -> int | None:
        """The snowflake up to which this server's messages were screened; None for a new server."""
        query = select(marks.c.screened_until).where(marks.c.guild_id == guild_id)
        mark: int | None = await self._connection.scalar(query)
        return mark

    async def begin(self, guild_id: int, snowflake: int) -> None:
        """Give a new server its mark; one that has a mark keeps it."""
        statement = insert_or_nothing(self._connection, marks)
        await self._connection.execute(
            statement.values(guild_id=guild_id, screened_until=snowflake)
        )

    async def set_marks(self, screened_until: Mapping[int, int]) -> None:
        """Move each server's mark on to there, never back. What has no mark gets none by this."""
        for guild_id, snowflake in screened_until.items():
            await self._connection.execute(
                update(marks)
                .where(marks.c.guild_id == guild_id, marks.c.screened_until < snowflake)
                .values(screened_until=snowflake)
            )
