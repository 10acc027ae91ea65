"""What a server no longer wants to be alerted to: shown, and taken back."""

from __future__ import annotations

from bot.domain.quiet import Quiet
from bot.services.desk import Presser
from bot.storage import Store


class Quieting:
    """The use cases of `/rules`. All raise StoreUnavailableError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def shown(self, presser: Presser) -> list[Quiet]:
        """Everything that is quiet in the server, oldest first."""
        async with self._store.transaction() as tx:
            return await tx.quiets.of(presser.guild_id)

    async def lift(self, quiet_id: int, presser: Presser) -> bool:
        """Let it alert again; False when it does so already."""
        async with self._store.transaction() as tx:
            return await tx.quiets.lift(quiet_id, guild_id=presser.guild_id)
