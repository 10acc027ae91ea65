"""Who is let in at a moderators' control, and how those are told who are not."""

from __future__ import annotations

from typing import Any

import discord

from bot.advice import Language
from bot.app import Parts
from bot.transport.places import is_moderator

Interaction = discord.Interaction[Any]


def parts_of(interaction: Interaction) -> Parts:
    """What the cogs may call."""
    parts: Parts = interaction.client.parts
    return parts


def language_of(interaction: Interaction) -> Language:
    """The language of whoever pressed or typed."""
    return parts_of(interaction).texts.get(str(interaction.locale))


async def admitted(interaction: Interaction, *, administrator: bool = False) -> bool:
    """Whether they may do it, by their roles at this moment; if not, they are told so."""
    policy = parts_of(interaction).policies.of(interaction.guild_id or 0)
    allowed = is_moderator(interaction.user, policy)
    key = "error.moderators_only"
    if allowed and administrator:
        member = interaction.user
        allowed = isinstance(member, discord.Member) and member.guild_permissions.manage_guild
        key = "error.managers_only"
    if not allowed:
        refusal = language_of(interaction).text(key)
        await interaction.response.send_message(refusal, ephemeral=True)
    return allowed


async def tell(interaction: Interaction, text: str) -> None:
    """Say it to them alone, after the answer was put off."""
    await interaction.followup.send(text, ephemeral=True, suppress_embeds=True)
