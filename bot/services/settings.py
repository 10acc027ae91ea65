"""What servers chose themselves: reads it, follows what other processes change, and changes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.services.choices import Choices, checked, usable
from bot.services.durable import whole
from bot.services.policies import Policies
from bot.storage import Store, StoreUnavailableError
from bot.storage.settings import SettingsChange, StoredSettings

_log = structlog.get_logger(__name__)

FOLLOW_EVERY = 5.0
"""Seconds until what another process changed holds in this one."""
_CLOCKS_APART = timedelta(minutes=1)
"""How far back changes are read again: another machine's clock may be behind, a commit late."""


class Settings:
    """Keeps the stored layer of `policies` as the database has it.

    `changed` is called with the number of a server whose choices are others than before.
    """

    def __init__(
        self,
        store: Store,
        policies: Policies,
        *,
        changed: Callable[[int], None],
        every: float = FOLLOW_EVERY,
    ) -> None:
        self._store = store
        self._policies = policies
        self._changed = changed
        self._every = every
        self._holding: dict[int, tuple[int, datetime]] = {}
        """Version and time: of a server that was forgotten meanwhile, versions begin anew."""
        self._read_at: datetime | None = None

    async def load(self) -> None:
        """Read what changed since the last time. Raises StoreUnavailableError."""
        since = self._read_at - _CLOCKS_APART if self._read_at else None
        async with self._store.transaction() as tx:
            rows, self._read_at = await tx.settings.since(since), tx.now
        for row in rows:
            self._take(row)
        self._policies.become_known()

    async def run(self) -> None:
        """Follow what other processes change, until cancelled."""
        while True:
            await asyncio.sleep(self._every)
            try:
                await whole(self.load())
            except StoreUnavailableError as error:
                _log.error("settings_not_read", error=str(error))

    async def change(self, guild_id: int, choices: Mapping[str, Any], *, by: int) -> None:
        """Store these choices beside the others. Raises ChoicesError, StoreUnavailableError."""
        await self._write(guild_id, lambda old: {**old, **choices}, by=by)

    async def reset(self, guild_id: int, key: str, *, by: int) -> None:
        """Let one setting follow the configuration again. Raises as `change`."""
        await self._write(guild_id, lambda old: {k: v for k, v in old.items() if k != key}, by=by)

    async def replace(
        self, guild_id: int, choices: Mapping[Any, Any], *, by: int
    ) -> tuple[str, ...]:
        """Store these choices and no others; which keys differ now. Raises as `change`."""
        return await self._write(guild_id, lambda _: choices, by=by)

    async def changes(self, guild_id: int) -> list[SettingsChange]:
        """Who changed what, the newest first. Raises StoreUnavailableError."""
        async with self._store.transaction() as tx:
            return await tx.settings.changes(guild_id)

    async def _write(
        self, guild_id: int, edit: Callable[[Choices], Mapping[Any, Any]], *, by: int
    ) -> tuple[str, ...]:
        """Edit what is stored and can be used; what cannot be is dropped by the way."""
        base = self._policies.written(guild_id)
        async with self._store.transaction() as tx:
            old = await tx.settings.locked(guild_id)
            new = checked(edit(usable(old.choices, base)[0]), base)
            keys = _different(old.choices, new)
            stored = await tx.settings.put(old, new, by=by, keys=keys) if keys else old
        if keys:
            _log.info("settings_changed", guild=guild_id, keys=list(keys), version=stored.version)
        self._take(stored)
        return keys

    def _take(self, row: StoredSettings) -> None:
        """Let it hold, unless it does already."""
        version = row.version, row.changed_at
        if self._holding.get(row.guild_id) == version:
            return
        self._holding[row.guild_id] = version
        self._policies.put(row.guild_id, row.choices)
        for problem in self._policies.faults(row.guild_id):
            _log.error("setting_unusable", guild=row.guild_id, problem=problem)
        self._changed(row.guild_id)


def _different(old: Choices, new: Choices) -> tuple[str, ...]:
    """The keys that do not stand in both with the same value."""
    nothing = object()
    keys = sorted(old.keys() | new.keys())
    return tuple(key for key in keys if old.get(key, nothing) != new.get(key, nothing))
