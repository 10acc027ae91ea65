"""What was missed: the history of a server's channels, screened before what happens now."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from functools import partial

import aiohttp
import discord
import structlog

from bot.domain.message import snowflake_time, time_snowflake
from bot.services.screening import Screening

_log = structlog.get_logger(__name__)

_Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread

_TRY_AGAIN = 30.0
_ATTEMPTS = 10
"""After so many, in about ten minutes, a channel whose history alone fails is left out."""


class Missed:
    """Hands what was written while nobody watched to `see`, oldest first in each channel.

    It goes back to a server's mark and a window before it, at most `hours_back`, and in no channel
    further than `per_channel` messages.
    """

    def __init__(
        self,
        client: discord.Client,
        screening: Screening,
        see: Callable[[discord.Message], None],
        *,
        window_minutes: float,
        hours_back: float,
        per_channel: int,
    ) -> None:
        self._client = client
        self._screening = screening
        self._see = see
        self._window_seconds = window_minutes * 60
        self._seconds_back = hours_back * 3600
        self._per_channel = per_channel

    async def catch_up(self, guild: discord.Guild, seen: set[int]) -> None:
        """Screen what was missed in a server; which messages that were goes into `seen`.

        While Discord fails it is tried again, so long as that is not one channel's trouble alone.
        """
        for attempt in itertools.count(1):
            if await self._caught_up(guild, seen, forgiving=attempt >= _ATTEMPTS):
                break
            await asyncio.sleep(_TRY_AGAIN)

    async def _caught_up(self, guild: discord.Guild, seen: set[int], *, forgiving: bool) -> bool:
        """Screen what was missed and is not `seen`; False when Discord failed meanwhile.

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
                if (channel.last_message_id or 0) > since:
                    failed |= not await self._catch_up(channel, since, seen)
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.error("catching_up_failed", guild=guild.id, error=type(error).__name__)
            return False
        except RuntimeError:
            if not self._client.is_closed():
                raise
            return False  # the bot is shutting down: the next start catches up
        return forgiving or not failed

    async def _catch_up(self, channel: _Readable, since: int, seen: set[int]) -> bool:
        """Screen a channel's messages since then, none where the bot may not look.

        False where Discord failed for this channel, which may be this channel's trouble alone.
        """
        count = 0
        history = channel.history(
            limit=self._per_channel, after=discord.Object(since), oldest_first=True
        )
        try:
            async for message in history:
                count += 1
                if message.id not in seen:
                    safely(partial(self._see, message))
                seen.add(message.id)
        except discord.HTTPException as error:
            _log.warning("channel_unreadable", channel=channel.id, code=error.code)
            return isinstance(error, discord.Forbidden | discord.NotFound)
        if count >= self._per_channel:
            _log.error("catching_up_cut_off", channel=channel.id, messages=count)
            return True
        await self._screening.missing(channel.id, since=since, present=seen)
        return True


def safely(screen: Callable[[], None]) -> None:
    """Screen one message or event; a fault there must not leave the whole server unwatched."""
    try:
        screen()
    except Exception:  # noqa: BLE001 - the border, as where messages are heard
        _log.exception("message_not_screened")


def _readable(guild: discord.Guild) -> list[_Readable]:
    places: tuple[_Readable, ...] = (
        *guild.text_channels,
        *guild.voice_channels,
        *guild.stage_channels,
        *guild.threads,
    )
    needed = discord.Permissions(view_channel=True, read_message_history=True)
    return [place for place in places if place.permissions_for(guild.me) >= needed]
