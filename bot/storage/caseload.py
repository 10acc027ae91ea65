"""Many cases at once: a server's list of them, and those that wait. Reads cases only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.assessment import Level
from bot.domain.case import CaseState, Earlier
from bot.storage.cases import CaseRecord, progress_of, record_of
from bot.storage.schema import cases

_UNRESOLVED = cases.c.state != CaseState.RESOLVED.value
_WAITING_AT = func.coalesce(cases.c.waiting_at, cases.c.opened_at)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases of a server are asked for."""

    states: tuple[CaseState, ...] = (CaseState.OPEN, CaseState.CLAIMED, CaseState.REOPENED)
    level: Level = Level.NONE
    """The lowest one."""
    holder: int | None = None
    """Only those that this moderator has."""


class Caseload:
    """A server's cases, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self, guild_id: int, wanted: Wanted) -> int:
        """How many cases of a server are wanted."""
        query = select(func.count()).select_from(cases).where(*_conditions(guild_id, wanted))
        return await self._connection.scalar(query) or 0

    async def levels(self, guild_id: int, wanted: Wanted) -> dict[Level, int]:
        """How many of the wanted cases there are of each level, gravest first."""
        query = select(cases.c.level, func.count()).where(*_conditions(guild_id, wanted))
        query = query.group_by(cases.c.level).order_by(cases.c.level.desc())
        return {Level(level): count for level, count in await self._connection.execute(query)}

    async def page(
        self, guild_id: int, wanted: Wanted, *, start: int, size: int
    ) -> list[CaseRecord]:
        """Some of the wanted cases, gravest first, and newest first within a level."""
        query = (
            select(cases)
            .where(*_conditions(guild_id, wanted))
            .order_by(cases.c.level.desc(), cases.c.id.desc())
            .offset(start)
            .limit(size)
        )
        return [record_of(row) for row in await self._connection.execute(query)]

    async def beginning_with(self, guild_id: int, digits: str, *, limit: int) -> list[CaseRecord]:
        """The newest cases of a server whose numbers begin so."""
        query = select(cases).where(cases.c.guild_id == guild_id)
        if digits:
            query = query.where(cast(cases.c.id, String).startswith(digits, autoescape=True))
        query = query.order_by(cases.c.id.desc()).limit(limit)
        return [record_of(row) for row in await self._connection.execute(query)]

    async def earlier(self, case: CaseRecord, *, limit: int) -> list[Earlier]:
        """Earlier cases of the same offender in the same server, newest first."""
        query = (
            select(cases)
            .where(
                cases.c.offender_id == case.offender_id,
                cases.c.guild_id == case.guild_id,
                cases.c.id < case.id,
            )
            .order_by(cases.c.id.desc())
            .limit(limit)
        )
        return [
            Earlier(row.id, progress_of(row), row.opened_at)
            for row in await self._connection.execute(query)
        ]

    async def unresolved_of(self, guild_id: int, offender_id: int) -> int | None:
        """The number of the offender's unresolved case in a server, if there is one."""
        query = select(cases.c.id).where(
            cases.c.guild_id == guild_id, cases.c.offender_id == offender_id, _UNRESOLVED
        )
        found: int | None = await self._connection.scalar(query)
        return found

    async def servers_with_work(self) -> list[int]:
        """The servers that have unresolved cases."""
        query = select(cases.c.guild_id).where(_UNRESOLVED).distinct()
        return list(await self._connection.scalars(query))

    async def waiting(self, guild_id: int, *, since: datetime) -> list[int]:
        """Unresolved cases about which nobody has done anything since then, gravest first."""
        query = (
            select(cases.c.id)
            .where(cases.c.guild_id == guild_id, _UNRESOLVED, since >= _WAITING_AT)
            .order_by(cases.c.level.desc(), cases.c.id)
        )
        return list(await self._connection.scalars(query.with_for_update()))

    async def reminded(self, case_ids: Sequence[int], now: datetime) -> None:
        """Record that these were brought up again."""
        statement = update(cases).where(cases.c.id.in_(case_ids))
        await self._connection.execute(statement.values(waiting_at=now))


def _conditions(guild_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [
        cases.c.guild_id == guild_id,
        cases.c.state.in_([state.value for state in wanted.states]),
    ]
    if wanted.level > Level.NONE:
        conditions.append(cases.c.level >= wanted.level.value)
    if wanted.holder is not None:
        conditions.append(cases.c.holder_id == wanted.holder)
    return conditions
