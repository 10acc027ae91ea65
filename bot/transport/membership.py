"""Which of the bot's servers a person is in: asked one by one, since no list of members is kept."""

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


_Answers = dict[int, asyncio.Task[bool | None]]
"""Whether somebody is in a server, by its number: the question, which may not be answered yet.

None: it could not be found out.
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
        """Those of the servers that the person is in, by name.

        At most a hundred are asked for, and those that do not answer in time are left out. What was
        asked within a minute is not asked again, even if there is no answer yet, unless `anew`.
        """
        known = {} if anew else self._answers(person_id)
        found = (self._client.get_guild(guild_id) for guild_id in sorted(among))
        guilds = [guild for guild in found if guild is not None]
        turns = asyncio.Semaphore(_AT_ONCE)

        async def ask(guild: discord.Guild) -> bool | None:
            async with turns:
                return await _is_in(guild, person_id)

        asking = {}
        for guild in guilds[:_ASKED]:
            task = known.get(guild.id)
            if task is None or (task.done() and _answer(task) is None):
                task = known[guild.id] = asyncio.create_task(ask(guild))
            asking[guild] = task
        if asking:
            _, late = await asyncio.wait(asking.values(), timeout=_PATIENCE)
            for task in late:
                task.cancel()
        shared = [guild for guild, task in asking.items() if _answer(task)]
        return sorted(shared, key=lambda guild: guild.name)

    def _answers(self, person_id: int) -> _Answers:
        """What was asked of this person within a minute; whoever asks more adds it there."""
        now = self._clock()
        while self._known and now - next(iter(self._known.values()))[0] >= _KEPT:
            self._known.popitem(last=False)
        return self._known.setdefault(person_id, (now, {}))[1]


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
