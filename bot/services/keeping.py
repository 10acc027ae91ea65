"""What is erased and deleted by itself, and when; and what a server that was left leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta

import structlog

from bot.domain.evidence import Act
from bot.services.custody import BOT, MODERATOR, action_draft
from bot.services.durable import insist, whole
from bot.services.policies import Policies
from bot.storage import Store, StoreUnavailableError, Transaction

_log = structlog.get_logger(__name__)

RETENTION = "retention"
_EVERY = 3600.0
_SOON = 60.0
_BATCH = 50
"""So many cases in one transaction, so that nobody else waits long for the database."""
_Work = Callable[[Transaction, int], Awaitable[int]]
_LOOSE_DELIVERIES = timedelta(days=30)
"""Longer than history is read back, so that what is offered once is not offered again."""


class Keeper:
    """Erases and deletes what is due. All it knows is in the database, so it survives restarts."""

    def __init__(self, store: Store, policies: Policies, *, wake: Callable[[], None]) -> None:
        self._store = store
        self._in_turn = asyncio.Lock()
        """Comings and goings are written in the order in which they were told."""
        self._policies = policies
        self._wake = wake
        self.failures = 0
        """How many rounds broke off since the start."""

    async def run(self) -> None:
        """Look soon and then every hour, until cancelled; nothing else ends it.

        Not at once: what was missed while the bot was away comes first.
        """
        await asyncio.sleep(_SOON)
        while True:
            await self.round()
            await asyncio.sleep(_EVERY)

    async def round(self) -> None:
        """Erase and delete what is due now. A failure is logged and counted, and ends the round."""
        try:
            await whole(self._purge())
        except StoreUnavailableError as error:
            self.failures += 1
            _log.error("purging_failed", error=str(error), failures=self.failures)
        except Exception:  # noqa: BLE001 - a fault in one round must not end all later ones
            self.failures += 1
            _log.exception("purging_broke_off", failures=self.failures)

    async def left(self, guild_id: int) -> None:
        """The bot was removed from a server: what is kept of it is purged after some days."""
        async with self._in_turn:
            await insist(self._store, lambda tx: tx.keeping.left(guild_id))

    async def here(self, guild_ids: Collection[int]) -> None:
        """These are all the servers that the bot is in; those that it missed leaving are noted."""

        async def compare(tx: Transaction) -> None:
            await tx.keeping.returned(guild_ids)
            for guild_id in await tx.keeping.known() - set(guild_ids):
                await tx.keeping.left(guild_id)

        async with self._in_turn:
            await insist(self._store, compare)

    async def returned(self, guild_id: int) -> None:
        """The bot is in this server again."""
        async with self._in_turn:
            await insist(self._store, lambda tx: tx.keeping.returned([guild_id]))

    async def _purge(self) -> None:
        async with self._store.transaction() as tx:
            servers, departed = await tx.keeping.servers(), await tx.keeping.departed()
            await tx.keeping.delete_old_deliveries(tx.now - _LOOSE_DELIVERIES)
        for guild_id in servers:
            await self._in_batches("words_erased", guild_id, self._erase)
            await self._in_batches("cases_deleted", guild_id, self._delete)
        for guild_id in departed:
            await self._in_batches("left_server_purged", guild_id, self._abandon)
            await self._forget(guild_id)

    async def _in_batches(self, event: str, guild_id: int, work: _Work) -> None:
        count = 0
        while done := await self._batch(guild_id, work):
            count += done
        if count:
            _log.info(event, guild=guild_id, cases=count)
            self._wake()

    async def _batch(self, guild_id: int, work: _Work) -> int:
        async with self._store.transaction() as tx:
            return await work(tx, guild_id)

    async def _erase(self, tx: Transaction, guild_id: int) -> int:
        """Erase the words of some cases whose time has come; how many they were."""
        days = self._policies.of(guild_id).keep_resolved_days
        before = tx.now - timedelta(days=days)
        due = await tx.keeping.to_erase(guild_id, resolved_before=before, limit=_BATCH)
        for case_id in due:
            await erase_words(tx, case_id, why=RETENTION)
        return len(due)

    async def _delete(self, tx: Transaction, guild_id: int) -> int:
        """Delete some resolved cases of which nothing is to be left; how many they were."""
        policy = self._policies.of(guild_id)
        kept = max(policy.keep_record_days, policy.keep_resolved_days)
        due = await tx.keeping.to_delete(
            guild_id,
            resolved_before=tx.now - timedelta(days=kept),
            false_before=tx.now - timedelta(days=policy.keep_false_alarm_days),
            limit=_BATCH,
        )
        await tx.outbox.take_back(due)
        await tx.keeping.delete_cases(due)
        return len(due)

    async def _abandon(self, tx: Transaction, guild_id: int) -> int:
        """Delete some cases of a server that was left long enough ago; how many they were."""
        if not await self._is_over(tx, guild_id):
            return 0
        due = await tx.keeping.some_of(guild_id, limit=_BATCH)
        await tx.keeping.delete_cases(due)
        return len(due)

    async def _forget(self, guild_id: int) -> None:
        """Delete what is left of such a server. If the bot returns, nothing chosen there holds."""
        async with self._store.transaction() as tx:
            is_over = await self._is_over(tx, guild_id)
            is_gone = is_over and await tx.keeping.forget_server(guild_id)
        if is_gone:
            self._policies.put(guild_id, {})

    async def _is_over(self, tx: Transaction, guild_id: int) -> bool:
        """Whether the bot left the server long enough ago, and has not returned since."""
        grace = timedelta(days=self._policies.of(guild_id).keep_after_leaving_days)
        left_at = (await tx.keeping.departed()).get(guild_id)
        return left_at is not None and left_at <= tx.now - grace


async def erase_words(tx: Transaction, case_id: int, *, why: str, by: int = 0) -> bool:
    """Destroy the key of a case, record that, and have its alert brought up to date.

    False, and nothing is done, where the words are gone already or a hold keeps them. Raises
    LookupError when there is no such case.
    """
    case = await tx.cases.get(case_id)
    if case.data_key is None or await tx.keeping.held(case_id) is not None:
        return False
    about = f"erased:{tx.now.isoformat()}"
    source = MODERATOR if by else BOT
    await tx.evidence.append(
        case_id, [action_draft(Act.WORDS_ERASED, by=by, about=about, source=source, reason=why)]
    )
    await tx.cases.erase_content(case_id)
    await tx.outbox.refresh_alert(case_id)
    return True
