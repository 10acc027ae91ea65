"""The person's side: the help command, and every button that a person can press.

Nothing here but *This was nothing* and *Stop these messages* touches the database, so that help is
there in whatever state the database is.
"""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.advice import Language
from bot.app import NotAlone, Parts
from bot.storage import StoreUnavailableError
from bot.transport import help_views
from bot.transport.layouts import COUNTRY
from bot.transport.pressing import Recognised

_Interaction = discord.Interaction[Any]


def _context(interaction: _Interaction) -> tuple[Parts, Language]:
    parts: Parts = interaction.client.parts
    return parts, parts.texts.get(str(interaction.locale))


class Help(commands.Cog):
    """`/help-sextortion`."""

    @app_commands.command(
        name="help-sextortion",
        description="Private help if someone threatens to share things about you. Only you see it.",
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def help_sextortion(self, interaction: _Interaction) -> None:
        """Answer at once, and only to the person."""
        await _show_help(interaction)


class HelpButton(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:help:(?P<what>open|more|stop|allow)",
):
    """The buttons that need to know nothing but who pressed them."""

    async def callback(self, interaction: _Interaction) -> None:
        """Do what the button says."""
        actions = {
            "open": _show_help,
            "more": _show_services,
            "stop": _stop_messages,
            "allow": _allow_messages,
        }
        await actions[self.parts["what"]](interaction)


class CountryMenu(
    Recognised, discord.ui.DynamicItem[discord.ui.Select[Any]], template=rf"{COUNTRY}:(?P<page>\d)"
):
    """The menus of countries under a list of services."""

    async def callback(self, interaction: _Interaction) -> None:
        """Show the chosen country's services. The choice is kept nowhere."""
        parts, language = _context(interaction)
        texts, view = help_views.services(language, parts.resources, country=self.item.values[0])
        await interaction.response.edit_message(content=texts[0], view=view)
        for text in texts[1:]:
            await interaction.followup.send(text, ephemeral=True, suppress_embeds=True)


class NothingButton(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:advice:nothing:(?P<token>[0-9a-f]{16})",
):
    """*This was nothing*, under the advice that its token belongs to."""

    async def callback(self, interaction: _Interaction) -> None:
        """Tell the case, and ask nothing."""
        parts, language = _context(interaction)
        await interaction.response.defer(ephemeral=True)
        try:
            await parts.support.this_was_nothing(self.parts["token"], person_id=interaction.user.id)
        except StoreUnavailableError:
            await interaction.followup.send(language.text("error.try_later"), ephemeral=True)
            return
        await interaction.followup.send(language.text("confirm.was_nothing"), ephemeral=True)


async def _show_help(interaction: _Interaction) -> None:
    _, language = _context(interaction)
    text, view = help_views.answer(language)
    await interaction.response.send_message(text, view=view, ephemeral=True, suppress_embeds=True)


async def _show_services(interaction: _Interaction) -> None:
    parts, language = _context(interaction)
    country = help_views.country_of(interaction.locale)
    texts, view = help_views.services(language, parts.resources, country=country)
    await interaction.response.send_message(
        texts[0], view=view, ephemeral=True, suppress_embeds=True
    )
    for text in texts[1:]:
        await interaction.followup.send(text, ephemeral=True, suppress_embeds=True)


async def _stop_messages(interaction: _Interaction) -> None:
    parts, language = _context(interaction)
    await interaction.response.defer(ephemeral=True)
    try:
        await parts.support.stop_messages(person_id=interaction.user.id)
    except StoreUnavailableError:
        await interaction.followup.send(language.text("error.try_later"), ephemeral=True)
        return
    text, view = help_views.stopped(language)
    await interaction.followup.send(text, view=view, ephemeral=True)


async def _allow_messages(interaction: _Interaction) -> None:
    parts, language = _context(interaction)
    await interaction.response.defer(ephemeral=True)
    try:
        await parts.support.allow_messages(person_id=interaction.user.id)
    except StoreUnavailableError:
        await interaction.followup.send(language.text("error.try_later"), ephemeral=True)
        return
    await interaction.followup.send(language.text("confirm.allow_messages"), ephemeral=True)


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Help())
    bot.add_dynamic_items(HelpButton, CountryMenu, NothingButton)
