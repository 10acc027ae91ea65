"""What a person is in the bot's servers: asked one by one, since no list of members is kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable

import aiohttp
import discord
import structlog

_log = structlog.get_logger(__name__)

_AT_ONCE = 8
_ASKED = 100
_PATIENCE = 10.0
_KEPT = 60.0
"""Seconds for which an answer is not asked for again."""


_Answers = dict[int, asyncio.Task[discord.Member | None]]
"""What somebody is in a server, by its number: the question, which may not be answered yet.

It ends with an error if it could not be found out.
"""


class Membership:
    """Asks Discord, and remembers what it answered for a minute."""

    def __init__(self, client: discord.Client, *, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._known: OrderedDict[int, tuple[float, _Answers]] = OrderedDict()

    async def shared(
        self, person_id: int, among: Iterable[int], *, anew: bool = False
    ) -> list[discord.Guild]:
        """Those of the servers that the person is surely in, by name. As `members`."""
        members = await self.members(person_id, among, anew=anew)
        shared = (guild for guild, member in members.items() if member is not None)
        return sorted(shared, key=lambda guild: guild.name)

    async def members(
        self, person_id: int, among: Iterable[int], *, anew: bool = False
    ) -> dict[discord.Guild, discord.Member | None]:
        """What the person is in each of the servers: a member, or None where they are none.

        At most a hundred are asked for, and those that do not answer in time are left out. What was
        asked within a minute is not asked again, even if there is no answer yet, unless `anew`.
        """
        known = {} if anew else self._answers(person_id)
        found = (self._client.get_guild(guild_id) for guild_id in sorted(among))
        guilds = [guild for guild in found if guild is not None]
        turns = asyncio.Semaphore(_AT_ONCE)

        async def ask(guild: discord.Guild) -> discord.Member | None:
            async with turns:
                return await _member(guild, person_id)

        asking = {}
        for guild in guilds[:_ASKED]:
            task = known.get(guild.id)
            if task is None or (task.done() and not _is_answered(task)):
                task = known[guild.id] = asyncio.create_task(ask(guild))
            asking[guild] = task
        if asking:
            _, late = await asyncio.wait(asking.values(), timeout=_PATIENCE)
            for task in late:
                task.cancel()
        return {guild: task.result() for guild, task in asking.items() if _is_answered(task)}

    def _answers(self, person_id: int) -> _Answers:
        """What was asked of this person within a minute; whoever asks more adds it there."""
        now = self._clock()
        while self._known and now - next(iter(self._known.values()))[0] >= _KEPT:
            self._known.popitem(last=False)
        return self._known.setdefault(person_id, (now, {}))[1]


def _is_answered(task: asyncio.Task[discord.Member | None]) -> bool:
    """Whether Discord answered: not if it failed, or is still to come."""
    return task.done() and not task.cancelled() and task.exception() is None


async def _member(guild: discord.Guild, person_id: int) -> discord.Member | None:
    try:
        return await guild.fetch_member(person_id)
    except discord.NotFound:
        return None
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        _log.warning("membership_unknown", guild=guild.id, error=type(error).__name__)
        raise
