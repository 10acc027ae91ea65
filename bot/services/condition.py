"""How the bot's work for one server stands: what waits, what may still be sent, what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.message import snowflake_time
from bot.services.budgets import Budgets, Left
from bot.services.names import DIRECT_MESSAGES
from bot.services.screening import Screening
from bot.storage import Store


@dataclass(frozen=True, slots=True)
class ServerCondition:
    """One server's numbers. `oldest` is when the delivery was queued that waits longest."""

    pending: int
    oldest: datetime | None
    left: Left
    breaker_until: datetime | None


class Inspection:
    """Looks; changes nothing."""

    def __init__(self, store: Store, screening: Screening, budgets: Budgets) -> None:
        self._store = store
        self._screening = screening
        self._budgets = budgets

    def seen_at(self, guild_id: int) -> datetime | None:
        """When the newest message of a server that was screened was written, if there is one."""
        newest = self._screening.newest(guild_id)
        return datetime.fromtimestamp(snowflake_time(newest), UTC) if newest else None

    async def server(self, guild_id: int) -> ServerCondition:
        """One server's numbers. Raises StoreUnavailableError."""
        async with self._store.transaction() as tx:
            pending, oldest = await tx.standings.waiting(guild_id)
            return ServerCondition(
                pending=pending,
                oldest=oldest,
                left=await self._budgets.left(tx, guild_id),
                breaker_until=await tx.memory.broken_until(DIRECT_MESSAGES),
            )
