"""Who may use the moderators' controls, decided anew each time, and how refusals are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.advice import Language
from bot.client import Parts
from bot.domain.case import HinderedError
from bot.services.desk import Presser
from bot.storage import StoreUnavailableError
from bot.transport.desk_views import Page, hindered
from bot.transport.places import is_moderator
from bot.transport.pressing import Recognised

Interaction = discord.Interaction[Any]


class OfCase(Recognised):
    """A control that belongs to one case."""

    @property
    def case_id(self) -> int:
        """The case's number, as the custom id says."""
        return int(self.parts["case"])


class Visit:
    """One use of a control by a moderator, and the ways to answer it: always to them alone."""

    def __init__(self, interaction: Interaction) -> None:
        self.interaction = interaction
        self.parts: Parts = interaction.client.parts
        self.language: Language = self.parts.texts.get(str(interaction.locale))
        self.presser = Presser(interaction.user.id, interaction.guild_id or 0)

    @property
    def member(self) -> discord.Member:
        """The moderator, with the roles that they have now."""
        assert isinstance(self.interaction.user, discord.Member)
        return self.interaction.user

    @property
    def guild(self) -> discord.Guild:
        """The server that they are in."""
        return self.member.guild

    @property
    def is_moderator(self) -> bool:
        """Whether they may work with cases, by their roles at this moment."""
        policy = self.parts.policies.of(self.presser.guild_id)
        return is_moderator(self.interaction.user, policy)

    async def think(self) -> None:
        """Answer later, with a message of its own."""
        await self.interaction.response.defer(ephemeral=True, thinking=True)

    async def turn(self) -> None:
        """Answer later, by changing the page that was pressed; never a message that others see."""
        if self._is_on_page:
            await self.interaction.response.defer()
        else:
            await self.think()

    @property
    def _is_on_page(self) -> bool:
        """Whether what was pressed is shown to this moderator alone."""
        message = self.interaction.message
        return message is not None and message.flags.ephemeral

    async def say(self, text: str) -> None:
        """Answer in words."""
        if self.interaction.response.is_done():
            await self.interaction.followup.send(text, ephemeral=True, suppress_embeds=True)
        else:
            await self.interaction.response.send_message(text, ephemeral=True, suppress_embeds=True)

    async def show(self, page: Page) -> None:
        """Answer with a page of its own, after `think`."""
        await self.interaction.followup.send(
            page.text, view=page.view, ephemeral=True, suppress_embeds=True
        )

    async def replace(self, page: Page) -> None:
        """Put the page in the place of the one that was pressed, after `turn`."""
        if self._is_on_page:
            await self.interaction.edit_original_response(content=page.text, view=page.view)
        else:
            await self.show(page)

    async def close(self, text: str) -> None:
        """Put the last words in the place of the page that was pressed, after `turn`."""
        if self._is_on_page:
            await self.interaction.edit_original_response(content=text, view=None)
        else:
            await self.say(text)


async def admit(interaction: Interaction, work: Callable[[Visit], Awaitable[None]]) -> None:
    """Let a moderator do `work`; tell everybody else, and tell the moderator what hinders it."""
    visit = Visit(interaction)
    if not visit.is_moderator:
        await visit.say(visit.language.text("error.moderators_only"))
        return
    try:
        await work(visit)
    except HinderedError as error:
        await visit.say(hindered(visit.language, error))
    except LookupError:
        await visit.say(visit.language.text("error.case_gone"))
    except StoreUnavailableError:
        await visit.say(visit.language.text("error.try_later"))
