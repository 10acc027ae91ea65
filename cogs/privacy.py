"""`/privacy`: what is kept about a person, and what they can do about it."""

from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.advice import Language
from bot.client import NotAlone, Parts
from bot.services.privacy import Overview
from bot.storage import StoreUnavailableError
from bot.transport import privacy_views
from bot.transport.answering import fill, language_of, prepare, show
from bot.transport.command_texts import named
from bot.transport.pressing import Recognised

_Interaction = discord.Interaction[Any]
_FILE = "notalone.json"


class Privacy(commands.Cog):
    """`/privacy`."""

    @app_commands.command(
        name=named("privacy", "command.privacy.name"),
        description=named(
            "See, copy or erase what the bot keeps about you. Only you see the answer.",
            "command.privacy.description",
        ),
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def privacy(self, interaction: _Interaction) -> None:
        """Show what is kept."""
        await _answer(interaction, _overview)


class PrivacyButton(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:privacy:(?P<what>see|copy|ask|erase)",
):
    """The buttons under what `/privacy` shows."""

    async def callback(self, interaction: _Interaction) -> None:
        """Do what the button says."""
        if self.parts["what"] == "ask":
            await show(interaction, privacy_views.question(language_of(interaction)))
            return
        acts = {"see": _overview, "copy": _copy, "erase": _erase}
        await _answer(interaction, acts[self.parts["what"]])


async def _answer(
    interaction: _Interaction, act: Callable[[_Interaction], Awaitable[None]]
) -> None:
    """Answer when the database has; say so if it cannot, or was asked too often by this person."""
    failed = privacy_views.back(language_of(interaction), "error.try_later")
    if not _parts(interaction).privacy.limit.allows(interaction.user.id):
        await show(interaction, failed)
        return
    await prepare(interaction)
    try:
        await act(interaction)
    except StoreUnavailableError:
        await fill(interaction, failed)


async def _overview(interaction: _Interaction) -> None:
    parts = _parts(interaction)
    overview: Overview = await parts.privacy.overview(interaction.user.id)
    language: Language = language_of(interaction)
    await fill(interaction, privacy_views.overview(language, overview, contact=parts.contact))


async def _copy(interaction: _Interaction) -> None:
    exported = await _parts(interaction).privacy.export(interaction.user.id)
    content = json.dumps(exported, ensure_ascii=False, indent=2).encode("utf-8", "replace")
    page = privacy_views.back(language_of(interaction), "privacy.exported")
    await fill(interaction, page, discord.File(io.BytesIO(content), _FILE))


async def _erase(interaction: _Interaction) -> None:
    """Erase, and say how much it was; where it was nothing, show what is kept now."""
    count = await _parts(interaction).privacy.erase(interaction.user.id)
    if not count:
        await _overview(interaction)
        return
    page = privacy_views.back(language_of(interaction), "privacy.erased", count=count)
    await fill(interaction, page)


def _parts(interaction: _Interaction) -> Parts:
    parts: Parts = interaction.client.parts
    return parts


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Privacy())
    bot.add_dynamic_items(PrivacyButton)
