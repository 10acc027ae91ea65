"""What a server no longer wants to be alerted to: shown, and taken back."""

from __future__ import annotations

from contextlib import suppress

from bot.domain.evidence import Act
from bot.domain.quiet import Quiet
from bot.services.casework import own_case
from bot.services.desk import Presser, record
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
        """Let it alert again; False when it does so already.

        The case after which it was quieted records who did it, if that case is still kept.
        """
        async with self._store.transaction() as tx:
            case_id = await tx.quiets.lift(quiet_id, guild_id=presser.guild_id)
            if case_id is None:
                return False
            with suppress(LookupError):
                case = await own_case(tx, case_id, presser.guild_id)
                await record(tx, case, Act.ALERTS_AGAIN, presser)
        return True
