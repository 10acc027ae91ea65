"""How a person is answered: alone, at once, in one message that they can turn and put away."""

from __future__ import annotations

from typing import Any, NamedTuple

import discord

from bot.advice import Language
from bot.transport.languages import read_by


class Page(NamedTuple):
    """What a person is shown: one message, with what can be pressed under it."""

    text: str
    view: discord.ui.View


def language_of(interaction: discord.Interaction[Any]) -> Language:
    """The language that the person's Discord is set to, or one that it does not offer.

    That one is what the server chose; outside of servers, what the operator chose for all of them.
    """
    parts = interaction.client.parts
    chosen = parts.texts.get(parts.policies.of(interaction.guild_id or 0).language)
    return read_by(parts.texts, str(interaction.locale), chosen)


async def show(interaction: discord.Interaction[Any], page: Page) -> None:
    """Answer with a page that only this person sees.

    What was pressed turns into it, if they alone see that too: so there is one message to hide.
    """
    if _is_theirs(interaction):
        await interaction.response.edit_message(content=page.text, view=page.view, attachments=[])
        return
    await interaction.response.send_message(
        page.text, view=page.view, ephemeral=True, suppress_embeds=True
    )


async def prepare(interaction: discord.Interaction[Any]) -> None:
    """Gain time before `fill`, when the answer needs the database or Discord."""
    if _is_theirs(interaction):
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


async def fill(interaction: discord.Interaction[Any], page: Page, *files: discord.File) -> None:
    """Give the answer that `prepare` put off."""
    await interaction.edit_original_response(
        content=page.text, view=page.view, attachments=list(files)
    )


async def hide(interaction: discord.Interaction[Any]) -> None:
    """Put away the message under which this was pressed."""
    await interaction.response.defer()
    await interaction.delete_original_response()


def _is_theirs(interaction: discord.Interaction[Any]) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral
