"""Hands what is written, edited and deleted in servers to the watch."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.app import NotAlone


class Screening(commands.Cog):
    """Listens to messages.

    It registers itself as the client's one handler for new messages, because a second one would
    cost a task for every message of every channel.
    """

    def __init__(self, bot: NotAlone) -> None:
        self._watch = bot.parts.watch
        bot.event(self.on_message)

    async def on_message(self, message: discord.Message) -> None:
        """Someone wrote."""
        self._watch.see(message)

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
