"""Which of the bot's servers a person is in: asked one by one, since no list of members is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import aiohttp
import discord
import structlog

_log = structlog.get_logger(__name__)

_AT_ONCE = 8
_ASKED = 100
_PATIENCE = 10.0


async def shared_servers(
    client: discord.Client,
    person_id: int,
    among: Iterable[int],
    *,
    known: dict[int, asyncio.Task[bool | None]],
) -> list[discord.Guild]:
    """Those of the servers that the person is in, by name.

    At most a hundred are asked for, and those that do not answer in time are left out. What is
    `known` of this person is not asked for again, even if it is being asked for only just now;
    what is learnt is added to it.
    """
    guilds = [guild for guild_id in sorted(among) if (guild := client.get_guild(guild_id))]
    turns = asyncio.Semaphore(_AT_ONCE)

    async def ask(guild: discord.Guild) -> bool | None:
        async with turns:
            return await _is_in(guild, person_id)

    asking = {}
    for guild in guilds[:_ASKED]:
        if guild.id not in known or (known[guild.id].done() and _answer(known[guild.id]) is None):
            known[guild.id] = asyncio.create_task(ask(guild))
        asking[guild] = known[guild.id]
    if asking:
        _, late = await asyncio.wait(asking.values(), timeout=_PATIENCE)
        for task in late:
            task.cancel()
    found = [guild for guild, task in asking.items() if _answer(task)]
    return sorted(found, key=lambda guild: guild.name)


def _answer(task: asyncio.Task[bool | None]) -> bool | None:
    """What Discord answered; None where it did not, or not yet."""
    if not task.done() or task.cancelled() or task.exception():
        return None
    return task.result()


async def _is_in(guild: discord.Guild, person_id: int) -> bool | None:
    try:
        await guild.fetch_member(person_id)
    except discord.NotFound:
        return False
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        _log.warning("membership_unknown", guild=guild.id, error=type(error).__name__)
        return None
    return True
