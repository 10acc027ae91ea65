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
    client: discord.Client, person_id: int, among: Iterable[int]
) -> list[discord.Guild]:
    """Those of the servers that the person is in, by name.

    At most a hundred are asked for, and those that do not answer in time are left out.
    """
    guilds = [guild for guild_id in sorted(among) if (guild := client.get_guild(guild_id))]
    turns = asyncio.Semaphore(_AT_ONCE)
    found: list[discord.Guild] = []

    async def ask(guild: discord.Guild) -> None:
        async with turns:
            if await _is_in(guild, person_id):
                found.append(guild)

    asking = [asyncio.create_task(ask(guild)) for guild in guilds[:_ASKED]]
    if asking:
        _, late = await asyncio.wait(asking, timeout=_PATIENCE)
        for task in late:
            task.cancel()
    return sorted(found, key=lambda guild: guild.name)


async def _is_in(guild: discord.Guild, person_id: int) -> bool:
    try:
        await guild.fetch_member(person_id)
    except discord.NotFound:
        return False
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        _log.warning("membership_unknown", guild=guild.id, error=type(error).__name__)
        return False
    return True
