"""Whether a server's moderators can be alerted: what its owner is told, and what waits for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

import structlog

from bot.domain.delivery import DeliveryKind, NoticeReason
from bot.services.durable import insist
from bot.storage import Store, Transaction

_log = structlog.get_logger(__name__)

_REST = timedelta(hours=1)
"""How long what failed is left alone where nothing stood in its way that is gone now."""


class Readiness:
    """Keeps on record that a server cannot be alerted, and sends what waited once it can."""

    def __init__(self, store: Store, *, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake
        self._ready: dict[int, frozenset[DeliveryKind]] = {}
        self._exposed: dict[int, frozenset[DeliveryKind]] = {}

    async def cannot_alert(self, guild_id: int, reason: NoticeReason) -> None:
        """Tell the operator at once, and the owner once a day."""
        self._ready.pop(guild_id, None)
        _log.error("not_armed", guild=guild_id, reason=reason.value)
        await insist(self._store, lambda tx: self._tell_owner(tx, guild_id, reason))
        self._wake()

    async def choice_gone(self, guild_id: int, keys: Sequence[str]) -> None:
        """Tell the owner, once a day, that what these settings name is gone or no longer unique."""
        _log.error("choice_gone", guild=guild_id, keys=list(keys))
        reason = NoticeReason.CHOICE_GONE
        await insist(self._store, lambda tx: self._tell_owner(tx, guild_id, reason))
        self._wake()

    async def exposed(self, guild_id: int, kinds: Collection[DeliveryKind]) -> None:
        """Everyone can read what these kinds show of cases, if any: have that taken back.

        What could not be taken back is tried again after a rest.
        """
        before = self._exposed.pop(guild_id, frozenset())
        if not kinds:
            return
        self._exposed[guild_id] = frozenset(kinds)
        rest = _REST if before.issuperset(kinds) else timedelta()
        count = await insist(
            self._store,
            lambda tx: tx.outbox.refresh_posted(guild_id, kinds, failed_before=tx.now - rest),
        )
        if count:
            _log.error("cases_exposed", guild=guild_id, messages=count)
            self._wake()

    async def can_alert(self, guild_id: int, *, without: Collection[DeliveryKind] = ()) -> None:
        """Send what could not be delivered before, but not what is of the kinds in `without`.

        Of a server where that much could be sent all along only after a rest: this is called
        whenever a channel or a role there changes.
        """
        barred = self._ready.get(guild_id)
        rest = _REST if barred is not None and barred <= frozenset(without) else timedelta()
        waiting = await insist(
            self._store,
            lambda tx: tx.outbox.requeue_alerts(
                guild_id, failed_before=tx.now - rest, without=without
            ),
        )
        self._ready[guild_id] = frozenset(without)
        _log.info("armed", guild=guild_id, alerts_waiting=waiting)
        self._wake()

    def forget(self, guild_id: int) -> None:
        """The bot is no longer in the server: what failed is sent as soon as it is again."""
        self._ready.pop(guild_id, None)
        self._exposed.pop(guild_id, None)

    async def _tell_owner(self, tx: Transaction, guild_id: int, reason: NoticeReason) -> None:
        await tx.outbox.enqueue(
            DeliveryKind.NOTICE,
            about=f"notice:{guild_id}:{reason.value}:{tx.now.date()}",
            token=self._store.token(),
            guild_id=guild_id,
            subject=reason.value,
        )
