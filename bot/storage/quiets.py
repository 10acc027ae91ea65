"""Rows of what servers quieted; a phrase is sealed under a key of its own."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.case import Mistake
from bot.domain.quiet import Phrase, Quiet, Reason
from bot.storage.cipher import Keyring
from bot.storage.dialect import insert_or_nothing
from bot.storage.engine import leave_no_trace
from bot.storage.schema import quiets


class Quiets:
    """What servers quieted, within one transaction."""

    def __init__(self, connection: AsyncConnection, keyring: Keyring, now: datetime) -> None:
        self._connection = connection
        self._keyring = keyring
        self._now = now

    async def add(
        self,
        reason: Reason,
        *,
        whole: bool,
        guild_id: int,
        case_id: int,
        why: Mistake,
        by: int,
        token: str,
    ) -> bool:
        """Quiet the `whole` of the rules, or only the phrase that fired them.

        Returns False when that is so already.
        """
        about = _about_rules(reason.rules) if whole else f"phrase:{token}"
        key = sealed = None
        if not whole:
            if any(quiet.phrase == reason.phrase for quiet in await self.of(guild_id)):
                return False
            key = self._keyring.new_data_key(place=about)
            box = self._keyring.box(key, place=about)
            sealed = box.seal({"phrase": list(reason.phrase)}, place=about)
        statement = insert_or_nothing(self._connection, quiets).values(
            guild_id=guild_id,
            about=about,
            rules=list(reason.rules),
            data_key=key,
            sealed=sealed,
            why=why.value,
            by_id=by,
            case_id=case_id,
            created_at=self._now,
            counted=0,
            last_message_id=0,
        )
        return await self._connection.scalar(statement.returning(quiets.c.id)) is not None

    async def of(self, guild_id: int) -> list[Quiet]:
        """Everything that a server quieted, oldest first."""
        query = select(quiets).where(quiets.c.guild_id == guild_id).order_by(quiets.c.id)
        return [self._quiet(row) for row in await self._connection.execute(query)]

    async def count(self, quiet: Quiet, *, message_id: int) -> None:
        """Count one message that was silenced; one that was counted already is not, nor older."""
        await self._connection.execute(
            update(quiets)
            .where(quiets.c.id == quiet.id, quiets.c.last_message_id < message_id)
            .values(counted=quiets.c.counted + 1, last_message_id=message_id)
        )

    async def lift(self, quiet_id: int, *, guild_id: int) -> int | None:
        """Let it alert again, and forget the phrase; None when it does so already.

        Returns the number of the case after which it was quieted, which may be gone by now.
        """
        leave_no_trace(self._connection)
        statement = delete(quiets).where(quiets.c.id == quiet_id, quiets.c.guild_id == guild_id)
        return await self._connection.scalar(statement.returning(quiets.c.case_id))

    def _quiet(self, row: Row[Any]) -> Quiet:
        return Quiet(
            id=row.id,
            guild_id=row.guild_id,
            rules=tuple(row.rules),
            phrase=self._phrase(row),
            why=Mistake(row.why),
            by=row.by_id,
            case_id=row.case_id,
            since=row.created_at,
            counted=row.counted,
        )

    def _phrase(self, row: Row[Any]) -> Phrase | None:
        """The phrase; the empty one, which nothing matches, when it was altered."""
        if row.data_key is None:
            return None
        box = self._keyring.box(row.data_key, place=row.about)
        opened = (row.sealed and box.open(row.sealed, place=row.about)) or {"phrase": []}
        return tuple(opened["phrase"])


def _about_rules(rules: tuple[str, ...]) -> str:
    """The name of a set of rules, in whatever order they fired."""
    return f"rules:{hashlib.sha256(' '.join(sorted(rules)).encode()).hexdigest()[:32]}"
