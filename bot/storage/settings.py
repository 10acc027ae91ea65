"""What servers chose, and who changed which of it when. Never anybody's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialect import insert_or_nothing
from bot.storage.schema import setting_changes, settings

_CHANGES_KEPT = 100


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """One server's choices by key. `version` grows with every change."""

    guild_id: int
    version: int
    choices: dict[str, Any]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """Who changed which keys when; `changed_by` is None where it is not known anymore."""

    changed_by: int | None
    changed_at: datetime
    keys: tuple[str, ...]


class Settings:
    """Settings within one transaction."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def since(self, moment: datetime | None) -> list[StoredSettings]:
        """Every server's choices that changed at that time or later; None for all."""
        query = select(settings).order_by(settings.c.guild_id)
        if moment is not None:
            query = query.where(settings.c.changed_at >= moment)
        return [_stored(row) for row in await self._connection.execute(query)]

    async def locked(self, guild_id: int) -> StoredSettings:
        """One server's choices, none at first; nobody else changes them until the commit."""
        await self._connection.execute(
            insert_or_nothing(self._connection, settings).values(
                guild_id=guild_id, version=0, choices={}, changed_at=self._now
            )
        )
        query = select(settings).where(settings.c.guild_id == guild_id).with_for_update()
        return _stored((await self._connection.execute(query)).one())

    async def put(
        self, old: StoredSettings, choices: Mapping[str, Any], *, by: int, keys: Iterable[str]
    ) -> StoredSettings:
        """Replace locked choices, and keep on record who changed which keys."""
        new = StoredSettings(old.guild_id, old.version + 1, dict(choices), self._now)
        await self._connection.execute(
            update(settings)
            .where(settings.c.guild_id == old.guild_id)
            .values(version=new.version, choices=new.choices, changed_at=self._now)
        )
        await self._connection.execute(
            setting_changes.insert().values(
                guild_id=old.guild_id,
                version=new.version,
                changed_by=by,
                changed_at=self._now,
                keys=sorted(keys),
            )
        )
        await self._drop_old_changes(old.guild_id, newest=new.version)
        return new

    async def changes(self, guild_id: int) -> list[SettingsChange]:
        """Who changed what, the newest first."""
        query = select(setting_changes).where(setting_changes.c.guild_id == guild_id)
        rows = await self._connection.execute(query.order_by(setting_changes.c.version.desc()))
        return [SettingsChange(row.changed_by, row.changed_at, tuple(row.keys)) for row in rows]

    async def forget_server(self, guild_id: int) -> None:
        """Erase what a server chose, and who changed it."""
        for table in (setting_changes, settings):
            await self._connection.execute(delete(table).where(table.c.guild_id == guild_id))

    async def _drop_old_changes(self, guild_id: int, *, newest: int) -> None:
        await self._connection.execute(
            delete(setting_changes).where(
                setting_changes.c.guild_id == guild_id,
                setting_changes.c.version <= newest - _CHANGES_KEPT,
            )
        )


def _stored(row: Row[Any]) -> StoredSettings:
    return StoredSettings(row.guild_id, row.version, dict(row.choices), row.changed_at)
