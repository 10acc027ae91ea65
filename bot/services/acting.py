"""Keeps on record what moderators have the bot do about an offender: before it, and after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.evidence import Act, ItemKind, sound
from bot.domain.measure import Measure
from bot.services.casework import newest_finding, own_case
from bot.services.custody import MODERATOR, action_draft
from bot.services.desk import Presser
from bot.storage import Store, Transaction

_WRITTEN = (ItemKind.MESSAGE, ItemKind.CONTEXT, ItemKind.EDIT)


@dataclass(frozen=True, slots=True)
class Written:
    """A preserved message of the offender: where it is, not what it says."""

    message_id: int
    channel_id: int
    at: datetime
    is_erased: bool
    """Whether its words are no longer in the evidence."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a measure is taken on: the offender, and what they wrote where."""

    case_id: int
    guild_id: int
    offender_id: int
    channel_id: int
    """Where the newest finding's message was written."""
    messages: tuple[Written, ...]
    """Their preserved messages in this server that are not known to be deleted, newest first."""
    is_reported: bool
    """Whether a moderator said that it was reported to Discord."""
    is_forwarded: bool
    """Whether the newest finding's message passes on words that somebody wrote elsewhere."""
    is_elsewhere: bool
    """Whether that message was written outside of the server, where nothing can be done to it."""


class Acting:
    """The record of measures. All raise LookupError and StoreUnavailableError, as `Desk` does."""

    def __init__(self, store: Store, *, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake

    async def ground(self, case_id: int, presser: Presser) -> Ground:
        """What measures in this case would be taken on."""
        async with self._store.transaction() as tx:
            return await _ground(tx, case_id, presser.guild_id)

    async def reported(self, case_id: int, presser: Presser) -> None:
        """Record that a moderator says that it was reported to Discord."""
        async with self._store.transaction() as tx:
            await own_case(tx, case_id, presser.guild_id)
            about = f"{Act.REPORTED}:{presser.id}"
            await _append(tx, case_id, Act.REPORTED, about, presser)
        self._wake()

    async def begin(
        self, case_id: int, measure: Measure, token: str, presser: Presser, **facts: Any
    ) -> bool:
        """Record that it is being done; False when it was begun before: each token acts once."""
        async with self._store.transaction() as tx:
            await own_case(tx, case_id, presser.guild_id)
            facts["outcome"] = "begun"
            return await _append(tx, case_id, measure, f"act:{token}:begun", presser, **facts)

    async def finish(
        self, case_id: int, measure: Measure, token: str, presser: Presser, *, fault: str | None
    ) -> None:
        """Record what became of it; `fault` says why it was not done."""
        async with self._store.transaction() as tx:
            outcome = "done" if fault is None else "refused"
            about = f"act:{token}:{outcome}"
            await _append(tx, case_id, measure, about, presser, outcome=outcome, detail=fault)
        self._wake()


async def _append(
    tx: Transaction, case_id: int, what: Act | Measure, about: str, presser: Presser, **facts: Any
) -> bool:
    draft = action_draft(what, by=presser.id, about=about, source=MODERATOR, **facts)
    fresh = bool(await tx.evidence.append(case_id, [draft]))
    if fresh:
        await tx.cases.touched(case_id)
        await tx.outbox.refresh_alert(case_id)
    return fresh


async def _ground(tx: Transaction, case_id: int, guild_id: int) -> Ground:
    case = await own_case(tx, case_id, guild_id)
    items = sound(await tx.evidence.items(case_id))
    gone = {item.message_id for item in items if item.kind is ItemKind.DELETION}
    erased = {item.message_id for item in items if item.kind in _WRITTEN and item.content is None}
    written = {
        item.facts["message_id"]: Written(
            item.facts["message_id"],
            item.facts["channel_id"],
            datetime.fromisoformat(item.facts["written_at"]),
            item.message_id in erased,
        )
        for item in items
        if item.kind in (ItemKind.MESSAGE, ItemKind.CONTEXT)
        and item.facts["author_id"] == case.offender_id
        and item.facts["guild_id"] == guild_id
        and item.message_id not in gone
    }
    newest = newest_finding(case, items)
    return Ground(
        case_id=case_id,
        guild_id=guild_id,
        offender_id=case.offender_id,
        channel_id=newest.channel_id,
        messages=tuple(sorted(written.values(), key=lambda one: -one.message_id)),
        is_reported=any(
            item.kind is ItemKind.ACTION and item.facts["what"] == Act.REPORTED for item in items
        ),
        is_forwarded=newest.is_forwarded,
        is_elsewhere=newest.is_elsewhere,
    )
