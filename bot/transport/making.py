"""Makes an alert channel that only moderators and the bot can see, once for each server."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import discord

from bot.advice import Language
from bot.services.policies import Policies
from bot.services.settings import Settings
from bot.transport.choices_here import own_role
from bot.transport.places import ALERT_CHANNEL, alert_channel, moderators, obstacle

_NAME = "notalone-alerts"
_REASON = "/setup: a private channel for alerts"
_HIDDEN = discord.PermissionOverwrite(view_channel=False)
_FOR_MODERATORS = discord.PermissionOverwrite(view_channel=True)
_FOR_BOT = discord.PermissionOverwrite(
    view_channel=True, send_messages=True, read_message_history=True
)


class AlertChannels:
    """Makes alert channels, and chooses them for their server."""

    def __init__(self, policies: Policies, settings: Settings) -> None:
        self._policies = policies
        self._settings = settings
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def make(self, language: Language, guild: discord.Guild, *, by: int) -> str:
        """Make one unless one works already; what to tell whoever asked for it.

        Two who ask at once get one channel. Raises StoreUnavailableError.
        """
        async with self._locks[guild.id]:
            policy = self._policies.of(guild.id)
            present = alert_channel(guild, policy)
            if present is not None and obstacle(guild, policy) is None:
                return language.text("setup.private.works_already", channel=present.mention)
            try:
                made = await self._make(guild)
            except discord.Forbidden:
                return language.text("setup.private.forbidden", role=own_role(guild))
            except discord.HTTPException as error:
                return language.text("setup.private.refused", code=error.code, role=own_role(guild))
            await self._settings.change(guild.id, {ALERT_CHANNEL: str(made.id)}, by=by)
            return language.text("setup.private.made", channel=made.mention)

    async def _make(self, guild: discord.Guild) -> discord.TextChannel:
        people: dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]
        people = dict.fromkeys(moderators(guild, self._policies.of(guild.id)), _FOR_MODERATORS)
        people |= {guild.default_role: _HIDDEN, guild.me: _FOR_BOT}
        return await guild.create_text_channel(_NAME, overwrites=people, reason=_REASON)
