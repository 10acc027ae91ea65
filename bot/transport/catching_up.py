"""What was missed: the history of a server's channels, screened before what happens now."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence

import aiohttp
import discord
import structlog

from bot.domain.message import snowflake_time, time_snowflake
from bot.services.screening import Screening

_log = structlog.get_logger(__name__)

_See = Callable[[Sequence[discord.Message]], Awaitable[None]]
_Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread

_NO_WAY_TO_DISCORD = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)

_TRY_AGAIN = 30.0
_ATTEMPTS = 10
"""After so many, in about ten minutes, a channel whose history alone fails is left out."""


class Missed:
    """Hands on what was written while nobody watched, channel by channel, oldest first.

    It goes back to a server's mark and a window before it, at most `hours_back`, and in no channel
    further than `per_channel` messages.
    """

    def __init__(
        self,
        client: discord.Client,
        screening: Screening,
        *,
        window_minutes: float,
        hours_back: float,
        per_channel: int,
    ) -> None:
        self._client = client
        self._screening = screening
        self._window_seconds = window_minutes * 60
        self._seconds_back = hours_back * 3600
        self._per_channel = per_channel

    async def catch_up(self, guild: discord.Guild, see: _See) -> None:
        """Have `see` told of what was missed in a server; of a channel again where reading failed.

        While Discord fails it is tried again, so long as that is not one channel's trouble alone.
        """
        done: set[int] = set()
        for attempt in itertools.count(1):
            if await self._caught_up(guild, see, done, forgiving=attempt >= _ATTEMPTS):
                break
            await asyncio.sleep(_TRY_AGAIN)

    async def _caught_up(
        self, guild: discord.Guild, see: _See, done: set[int], *, forgiving: bool
    ) -> bool:
        """Read the channels that are not `done`; False when Discord failed meanwhile.

        `forgiving` goes on without a channel whose history alone Discord does not hand out.
        """
        mark = await self._screening.mark(guild.id)
        if mark is None:
            await self._screening.begin(guild.id, time_snowflake(time.time()))
            return True
        oldest = max(snowflake_time(mark) - self._window_seconds, time.time() - self._seconds_back)
        since = time_snowflake(oldest)
        failed = False
        try:
            for channel in _readable(guild):
                if channel.id in done or (channel.last_message_id or 0) <= since:
                    continue
                if await self._catch_up(channel, since, see):
                    done.add(channel.id)
                else:
                    failed = True
        except _NO_WAY_TO_DISCORD as error:
            _log.error("catching_up_failed", guild=guild.id, error=type(error).__name__)
            return False
        except RuntimeError:
            if not self._client.is_closed():
                raise
            return False  # the bot is shutting down: the next start catches up
        return forgiving or not failed

    async def _catch_up(self, channel: _Readable, since: int, see: _See) -> bool:
        """Hand on a channel's messages since then, none where the bot may not look.

        False where Discord failed for this channel, or sent what cannot be read: both may be this
        channel's trouble alone.
        """
        past: list[discord.Message] = []
        fault: Exception | None = None
        history = channel.history(
            limit=self._per_channel, after=discord.Object(since), oldest_first=True
        )
        try:
            async for message in history:
                past.append(message)  # noqa: PERF401 - what came before a fault counts
        except discord.HTTPException as error:
            fault = error
        except (*_NO_WAY_TO_DISCORD, RuntimeError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever discord.py meets in a strange message
            fault = error
        await see(past)
        if fault is not None:
            code = getattr(fault, "code", None)
            error_name = type(fault).__name__
            _log.warning("channel_unreadable", channel=channel.id, error=error_name, code=code)
            return isinstance(fault, discord.Forbidden | discord.NotFound)
        if len(past) >= self._per_channel:
            _log.error("catching_up_cut_off", channel=channel.id, messages=len(past))
            return True
        present = {message.id for message in past}
        await self._screening.missing(channel.id, since=since, present=present)
        return True


def _readable(guild: discord.Guild) -> list[_Readable]:
    places: tuple[_Readable, ...] = (
        *guild.text_channels,
        *guild.voice_channels,
        *guild.stage_channels,
        *guild.threads,
    )
    needed = discord.Permissions(view_channel=True, read_message_history=True)
    return [place for place in places if place.permissions_for(guild.me) >= needed]
