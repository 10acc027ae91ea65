"""What falls due by the clock: reminders, the weekly digest, and new rounds of attempts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, time, timedelta

import structlog

from bot.domain.assessment import Level
from bot.domain.delivery import DeliveryKind
from bot.domain.hours import WEEKDAYS
from bot.domain.policy import waits_until
from bot.services.durable import whole
from bot.services.policies import Policies
from bot.services.reviews import WEEK
from bot.storage import Store, StoreUnavailableError, Transaction

_log = structlog.get_logger(__name__)

_EVERY = 60.0
_REST, _FRESH = timedelta(hours=1), timedelta(days=1)
"""How long what was given up rests before it is tried anew, and how old it may be."""
_MORNING = time(8)
"""When digests go out, in UTC, unless quiet hours hold them longer."""


class Upkeep:
    """Puts into the outbox what is due. Several may run on one database: nothing comes twice."""

    def __init__(
        self,
        store: Store,
        policies: Policies,
        *,
        wake: Callable[[], None],
        forget: Callable[[], None],
    ) -> None:
        """`forget` lets go of what is remembered of messages and has become too old."""
        self._store = store
        self._policies = policies
        self._wake, self._forget = wake, forget

    async def run(self) -> None:
        """Look once a minute until cancelled. A database that fails is asked again later."""
        while True:
            self._forget()
            try:
                await whole(self.tick())
            except StoreUnavailableError as error:
                _log.error("upkeep_put_off", error=str(error))
            except Exception:  # noqa: BLE001 - one tick that fails must not end the others
                _log.exception("upkeep_failed")
            await asyncio.sleep(_EVERY)

    async def tick(self) -> None:
        """Queue what is due now. Raises StoreUnavailableError."""
        async with self._store.transaction() as tx:
            for guild_id in await tx.caseload.servers_with_work():
                await self._remind(tx, guild_id)
            for guild_id in await tx.weeks.servers_with_events(tx.now - WEEK):
                await self._sum_up(tx, guild_id)
        async with self._store.transaction() as tx:
            revived = await tx.outbox.revive(
                given_up_before=tx.now - _REST, made_after=tx.now - _FRESH
            )
        if revived:
            _log.info("tried_anew", deliveries=revived)
        self._wake()

    async def _remind(self, tx: Transaction, guild_id: int) -> None:
        """Once per interval: whoever does it moves the moment from which the cases wait."""
        hours = self._policies.of(guild_id).reminder_hours
        if not hours:
            return
        waiting = await tx.caseload.waiting(guild_id, since=tx.now - timedelta(hours=hours))
        if not waiting:
            return
        await tx.caseload.reminded(waiting, tx.now)
        await self._enqueue(tx, DeliveryKind.REMINDER, guild_id, tx.now.isoformat(), tx.now)
        _log.info("reminder", guild=guild_id, cases=len(waiting))

    async def _sum_up(self, tx: Transaction, guild_id: int) -> None:
        if WEEKDAYS[tx.now.weekday()] != self._policies.of(guild_id).digest_day:
            return
        morning = datetime.combine(tx.now.date(), _MORNING, tx.now.tzinfo)
        day = tx.now.date().isoformat()
        await self._enqueue(tx, DeliveryKind.DIGEST, guild_id, day, max(tx.now, morning))

    async def _enqueue(
        self, tx: Transaction, kind: DeliveryKind, guild_id: int, when: str, due: datetime
    ) -> None:
        quiet = waits_until(self._policies.of(guild_id), Level.NONE, due)
        await tx.outbox.enqueue(
            kind,
            about=f"{kind.value}:{guild_id}:{when}",
            token=self._store.token(),
            guild_id=guild_id,
            due_at=quiet or due,
        )
