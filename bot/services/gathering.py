"""More of a conversation, added to a case when a moderator asks for it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from bot.domain.evidence import Act, Draft, ItemKind
from bot.domain.message import Message, Profile
from bot.services.custody import (
    HISTORY,
    MODERATOR,
    REST,
    action_draft,
    member_draft,
    message_draft,
)
from bot.storage import Store


class Unreadable(StrEnum):
    """Why a channel's history could not be read."""

    CHANNEL_GONE = "channel_gone"
    NO_PERMISSION = "no_permission"


class Surroundings(NamedTuple):
    """What stands around a message now, and what could not be learnt."""

    channel_id: int
    message_id: int
    before: tuple[Message, ...] = ()
    after: tuple[Message, ...] = ()
    profiles: tuple[Profile, ...] = ()
    absent: tuple[int, ...] = ()
    """People who were asked about and are no members now."""
    unreadable: Unreadable | None = None


class Gathering:
    """The use case of adding what stands around a message."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(
        self, case_id: int, around: Surroundings, *, guild_id: int, moderator: int
    ) -> int:
        """Append it, and that it was asked for; how many messages are new in the case.

        Raises LookupError when this server has no such case or its words were erased, and
        StoreUnavailableError.
        """
        async with self._store.transaction() as tx:
            case = await tx.cases.get(case_id)
            if case.guild_id != guild_id:
                raise LookupError("this server has no such case")
            asked = _asked(around, moderator=moderator, at=tx.now.isoformat())
            seen_at = tx.now.timestamp()
            fresh = await tx.evidence.append(
                case_id,
                [
                    asked,
                    *(member_draft(p, at=seen_at, source=REST) for p in around.profiles),
                    *(
                        message_draft(message, kind=ItemKind.CONTEXT, source=HISTORY)
                        for message in (*around.before, *around.after)
                    ),
                ],
            )
            return sum(draft.kind is ItemKind.CONTEXT for draft in fresh)


def _asked(around: Surroundings, *, moderator: int, at: str) -> Draft:
    return action_draft(
        Act.HISTORY_READ,
        by=moderator,
        about=f"around:{moderator}:{at}",
        source=MODERATOR,
        channel_id=around.channel_id,
        around=around.message_id,
        before=len(around.before),
        after=len(around.after),
        not_members=list(around.absent),
        unreadable=around.unreadable and around.unreadable.value,
    )
