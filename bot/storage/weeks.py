"""What a stretch of time brought in a server, in numbers. Reads cases, evidence and outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.case import CaseState, Verdict
from bot.domain.delivery import DeliveryKind, DeliveryState
from bot.domain.evidence import ItemKind
from bot.storage.evidence import FACTS, read_facts
from bot.storage.schema import cases, evidence, outbox


class Weeks:
    """Counts of a server since a point in time, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def servers_with_events(self, since: datetime) -> list[int]:
        """The servers in which a case was opened, changed or resolved since then."""
        lately = or_(cases.c.opened_at >= since, cases.c.updated_at >= since)
        query = select(cases.c.guild_id).where(lately).distinct()
        return list(await self._connection.scalars(query))

    async def opened(self, guild_id: int, since: datetime, until: datetime) -> int:
        """How many cases were opened."""
        query = select(func.count()).where(
            cases.c.guild_id == guild_id, cases.c.opened_at >= since, cases.c.opened_at < until
        )
        return await self._connection.scalar(query) or 0

    async def unresolved(self, guild_id: int) -> int:
        """How many cases wait now."""
        query = select(func.count()).where(
            cases.c.guild_id == guild_id, cases.c.state != CaseState.RESOLVED.value
        )
        return await self._connection.scalar(query) or 0

    async def verdicts(
        self, guild_id: int, since: datetime, until: datetime
    ) -> dict[Verdict, list[int]]:
        """The cases that were resolved, by verdict."""
        query = select(cases.c.id, cases.c.verdict).where(
            cases.c.guild_id == guild_id,
            cases.c.state == CaseState.RESOLVED.value,
            cases.c.resolved_at >= since,
            cases.c.resolved_at < until,
        )
        found: dict[Verdict, list[int]] = {}
        for row in await self._connection.execute(query.order_by(cases.c.id)):
            found.setdefault(Verdict(row.verdict), []).append(row.id)
        return found

    async def rules(self, case_ids: Sequence[int]) -> Counter[str]:
        """In how many of the cases each rule was the leading one, which the alert names."""
        query = select(evidence.c.case_id, FACTS).where(
            evidence.c.case_id.in_(case_ids), evidence.c.kind == ItemKind.ASSESSMENT.value
        )
        rows = await self._connection.execute(query)
        leading = {(row.case_id, _leading(read_facts(row.facts) or {})) for row in rows}
        return Counter(rule for _, rule in leading if rule)

    async def reactions(self, guild_id: int, since: datetime, until: datetime) -> list[timedelta]:
        """How long each case waited until a moderator took it, shortest first."""
        query = select(cases.c.opened_at, cases.c.answered_at).where(
            cases.c.guild_id == guild_id,
            cases.c.answered_at >= since,
            cases.c.answered_at < until,
        )
        rows = await self._connection.execute(query)
        return sorted(row.answered_at - row.opened_at for row in rows)

    async def advice(
        self, guild_id: int, since: datetime, until: datetime
    ) -> dict[DeliveryState, int]:
        """How advice ended, by outcome."""
        query = (
            select(outbox.c.state, func.count().label("number"))
            .where(
                outbox.c.guild_id == guild_id,
                outbox.c.kind == DeliveryKind.ADVICE.value,
                outbox.c.settled_at >= since,
                outbox.c.settled_at < until,
            )
            .group_by(outbox.c.state)
        )
        rows = await self._connection.execute(query)
        return {DeliveryState(row.state): row.number for row in rows}


def _leading(facts: Mapping[str, Any]) -> str | None:
    """The rule that an assessment names first; None where it names none, or was altered."""
    try:
        return str(facts["rules"][0]["rule"])
    except (LookupError, TypeError):
        return None
