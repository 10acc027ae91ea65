"""Hands what is edited and deleted in servers to the watch."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.client import NotAlone


class Screening(commands.Cog):
    """Listens to what becomes of messages. New ones reach the watch by `NotAlone.hear`."""

    def __init__(self, bot: NotAlone) -> None:
        self._watch = bot.parts.watch

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Someone changed what they wrote."""
        self._watch.see_edit(payload.message)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message was deleted."""
        if payload.guild_id is not None:
            self._watch.see_deletion(
                {payload.message_id}, guild_id=payload.guild_id, channel_id=payload.channel_id
            )

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages were deleted at once, as a ban or a moderation bot does."""
        if payload.guild_id is not None:
            self._watch.see_deletion(
                payload.message_ids, guild_id=payload.guild_id, channel_id=payload.channel_id
            )


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Screening(bot))
