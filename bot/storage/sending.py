"""What must be sent, as the worker sees it: leases, attempts, and what came of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import (
    Delivered,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Postponed,
    Refused,
    Rehearsed,
)
from bot.storage.outbox import lock_cases
from bot.storage.schema import outbox

_NOBODYS: dict[str, Any] = {"lease": None, "leased_until": None}


class Sending:
    """Deliveries that are being sent, within one transaction.

    Whatever changes a delivery locks its case first, as everyone does: nobody then waits in a ring.
    """

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def claim(
        self,
        *,
        limit: int,
        lease: str,
        until: datetime,
        without: Collection[DeliveryKind] = (),
        besides: Collection[int] = (),
    ) -> list[Delivery]:
        """Lease up to `limit` due deliveries: nobody else is handed them before `until`.

        Not those of the kinds in `without`, and not those `besides` which they are sought.
        """
        query = (
            select(outbox)
            .where(
                outbox.c.state == DeliveryState.PENDING.value,
                outbox.c.due_at <= self._now,
                or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= self._now),
                outbox.c.kind.not_in([kind.value for kind in without]),
                outbox.c.id.not_in(list(besides)),
            )
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = (await self._connection.execute(query)).all()
        for row in rows:
            cut_off = row.uncertain or row.lease is not None
            await self._set(
                row.id,
                lease=lease,
                leased_until=until,
                attempts=row.attempts + 1,
                uncertain=cut_off,
            )
        return [_delivery_of(row) for row in rows]

    async def is_wanted(self, delivery_id: int, *, lease: str) -> bool:
        """Whether it is still to be sent by this holder; nobody can change that until the commit.

        What was held back since it was claimed is let go of.
        """
        await self._lock_case(delivery_id)
        query = select(outbox.c.state).where(outbox.c.id == delivery_id, outbox.c.lease == lease)
        state = await self._connection.scalar(query)
        if state is not None and state != DeliveryState.PENDING.value:
            await self._set(delivery_id, **_NOBODYS, attempts=0)
        return state == DeliveryState.PENDING.value

    async def hold(self, delivery_id: int, *, reason: str) -> None:
        """Keep a leased delivery back until a moderator asks for it."""
        state = DeliveryState.HELD.value
        await self._lock_case(delivery_id)
        await self._set_pending(delivery_id, state=state, reason=reason, **_NOBODYS)

    async def renew(self, ids: Collection[int], *, lease: str, until: datetime) -> None:
        """Keep the leases of deliveries that are still being sent."""
        statement = update(outbox).where(outbox.c.id.in_(ids), outbox.c.lease == lease)
        await self._connection.execute(statement.values(leased_until=until))

    async def delivered(self, delivery: Delivery, outcome: Delivered) -> None:
        """Record that the message exists; a change since then keeps the delivery pending.

        An alert that appears has the older ones of its case brought up to date: they point to it.
        """
        await self._lock_case(delivery.id)
        await self._set(
            delivery.id,
            state=DeliveryState.DELIVERED.value,
            channel_id=outcome.channel_id,
            message_id=outcome.message_id,
            reason=None,
            attempts=0,
            **self._let_go(),
        )
        await self._connection.execute(
            update(outbox)
            .where(outbox.c.id == delivery.id, outbox.c.revision > delivery.revision)
            .values(state=DeliveryState.PENDING.value, due_at=self._now)
        )
        if delivery.kind is DeliveryKind.ALERT and delivery.message_id is None:
            await self._supersede(delivery.case_id)

    async def _supersede(self, case_id: int | None) -> None:
        """Have every alert of a case but the newest brought up to date, where it was posted."""
        alerts = and_(outbox.c.case_id == case_id, outbox.c.kind == DeliveryKind.ALERT.value)
        newest = select(func.max(outbox.c.id)).where(alerts, outbox.c.message_id.is_not(None))
        await self._connection.execute(
            update(outbox)
            .where(
                alerts,
                outbox.c.state == DeliveryState.DELIVERED.value,
                outbox.c.id < newest.scalar_subquery(),
            )
            .values(
                state=DeliveryState.PENDING.value,
                revision=outbox.c.revision + 1,
                due_at=self._now,
            )
        )

    async def refused(self, delivery: Delivery, outcome: Refused) -> bool:
        """Record that Discord will not deliver it, and why; False if it was held back meanwhile."""
        state, reason = DeliveryState.REFUSED.value, outcome.explanation[:48]
        await self._lock_case(delivery.id)
        return await self._set_pending(
            delivery.id, state=state, code=outcome.code, reason=reason, **self._let_go()
        )

    async def rehearsed(self, delivery: Delivery, outcome: Rehearsed) -> None:
        """Record that moderators were shown it instead; it can be released to be sent."""
        await self._lock_case(delivery.id)
        await self._set(
            delivery.id,
            state=DeliveryState.REHEARSED.value,
            message_id=outcome.message_id,
            attempts=0,
            **self._let_go(),
        )

    async def gave_up(self, delivery: Delivery, explanation: str) -> bool:
        """Record that the cap on attempts was reached; whether the last one arrived is unknown.

        False if it was held back meanwhile.
        """
        values = {**self._let_go(), "uncertain": True}
        state = DeliveryState.GAVE_UP.value
        await self._lock_case(delivery.id)
        return await self._set_pending(delivery.id, state=state, reason=explanation[:48], **values)

    async def postponed(
        self, delivery: Delivery, outcome: Postponed, *, until: datetime, counts: bool = True
    ) -> None:
        """Let go of it until then; an attempt that did not count is taken back.

        Where a part was done, the next attempt goes on from there.
        """
        begun = outcome.begun
        place = {"channel_id": begun.channel_id, "message_id": begun.message_id} if begun else {}
        await self._lock_case(delivery.id)
        await self._set_pending(
            delivery.id,
            due_at=until,
            reason=outcome.explanation[:48],
            uncertain=outcome.uncertain or delivery.uncertain,
            attempts=delivery.attempts - (0 if counts else 1),
            **place,
            **_NOBODYS,
        )

    async def _lock_case(self, delivery_id: int) -> None:
        await lock_cases(self._connection, outbox.c.id == delivery_id)

    def _let_go(self) -> dict[str, Any]:
        return {**_NOBODYS, "uncertain": False, "settled_at": self._now}

    async def _set_pending(self, delivery_id: int, **values: Any) -> bool:
        """Set what came of an attempt in vain; False if it was held back meanwhile.

        What was held back keeps the reason for that, and is looked for first should it be released.
        """
        pending = and_(outbox.c.id == delivery_id, outbox.c.state == DeliveryState.PENDING.value)
        result = await self._connection.execute(update(outbox).where(pending).values(**values))
        if not result.rowcount:
            await self._set(delivery_id, **_NOBODYS, attempts=0, uncertain=True)
        return result.rowcount > 0

    async def _set(self, delivery_id: int, **values: Any) -> None:
        await self._connection.execute(
            update(outbox).where(outbox.c.id == delivery_id).values(**values)
        )


def _delivery_of(row: Row[Any]) -> Delivery:
    """A row that is being claimed, as the dispatcher is handed it."""
    return Delivery(
        id=row.id,
        kind=DeliveryKind(row.kind),
        token=row.token,
        guild_id=row.guild_id,
        case_id=row.case_id,
        channel_id=row.channel_id,
        recipient_id=row.recipient_id,
        subject=row.subject,
        message_id=row.message_id,
        revision=row.revision,
        attempts=row.attempts + 1,
        uncertain=row.uncertain or row.lease is not None,
        created_at=row.created_at,
    )
