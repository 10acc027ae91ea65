"""How many direct messages may be sent unasked, and how many of them are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from bot.domain.delivery import Delivery
from bot.storage import Transaction

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Left(NamedTuple):
    """How many direct messages a server, and the whole bot, may still send."""

    server_hour: int
    server_day: int
    bot_hour: int


@dataclass(frozen=True, slots=True)
class Budgets:
    """How many direct messages may be sent unasked, so that the bot cannot be made to flood."""

    person_day: int = 2
    server_hour: int = 20
    server_day: int = 60
    bot_hour: int = 100

    async def are_spent(self, tx: Transaction, delivery: Delivery) -> bool:
        """Whether one of them is used up, by what was sent and what is being sent before this."""
        hour, day, guild_id = tx.now - _HOUR, tx.now - _DAY, delivery.guild_id
        sent = partial(tx.standings.sent_since, before=delivery.id)
        return (
            await sent(day, recipient_id=delivery.recipient_id or 0) >= self.person_day
            or await sent(hour, guild_id=guild_id) >= self.server_hour
            or await sent(day, guild_id=guild_id) >= self.server_day
            or await sent(hour) >= self.bot_hour
        )

    async def left(self, tx: Transaction, guild_id: int) -> Left:
        """What is left for a server now."""
        hour, day, sent = tx.now - _HOUR, tx.now - _DAY, tx.standings.sent_since
        return Left(
            server_hour=max(0, self.server_hour - await sent(hour, guild_id=guild_id)),
            server_day=max(0, self.server_day - await sent(day, guild_id=guild_id)),
            bot_hour=max(0, self.bot_hour - await sent(hour)),
        )
