"""How deliveries stand: what was sent, to whom, how much lately. Reads the outbox only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.case import Thread
from bot.domain.delivery import DeliveryKind, DeliveryState
from bot.storage.schema import outbox

ASKED = "asked"
"""The subject of an offer that somebody had put into a channel by calling the bot."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one delivery stands, as a case shows it."""

    id: int
    kind: DeliveryKind
    guild_id: int
    case_id: int | None
    recipient_id: int | None
    state: DeliveryState
    reason: str | None
    code: int | None
    answer: str | None


class Standings:
    """How deliveries stand, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next_due(self, *, without: Collection[DeliveryKind] = ()) -> datetime | None:
        """When the next pending delivery can be claimed; None when none is pending.

        A leased one can be claimed when its lease ends.
        """
        leased = outbox.c.leased_until > outbox.c.due_at
        query = select(
            func.min(case((leased, outbox.c.leased_until), else_=outbox.c.due_at))
        ).where(
            outbox.c.state == DeliveryState.PENDING.value,
            outbox.c.kind.not_in([kind.value for kind in without]),
        )
        due: datetime | None = await self._connection.scalar(query)
        return due

    async def unsent(self, *, due_before: datetime) -> int:
        """How many deliveries due before then are not sent yet, those being sent included."""
        query = select(func.count()).where(
            outbox.c.state == DeliveryState.PENDING.value, outbox.c.due_at < due_before
        )
        return await self._connection.scalar(query) or 0

    async def waiting(self, guild_id: int) -> tuple[int, datetime | None]:
        """How many of a server's deliveries are to be sent, and since when the oldest waits."""
        query = select(func.count(), func.min(outbox.c.created_at)).where(
            outbox.c.guild_id == guild_id, outbox.c.state == DeliveryState.PENDING.value
        )
        count, oldest = (await self._connection.execute(query)).one()
        return count, oldest

    async def advised(self, case_id: int) -> dict[int, Standing]:
        """Advice of a case by the person it is for."""
        query = select(outbox).where(
            outbox.c.case_id == case_id, outbox.c.kind == DeliveryKind.ADVICE.value
        )
        rows = await self._connection.execute(query.order_by(outbox.c.id))
        return {row.recipient_id: _standing(row) for row in rows}

    async def thread_of(self, case_id: int) -> Thread | None:
        """Where the case's thread or forum post is, if it shall have one."""
        query = select(outbox).where(
            outbox.c.case_id == case_id, outbox.c.kind == DeliveryKind.THREAD.value
        )
        row = (await self._connection.execute(query)).one_or_none()
        return Thread(DeliveryState(row.state), row.channel_id, row.code) if row else None

    async def by_token(self, token: str) -> Standing | None:
        """The delivery whose buttons carry this token."""
        query = select(outbox).where(outbox.c.token == token)
        row = (await self._connection.execute(query)).one_or_none()
        return _standing(row) if row else None

    async def sent_since(
        self,
        since: datetime,
        *,
        before: int | None = None,
        guild_id: int | None = None,
        recipient_id: int | None = None,
    ) -> int:
        """How many direct messages of advice were delivered since then, or are just being sent.

        Of those being sent, only the ones with a number below `before` count, so that of two
        deliveries that are sent at once the second one gives way; all, where it is None.
        """
        sending = and_(
            outbox.c.state == DeliveryState.PENDING.value,
            outbox.c.lease.is_not(None),
            *(() if before is None else (outbox.c.id < before,)),
        )
        delivered = and_(
            outbox.c.state == DeliveryState.DELIVERED.value, outbox.c.settled_at >= since
        )
        query = select(func.count()).where(
            outbox.c.kind == DeliveryKind.ADVICE.value, or_(delivered, sending)
        )
        if guild_id is not None:
            query = query.where(outbox.c.guild_id == guild_id)
        if recipient_id is not None:
            query = query.where(outbox.c.recipient_id == recipient_id)
        return await self._connection.scalar(query) or 0

    async def alerted_since(self, case_id: int, since: datetime) -> bool:
        """Whether an alert of this case was queued since then."""
        query = select(outbox.c.id).where(
            outbox.c.case_id == case_id,
            outbox.c.kind == DeliveryKind.ALERT.value,
            outbox.c.created_at >= since,
        )
        return await self._connection.scalar(query.limit(1)) is not None

    async def newest_alert(self, case_id: int) -> tuple[int, int] | None:
        """Channel and message of the newest alert of a case that was posted."""
        query = select(outbox.c.channel_id, outbox.c.message_id).where(
            outbox.c.case_id == case_id,
            outbox.c.kind == DeliveryKind.ALERT.value,
            outbox.c.message_id.is_not(None),
        )
        row = (await self._connection.execute(query.order_by(outbox.c.id.desc()).limit(1))).first()
        return (row.channel_id, row.message_id) if row else None

    async def offered_since(
        self, channel_id: int, since: datetime, *, delivered: bool = False
    ) -> bool:
        """Whether a *Private help* offer was queued for this channel since then.

        With `delivered`, only one that stands there counts.
        """
        query = select(outbox.c.id).where(
            outbox.c.channel_id == channel_id,
            outbox.c.kind == DeliveryKind.OFFER.value,
            outbox.c.created_at >= since,
        )
        if delivered:
            query = query.where(outbox.c.state == DeliveryState.DELIVERED.value)
        return await self._connection.scalar(query.limit(1)) is not None

    async def offers_itself(
        self, channel_id: int, since: datetime, *, of_case: bool, rehearsed: bool = False
    ) -> bool:
        """Whether the bot itself has offered *Private help* there since then, or is about to.

        Neither what somebody asked for counts, nor what Discord refused: an offender could keep
        help away by either. With `of_case`, only what a threat brought counts; with `rehearsed`,
        what was shown to moderators instead does too.
        """
        states = [DeliveryState.PENDING.value, DeliveryState.DELIVERED.value]
        if rehearsed:
            states.append(DeliveryState.REHEARSED.value)
        query = select(outbox.c.id).where(
            outbox.c.channel_id == channel_id,
            outbox.c.kind == DeliveryKind.OFFER.value,
            outbox.c.created_at >= since,
            outbox.c.state.in_(states),
            outbox.c.case_id.is_not(None) if of_case else outbox.c.subject.is_distinct_from(ASKED),
        )
        return await self._connection.scalar(query.limit(1)) is not None


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        id=row.id,
        kind=DeliveryKind(row.kind),
        guild_id=row.guild_id,
        case_id=row.case_id,
        recipient_id=row.recipient_id,
        state=DeliveryState(row.state),
        reason=row.reason,
        code=row.code,
        answer=row.answer,
    )
