"""Rows that are erased or deleted when their time has come, and what keeps them longer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.case import CaseState, Verdict
from bot.storage.dialect import insert_or_nothing
from bot.storage.engine import leave_no_trace
from bot.storage.schema import cases, departures, holds, marks, metadata, outbox

UNCONFIRMED = timedelta(days=3)
"""For so long a hold keeps a case although no second person confirmed it yet."""

_BELONGING = [
    foreign.parent
    for table in reversed(metadata.sorted_tables)
    for foreign in table.foreign_keys
    if foreign.column is cases.c.id
]
"""Every column that names a case: a table that is added later cannot be forgotten here."""
_OF_SERVERS = [table for table in reversed(metadata.sorted_tables) if "guild_id" in table.c]


@dataclass(frozen=True, slots=True)
class Hold:
    """What keeps a case from being erased. It lasts only once a second person confirmed it."""

    id: int
    case_id: int
    asked_by: int
    asked_at: datetime
    ends_at: datetime
    confirmed_by: int | None


class Keeping:
    """Holds, departures and what is due, within one transaction."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    # -- holds ---------------------------------------------------------------------------------

    async def held(self, case_id: int) -> Hold | None:
        """The hold that keeps this case now, confirmed or waiting for that."""
        query = select(holds).where(holds.c.case_id == case_id, _in_force(self._now))
        row = (await self._connection.execute(query.order_by(holds.c.id).limit(1))).one_or_none()
        return None if row is None else _hold(row)

    async def holds_of(self, guild_id: int) -> list[Hold]:
        """Every hold in force in a server, oldest first."""
        query = select(holds).join(cases).where(cases.c.guild_id == guild_id, _in_force(self._now))
        return [_hold(row) for row in await self._connection.execute(query.order_by(holds.c.id))]

    async def hold(self, case_id: int, *, by: int, until: datetime) -> int:
        """Keep a case; the number of the hold, which a second person must confirm."""
        statement = insert(holds).values(
            case_id=case_id, asked_by=by, asked_at=self._now, ends_at=until
        )
        made: int = (await self._connection.execute(statement.returning(holds.c.id))).scalar_one()
        return made

    async def confirm_hold(self, hold_id: int, *, by: int) -> None:
        """Let a hold last until its end."""
        await self._change(hold_id, confirmed_by=by, confirmed_at=self._now)

    async def lift_hold(self, hold_id: int) -> None:
        """End a hold now."""
        await self._change(hold_id, lifted_at=self._now)

    # -- what is due ---------------------------------------------------------------------------

    async def servers(self) -> list[int]:
        """The servers in which there is a case."""
        query = select(cases.c.guild_id).distinct().order_by(cases.c.guild_id)
        return list(await self._connection.scalars(query))

    async def to_erase(self, guild_id: int, *, resolved_before: datetime, limit: int) -> list[int]:
        """Resolved cases whose words are due: of a false alarm at once, of others by then."""
        due = or_(
            cases.c.resolved_at <= resolved_before, cases.c.verdict == Verdict.FALSE_ALARM.value
        )
        return await self._due(guild_id, due, cases.c.data_key.is_not(None), limit=limit)

    async def to_delete(
        self, guild_id: int, *, resolved_before: datetime, false_before: datetime, limit: int
    ) -> list[int]:
        """Resolved cases of which nothing is to be left."""
        false_alarm = cases.c.verdict == Verdict.FALSE_ALARM.value
        due = or_(
            cases.c.resolved_at <= resolved_before,
            false_alarm & (cases.c.resolved_at <= false_before),
        )
        return await self._due(guild_id, due, limit=limit)

    async def delete_cases(self, case_ids: Collection[int]) -> None:
        """Delete these cases with everything that belongs to them, in every table."""
        leave_no_trace(self._connection)
        for column in _BELONGING:
            await self._connection.execute(delete(column.table).where(column.in_(case_ids)))
        await self._connection.execute(delete(cases).where(cases.c.id.in_(case_ids)))

    async def delete_old_deliveries(self, before: datetime) -> int:
        """Delete deliveries that belong to no case and were made before; how many they were."""
        leave_no_trace(self._connection)
        statement = delete(outbox).where(outbox.c.case_id.is_(None), outbox.c.created_at < before)
        return (await self._connection.execute(statement)).rowcount

    # -- servers that were left ----------------------------------------------------------------

    async def known(self) -> set[int]:
        """Every server of which anything at all is kept."""
        named = [select(table.c.guild_id) for table in _OF_SERVERS]
        return set(await self._connection.scalars(union(*named)))

    async def left(self, guild_id: int) -> None:
        """Remember since when the bot is not in this server, and not up to where it was screened.

        If the bot comes back, what was written meanwhile is none of its business.
        """
        await self._connection.execute(delete(marks).where(marks.c.guild_id == guild_id))
        statement = insert_or_nothing(self._connection, departures)
        await self._connection.execute(statement.values(guild_id=guild_id, left_at=self._now))

    async def returned(self, guild_ids: Collection[int]) -> None:
        """The bot is in these servers."""
        await self._connection.execute(
            delete(departures).where(departures.c.guild_id.in_(guild_ids))
        )

    async def departed(self) -> dict[int, datetime]:
        """The servers that the bot is no longer in, and since when."""
        rows = await self._connection.execute(select(departures))
        return {row.guild_id: row.left_at for row in rows}

    async def some_of(self, guild_id: int, *, limit: int) -> list[int]:
        """Cases of a server that nothing keeps, whatever their state."""
        query = select(cases.c.id).where(cases.c.guild_id == guild_id, ~is_held(self._now))
        return list(await self._connection.scalars(query.order_by(cases.c.id).limit(limit)))

    async def forget_server(self, guild_id: int) -> bool:
        """Delete what is left of a server; False while a hold keeps one of its cases still."""
        kept = select(cases.c.id).where(cases.c.guild_id == guild_id)
        if await self._connection.scalar(kept.limit(1)) is not None:
            return False
        leave_no_trace(self._connection)
        for table in _OF_SERVERS:
            await self._connection.execute(delete(table).where(table.c.guild_id == guild_id))
        return True

    # -- in common -----------------------------------------------------------------------------

    async def _due(self, guild_id: int, *due: ColumnElement[bool], limit: int) -> list[int]:
        query = select(cases.c.id).where(
            cases.c.state == CaseState.RESOLVED.value,
            cases.c.guild_id == guild_id,
            ~is_held(self._now),
            *due,
        )
        query = query.order_by(cases.c.id).limit(limit).with_for_update(skip_locked=True)
        return list(await self._connection.scalars(query))

    async def _change(self, hold_id: int, **values: object) -> None:
        await self._connection.execute(update(holds).where(holds.c.id == hold_id).values(**values))


def is_held(now: datetime) -> ColumnElement[bool]:
    """For a query over cases: whether a hold keeps the case."""
    return select(holds.c.id).where(holds.c.case_id == cases.c.id, _in_force(now)).exists()


def _in_force(now: datetime) -> ColumnElement[bool]:
    waiting = holds.c.confirmed_at.is_(None) & (holds.c.asked_at > now - UNCONFIRMED)
    return (
        holds.c.lifted_at.is_(None)
        & (holds.c.ends_at > now)
        & or_(holds.c.confirmed_at.is_not(None), waiting)
    )


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        id=row.id,
        case_id=row.case_id,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        ends_at=row.ends_at,
        confirmed_by=row.confirmed_by,
    )
