"""Arms a server when its moderators can be alerted, and thinks again when its setup changes."""

from __future__ import annotations

import asyncio

import discord
from discord.ext import commands

from bot.client import NotAlone
from bot.services.choices import as_written
from bot.transport.choices_here import objections


class Arming(commands.Cog):
    """Listens to what decides whether moderators can be alerted."""

    def __init__(self, bot: NotAlone) -> None:
        self._bot = bot
        self._watch = bot.parts.watch

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A session began: whatever happened before it was missed."""
        here = [guild for guild in self._bot.guilds if not guild.unavailable]
        await asyncio.gather(*(self._watch.consider(guild, missed=True) for guild in here))

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server was announced late, or is back after an outage: it may have been missed too."""
        if self._bot.is_ready():  # else `on_ready` is still to come, for all of them
            await self._watch.consider(guild, missed=True)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was added to a server; maybe anew, and nobody told that it had been removed."""
        await self._watch.consider(guild, missed=True)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a server."""
        self._watch.leave(guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """It may be the alert channel that was missing, or bear a name that the settings name."""
        await self._watch.consider(channel.guild)
        await self._tell_if_chosen(channel)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """It may be the alert channel, or another one that the settings name."""
        await self._watch.consider(channel.guild)
        await self._tell_if_chosen(channel)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, _: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Its name or its permissions may have changed."""
        await self._watch.consider(after.guild)
        await self._tell_if_chosen(after)

    @commands.Cog.listener()
    async def on_settings_changed(self, guild_id: int) -> None:
        """A server's stored settings are others than before: `Settings` says so."""
        guild = self._bot.get_guild(guild_id)
        if guild is not None:
            await self._watch.consider(guild)

    @commands.Cog.listener()
    async def on_guild_role_create(self, role: discord.Role) -> None:
        """It may bear a name that the settings name."""
        await self._tell_if_chosen(role)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _: discord.Role, after: discord.Role) -> None:
        """The bot's own permissions may have changed, or its name be one that the settings name."""
        await self._watch.consider(after.guild)
        await self._tell_if_chosen(after)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """It may have let the bot into the alert channel, or be one that the settings name."""
        await self._watch.consider(role.guild)
        await self._tell_if_chosen(role)

    @commands.Cog.listener()
    async def on_member_update(self, _: discord.Member, after: discord.Member) -> None:
        """The bot's own roles may have changed; of others Discord tells it nothing."""
        if after.id == after.guild.me.id:
            await self._watch.consider(after.guild)

    async def _tell_if_chosen(self, changed: discord.Role | discord.abc.GuildChannel) -> None:
        """Have the owner told if a setting names this, and cannot hold as it is now."""
        parts, guild = self._bot.parts, changed.guild
        found = objections(guild, as_written(parts.policies.settings(guild.id)))
        keys = [one.key for one in found if one.value in (str(changed.id), changed.name)]
        if keys:
            await parts.readiness.choice_gone(guild.id, keys)


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Arming(bot))
