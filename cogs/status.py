"""/status: tells moderators whether their server is watched, and what needs their care."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import NotAlone, Parts
from bot.storage import StoreUnavailableError
from bot.transport.places import is_administrator, is_moderator
from bot.transport.status_page import Facts, status_page

_Interaction = discord.Interaction[Any]


class Status(commands.Cog):
    """`/status`."""

    @app_commands.command(
        description="Whether this server is watched, and what waits. For moderators."
    )
    @app_commands.guild_only()
    async def status(self, interaction: _Interaction) -> None:
        """Show the page to this moderator alone."""
        parts: Parts = interaction.client.parts
        language = parts.texts.get(str(interaction.locale))
        guild, person = interaction.guild, interaction.user
        if guild is None or not _may_look(parts, guild, person):
            refused = language.text("error.moderators_only")
            await interaction.response.send_message(refused, ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        facts = await _facts(parts, guild.id)
        page = status_page(language, parts.texts, guild, parts.policies, facts)
        await interaction.followup.send(view=page, ephemeral=True)


def _may_look(parts: Parts, guild: discord.Guild, person: discord.User | discord.Member) -> bool:
    return is_administrator(person) or is_moderator(person, parts.policies.of(guild.id))


async def _facts(parts: Parts, guild_id: int) -> Facts:
    try:
        condition = await parts.inspection.server(guild_id)
    except StoreUnavailableError:
        condition = None
    resources = parts.resources
    warnings = (resources.stale(datetime.now(UTC).date()), resources.unverified())
    return Facts(
        armed=guild_id in parts.watch.armed,
        condition=condition,
        seen_at=parts.inspection.seen_at(guild_id),
        warnings=tuple(filter(None, warnings)),
    )


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Status())
