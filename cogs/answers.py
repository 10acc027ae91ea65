"""What a person answers to advice that they were sent: it was nothing, or no more of this."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import discord

from bot.client import NotAlone, Parts
from bot.storage import StoreUnavailableError
from bot.transport import help_views
from bot.transport.answering import Page, language_of
from bot.transport.pressing import Recognised

_Interaction = discord.Interaction[Any]


class NothingButton(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:advice:nothing:(?P<token>[0-9a-f]{16})",
):
    """*This was nothing*, under the advice that its token belongs to."""

    async def callback(self, interaction: _Interaction) -> None:
        """Tell the case, and ask nothing."""
        language, support = language_of(interaction), _parts(interaction).support

        async def act() -> Page:
            token, person_id = self.parts["token"], interaction.user.id
            is_told = await support.this_was_nothing(token, person_id=person_id)
            seen = ("confirm.moderators_see",) if is_told else ()
            return help_views.said(language, "confirm.was_nothing", *seen)

        await _answer(interaction, act())


class MessagesButton(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:help:(?P<what>stop|allow)",
):
    """*Stop these messages* and *Allow these messages*."""

    async def callback(self, interaction: _Interaction) -> None:
        """Remember it, in every server."""
        language, support = language_of(interaction), _parts(interaction).support

        async def act() -> Page:
            if self.parts["what"] == "stop":
                await support.stop_messages(person_id=interaction.user.id)
                return help_views.stopped(language)
            await support.allow_messages(person_id=interaction.user.id)
            return help_views.said(language, "confirm.allow_messages")

        await _answer(interaction, act())


async def _answer(interaction: _Interaction, act: Awaitable[Page]) -> None:
    """Do it, and say to the person alone what became of it."""
    await interaction.response.defer(ephemeral=True)
    try:
        done = await act
    except StoreUnavailableError:
        done = help_views.said(language_of(interaction), "error.try_later")
    await interaction.followup.send(done.text, view=done.view, ephemeral=True)


def _parts(interaction: _Interaction) -> Parts:
    parts: Parts = interaction.client.parts
    return parts


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(NothingButton, MessagesButton)
