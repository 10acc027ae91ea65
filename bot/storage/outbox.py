"""What must be sent, as those see it who want it sent, changed, or held back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.case import CaseState
from bot.domain.delivery import TAKEN_BACK, DeliveryKind, DeliveryState, HeldReason
from bot.storage.dialect import insert_or_nothing
from bot.storage.schema import cases, outbox

_SHOWING = (DeliveryKind.ALERT.value, DeliveryKind.THREAD.value)
"""What shows a case, and is edited when the case changes."""
_UNSETTLED = (DeliveryState.REFUSED.value, DeliveryState.GAVE_UP.value)
_REVIVED = (*_SHOWING, DeliveryKind.ADVICE.value)
"""What is worth another round of attempts once Discord may work again."""
_UNSENT = (DeliveryState.HELD.value, DeliveryState.REHEARSED.value)


class Outbox:
    """Deliveries within one transaction; `Sending` is the side of the worker that sends them.

    Whatever changes a delivery locks its case first, as everyone does: nobody then waits in a ring.
    """

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def enqueue(
        self,
        kind: DeliveryKind,
        *,
        about: str,
        token: str,
        guild_id: int,
        case_id: int | None = None,
        channel_id: int | None = None,
        recipient_id: int | None = None,
        subject: str | None = None,
        held: str | None = None,
        due_at: datetime | None = None,
    ) -> bool:
        """Put a delivery in the queue unless one of the same `about` stands there already.

        With `held`, it waits there for a moderator, for that reason; with `due_at`, until then.
        Returns whether it is new.
        """
        statement = insert_or_nothing(self._connection, outbox).values(
            kind=kind.value,
            about=about,
            token=token,
            guild_id=guild_id,
            case_id=case_id,
            channel_id=channel_id,
            recipient_id=recipient_id,
            state=(DeliveryState.HELD if held else DeliveryState.PENDING).value,
            subject=subject,
            reason=held,
            revision=1,
            attempts=0,
            uncertain=False,
            due_at=due_at or self._now,
            created_at=self._now,
        )
        return await self._connection.scalar(statement.returning(outbox.c.id)) is not None

    async def refresh_alert(
        self, case_id: int, *, every: bool = False, thread: bool = True
    ) -> None:
        """Have a case's newest alert (or `every` one) and thread brought up to date, or tried anew.

        What waits for its next attempt goes on waiting: Discord may have asked for that.
        """
        waiting = outbox.c.state == DeliveryState.PENDING.value
        failed = outbox.c.state.in_(_UNSETTLED)
        kinds = _SHOWING if thread else _SHOWING[:1]
        shown = and_(outbox.c.case_id == case_id, outbox.c.kind.in_(kinds))
        if every:
            shown = and_(shown, or_(outbox.c.message_id.is_not(None), waiting))
        number = outbox.c.id if every else func.max(outbox.c.id)
        which = select(number).where(shown)
        if not every:
            which = which.group_by(outbox.c.kind)
        await self._connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(which))
            .values(
                state=DeliveryState.PENDING.value,
                revision=outbox.c.revision + 1,
                due_at=case((waiting, outbox.c.due_at), else_=self._now),
                attempts=case((failed, 0), else_=outbox.c.attempts),
            )
        )

    async def hasten_alert(self, case_id: int) -> bool:
        """Send a case's alert now that waits for quiet hours to end; False when none waits."""
        result = await self._connection.execute(
            update(outbox)
            .where(
                outbox.c.case_id == case_id,
                outbox.c.kind == DeliveryKind.ALERT.value,
                outbox.c.state == DeliveryState.PENDING.value,
                outbox.c.attempts == 0,
                outbox.c.message_id.is_(None),
                outbox.c.due_at > self._now,
            )
            .values(due_at=self._now, revision=outbox.c.revision + 1)
        )
        return result.rowcount > 0

    async def refresh_posted(
        self, guild_id: int, kinds: Collection[DeliveryKind], *, failed_before: datetime
    ) -> int:
        """Have what shows a server's cases brought up to date where it stands; how many they are.

        Of each case the newest that was posted, and whichever could not be edited until then: that
        shows what it showed before. Not what was taken back already.
        """
        posted = and_(
            outbox.c.guild_id == guild_id,
            outbox.c.kind.in_([kind.value for kind in kinds]),
            outbox.c.message_id.is_not(None),
        )
        newest = select(func.max(outbox.c.id)).where(posted, outbox.c.case_id.is_not(None))
        shown = and_(
            outbox.c.id.in_(newest.group_by(outbox.c.case_id, outbox.c.kind)),
            outbox.c.state == DeliveryState.DELIVERED.value,
        )
        failed = and_(
            posted,
            outbox.c.state.in_(_UNSETTLED),
            outbox.c.reason.not_in(TAKEN_BACK),
            outbox.c.settled_at <= failed_before,
        )
        which = or_(shown, failed)
        await lock_cases(self._connection, which)
        result = await self._connection.execute(
            update(outbox)
            .where(which)
            .values(
                state=DeliveryState.PENDING.value,
                revision=outbox.c.revision + 1,
                due_at=self._now,
                attempts=0,
            )
        )
        return result.rowcount

    async def take_back(self, case_ids: Collection[int]) -> None:
        """Have what was posted of these cases say nothing anymore: they are about to be deleted.

        It belongs to no case from now on, and names none; like all of that kind it goes in time.
        """
        posted = and_(
            outbox.c.case_id.in_(case_ids),
            outbox.c.kind.in_(_SHOWING),
            outbox.c.message_id.is_not(None),
        )
        await self._connection.execute(
            update(outbox)
            .where(posted)
            .values(
                case_id=None,
                about=outbox.c.token,
                state=DeliveryState.PENDING.value,
                revision=outbox.c.revision + 1,
                attempts=0,
                due_at=self._now,
                created_at=self._now,
            )
        )

    async def requeue_alerts(
        self, guild_id: int, *, failed_before: datetime, without: Collection[DeliveryKind] = ()
    ) -> int:
        """Queue again a server's alerts and threads that had failed by then; how many they are.

        Not those of the kinds in `without`.
        """
        which = and_(
            outbox.c.guild_id == guild_id,
            outbox.c.kind.in_(_SHOWING),
            outbox.c.kind.not_in([kind.value for kind in without]),
            outbox.c.state.in_(_UNSETTLED),
            outbox.c.settled_at <= failed_before,
        )
        await lock_cases(self._connection, which)
        values = {"state": DeliveryState.PENDING.value, "due_at": self._now, "attempts": 0}
        result = await self._connection.execute(update(outbox).where(which).values(values))
        return result.rowcount

    async def revive(self, *, given_up_before: datetime, made_after: datetime) -> int:
        """Try anew what was given up by then, of cases that wait for moderators; how many."""
        open_cases = select(cases.c.id).where(cases.c.state != CaseState.RESOLVED.value)
        which = and_(
            outbox.c.state == DeliveryState.GAVE_UP.value,
            outbox.c.kind.in_(_REVIVED),
            outbox.c.settled_at <= given_up_before,
            outbox.c.created_at > made_after,
            outbox.c.case_id.in_(open_cases),
        )
        await lock_cases(self._connection, which)
        values = {"state": DeliveryState.PENDING.value, "due_at": self._now, "attempts": 0}
        result = await self._connection.execute(update(outbox).where(which).values(values))
        return result.rowcount

    async def answered(self, delivery_id: int, answer: str) -> bool:
        """Record what the person pressed; False when that was known already."""
        await lock_cases(self._connection, outbox.c.id == delivery_id)
        result = await self._connection.execute(
            update(outbox)
            .where(outbox.c.id == delivery_id, outbox.c.answer.is_(None))
            .values(answer=answer)
        )
        return result.rowcount == 1

    async def release(self, case_id: int, people: Iterable[int]) -> list[int]:
        """Queue advice that was held or only rehearsed; the people for whom there was some.

        Not that of a false alarm: nobody is written to because of what was none.
        """
        result = await self._connection.execute(
            update(outbox)
            .where(
                outbox.c.case_id == case_id,
                outbox.c.kind == DeliveryKind.ADVICE.value,
                outbox.c.state.in_(_UNSENT),
                outbox.c.reason.is_distinct_from(HeldReason.FALSE_ALARM.value),
                outbox.c.recipient_id.in_(list(people)),
            )
            .values(state=DeliveryState.PENDING.value, reason=None, due_at=self._now)
            .returning(outbox.c.recipient_id)
        )
        return [row.recipient_id for row in result]

    async def withdraw_advice(self, recipient_id: int, *, reason: str) -> list[int]:
        """Hold back every pending advice to a person; the cases that it belonged to."""
        advice = outbox.c.kind == DeliveryKind.ADVICE.value
        pending = outbox.c.state == DeliveryState.PENDING.value
        return await self._withdraw(
            and_(outbox.c.recipient_id == recipient_id, advice, pending), reason
        )

    async def withdraw(self, case_id: int, kinds: Iterable[DeliveryKind], *, reason: str) -> None:
        """Hold back what of these kinds a case has not brought about, whatever it waited for."""
        brought = outbox.c.kind.in_([kind.value for kind in kinds])
        waiting = outbox.c.state.in_((DeliveryState.PENDING.value, *_UNSENT))
        await self._withdraw(and_(outbox.c.case_id == case_id, brought, waiting), reason)

    async def _withdraw(self, which: ColumnElement[bool], reason: str) -> list[int]:
        await lock_cases(self._connection, which)
        rehearsed = outbox.c.state == DeliveryState.REHEARSED.value
        state = case((rehearsed, outbox.c.state), else_=DeliveryState.HELD.value)
        statement = update(outbox).where(which).values(state=state, reason=reason)
        rows = await self._connection.execute(statement.returning(outbox.c.case_id))
        return [row.case_id for row in rows]


async def lock_cases(connection: AsyncConnection, which: ColumnElement[bool]) -> None:
    """Lock the cases of these rows, in the order that everyone locks them in."""
    query = select(cases.c.id).where(cases.c.id.in_(select(outbox.c.case_id).where(which)))
    await connection.execute(query.order_by(cases.c.id).with_for_update())
