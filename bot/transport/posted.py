"""What the bot wrote about a case before: reached wherever it stands, whatever became of it.

A server may choose another channel, or open one to everybody, at any time. What stands there
already names people all the same, so it is edited where it is, not where it would be sent today.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, TypeVar

import discord
import structlog

from bot.domain.delivery import Delivery, DeliveryKind
from bot.domain.policy import CaseThreads, Policy
from bot.transport.outcomes import UNKNOWN_CHANNEL, UndeliverableError
from bot.transport.places import alert_channel, case_forum, is_public

_log = structlog.get_logger(__name__)

_IS_ARCHIVED = 50083
"""Discord's code for a thread in which nothing can be changed until it is opened again."""
_Changed = TypeVar("_Changed")
_Place = TypeVar("_Place", discord.TextChannel, discord.TextChannel | discord.ForumChannel)


class Posted(NamedTuple):
    """A message about a case that was sent before."""

    channel: discord.TextChannel | discord.Thread
    message_id: int

    @property
    def is_exposed(self) -> bool:
        """Whether everyone in the server can read it."""
        if not isinstance(self.channel, discord.Thread):
            return is_public(self.channel)
        if self.channel.type is discord.ChannelType.private_thread:
            return False
        return self.channel.parent is None or is_public(self.channel.parent)

    def belongs_to(self, place: discord.abc.GuildChannel) -> bool:
        """Whether it stands in this channel, or in a thread of it."""
        own = self.channel
        return place.id == (own.parent_id if isinstance(own, discord.Thread) else own.id)

    async def becomes(self, look: discord.ui.LayoutView) -> discord.Message | None:
        """Bring it up to date; None when someone deleted it. Raises what discord.py raises."""
        edit = self.channel.get_partial_message(self.message_id).edit
        quiet = discord.AllowedMentions.none()
        try:
            return await opened(self.channel, partial(edit, view=look, allowed_mentions=quiet))
        except discord.NotFound as error:
            if error.code == UNKNOWN_CHANNEL:
                raise
            return None

    async def withdrawn(self, instead: discord.ui.LayoutView) -> None:
        """Take back what it says; a thread that nobody needs anymore is closed."""
        await self.becomes(instead)
        if isinstance(self.channel, discord.Thread):
            await self.channel.edit(archived=True)


async def opened(
    channel: discord.TextChannel | discord.Thread, change: Callable[[], Awaitable[_Changed]]
) -> _Changed:
    """Change something there, opening a closed thread again for it. Raises what that raises."""
    if not isinstance(channel, discord.Thread):
        return await change()
    if not channel.archived:
        try:
            return await change()
        except discord.HTTPException as error:
            if error.code != _IS_ARCHIVED:
                raise  # else it was archived a moment ago, which the bot has not been told yet
    await channel.edit(archived=False)
    return await change()


async def channel_of(
    guild: discord.Guild, delivery: Delivery
) -> discord.TextChannel | discord.Thread | None:
    """Where its message stands; None if that is gone, or the bot cannot see it anymore."""
    if delivery.channel_id is None:
        return None
    known = guild.get_channel_or_thread(delivery.channel_id)
    try:
        found = known or await guild.fetch_channel(delivery.channel_id)
    except (discord.NotFound, discord.Forbidden):
        return None
    return found if isinstance(found, discord.TextChannel | discord.Thread) else None


async def of(guild: discord.Guild, delivery: Delivery) -> Posted | None:
    """What an earlier sending of it left; None before the first one, and where that is gone."""
    if delivery.message_id is None:
        return None
    channel = await channel_of(guild, delivery)
    return None if channel is None else Posted(channel, delivery.message_id)


async def home(
    find: Callable[[], _Place],
    stands: Posted | None,
    *,
    look: discord.ui.LayoutView,
    instead: discord.ui.LayoutView,
) -> tuple[_Place, Posted | None]:
    """The place where a case is shown today, and what stands there already.

    What stands elsewhere becomes `instead`. While `find` raises UndeliverableError, which is
    passed on, it is shown where it stands, and becomes `instead` if everyone can read it there.
    """
    try:
        place = find()
    except UndeliverableError:
        if stands is not None:
            await (stands.withdrawn(instead) if stands.is_exposed else stands.becomes(look))
        raise
    if stands is None or stands.belongs_to(place):
        return place, stands
    try:
        await stands.withdrawn(instead)
    except (discord.NotFound, discord.Forbidden) as error:
        # nothing more can be done there, and the moderators must see the case all the same
        _log.warning("not_taken_back", channel=stands.channel.id, code=error.code)
    return place, None


def exposed(guild: discord.Guild, policy: Policy) -> tuple[DeliveryKind, ...]:
    """The kinds whose messages everyone can read, as the server is set up."""
    places: dict[DeliveryKind, discord.abc.GuildChannel | None] = {
        DeliveryKind.ALERT: alert_channel(guild, policy)
    }
    if policy.case_threads is CaseThreads.FORUM:
        places[DeliveryKind.THREAD] = case_forum(guild, policy)
    return tuple(kind for kind, place in places.items() if place is not None and is_public(place))
