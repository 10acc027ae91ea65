"""What stands around a message now: read from the channel's history when a moderator asks."""

from __future__ import annotations

from collections.abc import Iterable

import discord

from bot.domain.message import Profile
from bot.services.gathering import Surroundings, Unreadable
from bot.transport.inbound import to_message, to_profile

_EACH_SIDE = 25
_PEOPLE = 5


async def read_around(
    guild: discord.Guild, channel_id: int, message_id: int, *, people: Iterable[int]
) -> Surroundings:
    """The messages on both sides of one, and what Discord says of these people now.

    What cannot be read is part of the answer. Raises discord.DiscordException, OSError or
    aiohttp.ClientError when Discord fails.
    """
    profiles, absent = await _profiles(guild, list(people)[:_PEOPLE])
    around = Surroundings(channel_id, message_id, profiles=profiles, absent=absent)
    channel = guild.get_channel_or_thread(channel_id)
    if not isinstance(channel, discord.abc.Messageable):
        return around._replace(unreadable=Unreadable.CHANNEL_GONE)
    here = discord.Object(message_id)
    try:
        before = [m async for m in channel.history(limit=_EACH_SIDE, before=here)]
        after = [m async for m in channel.history(limit=_EACH_SIDE, after=here)]
    except discord.Forbidden:
        return around._replace(unreadable=Unreadable.NO_PERMISSION)
    except discord.NotFound:
        return around._replace(unreadable=Unreadable.CHANNEL_GONE)
    return around._replace(
        before=tuple(to_message(m) for m in reversed(before) if not m.author.bot),
        after=tuple(to_message(m) for m in after if not m.author.bot),
    )


async def _profiles(
    guild: discord.Guild, people: list[int]
) -> tuple[tuple[Profile, ...], tuple[int, ...]]:
    """Those who are members now, and those who are not."""
    profiles: list[Profile] = []
    absent: list[int] = []
    for person in people:
        try:
            profiles.append(to_profile(await guild.fetch_member(person)))
        except discord.NotFound:
            absent.append(person)
    return tuple(profiles), tuple(absent)
