"""Legal holds: a moderator asks for one, a second one confirms it, and the case is not erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.case import HinderedError, Hindrance
from bot.domain.evidence import Act, EvidenceItem
from bot.services.custody import MODERATOR, action_draft
from bot.storage import Store, Transaction
from bot.storage.keeping import Hold

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A hold and why it was asked for."""

    hold: Hold
    reason: str


class Holding:
    """The use cases of keeping a case from being erased."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def ask(
        self, case_id: int, *, guild_id: int, moderator: int, reason: str, days: int
    ) -> datetime:
        """Keep a case for so many days; until when. Without a second person it ends in three days.

        Raises LookupError when the server has no such case, HinderedError, StoreUnavailableError.
        """
        async with self._store.transaction() as tx:
            case = await tx.cases.get(case_id)
            if case.guild_id != guild_id:
                raise LookupError("this server has no such case")
            if case.data_key is None:
                raise HinderedError(Hindrance.ERASED)
            if await tx.keeping.held(case_id) is not None:
                raise HinderedError(Hindrance.ALREADY_HELD)
            until = tx.now + timedelta(days=days)
            hold_id = await tx.keeping.hold(case_id, by=moderator, until=until)
            draft = action_draft(
                Act.HOLD_ASKED_FOR,
                by=moderator,
                about=_about(hold_id),
                source=MODERATOR,
                words=reason[:_LONGEST],
                until=until.isoformat(),
            )
            await tx.evidence.append(case_id, [draft])
            return until

    async def confirm(self, case_id: int, *, guild_id: int, moderator: int) -> datetime:
        """Let a hold last that somebody else asked for; until when. Raises as `ask`."""
        async with self._store.transaction() as tx:
            hold = await self._of(tx, case_id, guild_id)
            if hold.confirmed_by is not None:
                raise HinderedError(Hindrance.HOLD_CONFIRMED)
            if hold.asked_by == moderator:
                raise HinderedError(Hindrance.SAME_PERSON)
            await tx.keeping.confirm_hold(hold.id, by=moderator)
            await self._record(tx, hold, Act.HOLD_CONFIRMED, by=moderator)
            return hold.ends_at

    async def lift(self, case_id: int, *, guild_id: int, moderator: int) -> None:
        """End a hold: the case is erased when its time has come. Raises as `ask`."""
        async with self._store.transaction() as tx:
            hold = await self._of(tx, case_id, guild_id)
            await tx.keeping.lift_hold(hold.id)
            await self._record(tx, hold, Act.HOLD_LIFTED, by=moderator)

    async def listed(self, guild_id: int) -> list[HeldCase]:
        """Every hold in force in a server, with its reason. Raises StoreUnavailableError."""
        async with self._store.transaction() as tx:
            holds = await tx.keeping.holds_of(guild_id)
            return [
                HeldCase(hold, _reason(hold, await tx.evidence.items(hold.case_id)))
                for hold in holds
            ]

    async def _of(self, tx: Transaction, case_id: int, guild_id: int) -> Hold:
        case = await tx.cases.get(case_id)
        if case.guild_id != guild_id:
            raise LookupError("this server has no such case")
        hold = await tx.keeping.held(case_id)
        if hold is None:
            raise HinderedError(Hindrance.NOT_HELD)
        return hold

    async def _record(self, tx: Transaction, hold: Hold, what: Act, *, by: int) -> None:
        about = f"{_about(hold.id)}:{what}"
        draft = action_draft(what, by=by, about=about, source=MODERATOR)
        await tx.evidence.append(hold.case_id, [draft])


def _about(hold_id: int) -> str:
    return f"hold:{hold_id}"


def _reason(hold: Hold, items: list[EvidenceItem]) -> str:
    asked = next((i for i in items if i.about == _about(hold.id)), None)
    return "" if asked is None else (asked.content or {}).get("words", "")
