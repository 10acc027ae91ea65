"""The outbox worker: sends what is due, once, and stores what became of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog

from bot.domain.delivery import (
    Delivered,
    Delivery,
    DeliveryKind,
    HeldReason,
    NoticeReason,
    Outcome,
    Postponed,
    Refused,
    Rehearsed,
)
from bot.domain.policy import Fallback
from bot.services.budgets import Budgets
from bot.services.casework import case_view
from bot.services.custody import delivery_draft
from bot.services.durable import insist, whole
from bot.services.names import BUDGET, DIRECT_MESSAGES, OFFER_COOLDOWN
from bot.services.patience import Patience, backoff
from bot.services.policies import Policies
from bot.services.reviews import Shown, shown_by
from bot.storage import Store, StoreUnavailableError, Transaction

_log = structlog.get_logger(__name__)

_AT_ONCE = 8
_FIRST_WAIT = 1.0
_IDLE = 5.0
_BUDGET_WAIT = timedelta(minutes=10)
_TOLD = (DeliveryKind.ADVICE, DeliveryKind.OFFER, DeliveryKind.TIMEOUT)
"""Kinds whose outcomes the alert shows."""


class Courier(Protocol):
    """What carries a delivery to Discord: the transport, which alone knows how."""

    async def send(self, delivery: Delivery, view: Shown) -> Outcome:
        """Send it, or edit what was sent, and say what became of it. Raises nothing."""
        ...


class Dispatcher:
    """Sends the outbox. Several may run on one database: each delivery is leased to one.

    In servers that rehearse, `rehearsal` takes the courier's place; nothing else differs there.
    """

    def __init__(
        self,
        store: Store,
        courier: Courier,
        policies: Policies,
        *,
        rehearsal: Courier,
        budgets: Budgets,
        patience: Patience,
    ) -> None:
        self._store = store
        self._courier = courier
        self._rehearsal = rehearsal
        self._policies = policies
        self._budgets = budgets
        self._patience = patience
        self._lease = store.token()
        self._due = asyncio.Event()
        self._sending: dict[int, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """Something may be due: look now."""
        self._due.set()

    async def run(self) -> None:
        """Send until cancelled. A database that fails is waited for; nothing ends the work."""
        renewal = asyncio.create_task(self._renew_leases())
        try:
            while True:
                self._due.clear()
                pause = await self._round()
                await self._wait(pause)
        finally:
            renewal.cancel()
            for task in self._sending.values():
                task.cancel()
            await asyncio.gather(renewal, *self._sending.values(), return_exceptions=True)

    async def _round(self) -> float:
        try:
            for delivery in await whole(self._claim()):
                task = asyncio.create_task(self._carry(delivery))
                self._sending[delivery.id] = task
                task.add_done_callback(partial(self._done, delivery.id))
            return await whole(self._until_next())
        except StoreUnavailableError as error:
            _log.error("outbox_unreadable", error=str(error))
            return _FIRST_WAIT

    def _done(self, delivery_id: int, task: asyncio.Task[None]) -> None:
        """A delivery that broke off by itself is left to the next holder of its lease."""
        del self._sending[delivery_id]
        if not task.cancelled() and (error := task.exception()):
            _log.error("delivery_broke_off", id=delivery_id, exc_info=error)
        self._due.set()

    async def _wait(self, seconds: float) -> None:
        # Not asyncio.wait_for: that of Python 3.11 forgets a request to end which comes just as the
        # event is set, and then nothing would ever end this (python/cpython#86296).
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._due.wait()

    async def _claim(self) -> list[Delivery]:
        free = _AT_ONCE - len(self._sending)
        if free <= 0:
            return []
        async with self._store.transaction() as tx:
            return await tx.sending.claim(
                limit=free,
                lease=self._lease,
                until=tx.now + timedelta(seconds=self._patience.lease),
                without=await self._stopped(tx),
                besides=self._sending,
            )

    async def _stopped(self, tx: Transaction) -> tuple[DeliveryKind, ...]:
        """The kinds that must wait: direct messages, as long as Discord wants none."""
        broken = await tx.memory.broken_until(DIRECT_MESSAGES)
        return (DeliveryKind.ADVICE, DeliveryKind.NOTICE) if broken else ()

    async def _until_next(self) -> float:
        async with self._store.transaction() as tx:
            due = await tx.standings.next_due(without=await self._stopped(tx))
            if due is None:
                return _IDLE
            return min(max((due - tx.now).total_seconds(), 0.05), _IDLE)

    async def _renew_leases(self) -> None:
        while True:
            await asyncio.sleep(self._patience.lease / 3)
            if not self._sending:
                continue
            try:
                await whole(self._renew())
            except StoreUnavailableError as error:
                _log.error("leases_not_renewed", error=str(error))

    async def _renew(self) -> None:
        async with self._store.transaction() as tx:
            until = tx.now + timedelta(seconds=self._patience.lease)
            await tx.sending.renew(list(self._sending), lease=self._lease, until=until)

    async def _carry(self, delivery: Delivery) -> None:
        """Send one delivery and store the outcome, however long the database takes."""
        ready, view = await insist(self._store, lambda tx: self._prepare(tx, delivery))
        if not ready:
            return
        outcome = await self._send(delivery, view)
        _log.info(
            "delivery",
            id=delivery.id,
            kind=delivery.kind.value,
            outcome=type(outcome).__name__,
            attempt=delivery.attempts,
            case=delivery.case_id,
        )
        await insist(self._store, lambda tx: self._settle(tx, delivery, outcome))

    async def _send(self, delivery: Delivery, view: Shown) -> Outcome:
        """Send; a courier that breaks off has tried once more in vain, and is not tried forever."""
        is_rehearsed = self._policies.of(delivery.guild_id).dry_run
        courier = self._rehearsal if is_rehearsed else self._courier
        try:
            return await courier.send(delivery, view)
        except Exception as error:  # noqa: BLE001 - the border: whatever it was, count the attempt
            _log.exception("courier_broke_off", id=delivery.id)
            return Postponed(type(error).__name__, uncertain=True)

    async def _prepare(self, tx: Transaction, delivery: Delivery) -> tuple[bool, Shown]:
        """Whether it may be sent now, and what it shows; it may have been withdrawn meanwhile."""
        if not await tx.sending.is_wanted(delivery.id, lease=self._lease):
            return False, None
        if delivery.kind is DeliveryKind.ADVICE and not await self._may_write(tx, delivery):
            await self._tell_moderators(tx, delivery)
            return False, None
        return True, await shown_by(tx, delivery)

    async def _may_write(self, tx: Transaction, delivery: Delivery) -> bool:
        person = delivery.recipient_id or 0
        if await tx.memory.opted_out([person]):
            await tx.sending.hold(delivery.id, reason=HeldReason.OPTED_OUT.value)
            return False
        if not await self._budgets.are_spent(tx, delivery):
            return True
        until = tx.now + _BUDGET_WAIT
        wait = Postponed(BUDGET)
        await tx.sending.postponed(delivery, wait, until=until, counts=False)
        return False

    async def _settle(self, tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
        """Store the outcome and what follows from it, together.

        Nothing follows from a failure of what was withdrawn while it was being sent. An attempt
        that began something is never the last one.
        """
        if isinstance(outcome, Postponed) and (
            delivery.attempts < self._patience.attempts or not outcome.tried or outcome.begun
        ):
            await self._postpone(tx, delivery, outcome)
            return
        if not await self._end(tx, delivery, outcome):
            return
        await self._record(tx, delivery, outcome)
        if delivery.kind in _TOLD:
            await self._tell_moderators(tx, delivery)
        if delivery.kind is DeliveryKind.THREAD and delivery.case_id and _moved(delivery, outcome):
            await tx.outbox.refresh_alert(delivery.case_id, thread=False)
        if delivery.kind is DeliveryKind.ADVICE:
            await self._fall_back(tx, delivery, outcome)
        is_alert = delivery.kind is DeliveryKind.ALERT and delivery.case_id is not None
        if is_alert and not isinstance(outcome, Delivered):
            await self._tell_owner(tx, delivery)

    async def _end(self, tx: Transaction, delivery: Delivery, outcome: Outcome) -> bool:
        """Store an outcome that ends the attempts; False if what failed was withdrawn meanwhile."""
        if isinstance(outcome, Delivered):
            await tx.sending.delivered(delivery, outcome)
        elif isinstance(outcome, Rehearsed):
            await tx.sending.rehearsed(delivery, outcome)
        elif isinstance(outcome, Refused):
            return await tx.sending.refused(delivery, outcome)
        else:
            return await tx.sending.gave_up(delivery, outcome.explanation)
        return True

    async def _postpone(self, tx: Transaction, delivery: Delivery, outcome: Postponed) -> None:
        until = tx.now + timedelta(seconds=outcome.seconds or backoff(delivery.attempts))
        counts = outcome.tried or outcome.seconds is None  # the backoff grows by what is counted
        await tx.sending.postponed(delivery, outcome, until=until, counts=counts)
        if outcome.begun is not None and delivery.case_id is not None:
            await tx.outbox.refresh_alert(delivery.case_id, thread=False)
        if outcome.breaker:
            _log.error("direct_messages_stopped", until=until.isoformat())
            await tx.memory.break_until(DIRECT_MESSAGES, until, reason=outcome.explanation)
            await self._tell_moderators(tx, delivery)

    async def _record(self, tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
        edited = delivery.kind is DeliveryKind.ALERT and delivery.message_id is not None
        if delivery.case_id is not None and not edited:
            await tx.evidence.append(delivery.case_id, [delivery_draft(delivery, outcome)])

    async def _tell_moderators(self, tx: Transaction, delivery: Delivery) -> None:
        if delivery.case_id is not None:
            await tx.outbox.refresh_alert(delivery.case_id)

    async def _fall_back(self, tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
        """Offer private help in the channel where a refused person was threatened."""
        wanted = self._policies.of(delivery.guild_id).fallback is Fallback.BUTTON
        if isinstance(outcome, Delivered | Rehearsed) or not wanted or delivery.case_id is None:
            return
        view = await case_view(tx, delivery.case_id)
        since = tx.now - OFFER_COOLDOWN
        if await tx.standings.offers_itself(view.channel_id, since, of_case=True):
            return
        await tx.outbox.enqueue(
            DeliveryKind.OFFER,
            about=f"offer:{view.channel_id}:{delivery.id}",
            token=self._store.token(),
            guild_id=delivery.guild_id,
            case_id=delivery.case_id,
            channel_id=view.channel_id,
        )

    async def _tell_owner(self, tx: Transaction, delivery: Delivery) -> None:
        _log.error("alert_not_delivered", guild=delivery.guild_id, case=delivery.case_id)
        reason = NoticeReason.ALERTS_FAIL.value
        await tx.outbox.enqueue(
            DeliveryKind.NOTICE,
            about=f"notice:{delivery.guild_id}:{reason}:{tx.now.date()}",
            token=self._store.token(),
            guild_id=delivery.guild_id,
            subject=reason,
        )


def _moved(delivery: Delivery, outcome: Outcome) -> bool:
    """Whether the alert, which links to it, must show something else now."""
    if not isinstance(outcome, Delivered) or delivery.message_id is None:
        return True
    return outcome.channel_id != delivery.channel_id
