"""What the commands, controls and forms of /setup have in common: who may, where, and the pages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Any

import discord

from bot.advice import Language
from bot.client import Parts
from bot.services.choices import FORUM_NEEDED, SETTINGS, ChoicesError
from bot.transport import setup_pages as pages
from bot.transport.choices_here import lapsed, refusal
from bot.transport.places import is_administrator
from bot.transport.setup_controls import Room
from bot.transport.trial import Mark, Trial
from bot.transport.wording import fitting

_Interaction = discord.Interaction[Any]
_PATIENCE = 5.0
_LOOK_AGAIN = 0.05
_PROBLEM = 300


class Desk:
    """One administrator at one press: who it is, where, and what the bot may call for them."""

    def __init__(self, interaction: _Interaction) -> None:
        assert interaction.guild is not None
        self.interaction = interaction
        self.guild = interaction.guild
        self.parts: Parts = interaction.client.parts
        self.language: Language = self.parts.texts.get(str(interaction.locale))
        self.person = interaction.user.id

    @property
    def room(self) -> Room:
        """The server as its pages show it."""
        policies = self.parts.policies
        return Room(
            language=self.language,
            languages=self.parts.texts,
            guild=self.guild,
            settings=policies.settings(self.guild.id),
            stored=policies.stored(self.guild.id),
        )

    async def page(self, page: str, notice: str = "") -> discord.ui.LayoutView:
        """A page by its name. Raises StoreUnavailableError."""
        if page == pages.TEST:
            return await self._tested()
        if page not in SETTINGS:
            return pages.all_page(self.room, notice=notice)
        changes = await self.parts.settings.changes(self.guild.id)
        last = next((change for change in changes if page in change.keys), None)
        return pages.setting_page(self.room, page, notice=notice, last=last)

    async def save(self, choices: Mapping[str, Any]) -> str:
        """Store choices if they can hold here; what to tell. Raises StoreUnavailableError."""
        refused = refusal(self.language, self.guild, choices)
        if refused:
            return refused
        work = self.parts.settings.change(self.guild.id, choices, by=self.person)
        return await self._told(work)

    async def reset(self, key: str) -> str:
        """Let one setting follow the configuration; what to tell. Raises as `save`."""
        return await self._told(self.parts.settings.reset(self.guild.id, key, by=self.person))

    async def _told(self, work: Awaitable[None]) -> str:
        try:
            await work
        except ChoicesError as error:
            if error.problems == [FORUM_NEEDED]:
                return self.language.text("setup.refused.forum_needed")
            return not_saved(self.language, error)
        return self.language.text("setup.saved")

    async def show(self, page: str, notice: str = "") -> None:
        """Turn the message whose control was used to a page, after the answer was put off."""
        layout = await self.page(page, notice)
        await self.interaction.edit_original_response(view=layout)

    async def _tested(self) -> discord.ui.LayoutView:
        policy = self.parts.policies.of(self.guild.id)
        results = await Trial(self.language, self.guild, policy).run()
        lines = [self.language.text(f"setup.test.{r.mark}", line=r.line) for r in results]
        faults = self.parts.policies.faults(self.guild.id)
        lines += lapsed(self.language, self.guild, self.room.settings, faults)
        works = all(result.mark is not Mark.BAD for result in results)
        if not works:
            ending = "setup.test.missing"
        elif not await self._armed():
            ending = "setup.test.not_armed"
        else:
            ending = "setup.test.armed_dry" if policy.dry_run else "setup.test.armed"
        return pages.test_page(self.language, [*lines, self.language.text(ending)])

    async def _armed(self) -> bool:
        """Have the server looked at again; whether it is watched, now or in a few seconds."""
        self.interaction.client.dispatch("settings_changed", self.guild.id)
        watch = self.parts.watch
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while self.guild.id not in watch.armed:  # noqa: ASYNC110 - the watch tells nobody
                    await asyncio.sleep(_LOOK_AGAIN)
        return self.guild.id in watch.armed


def not_saved(language: Language, error: ChoicesError) -> str:
    """Everything that is wrong with choices, as far as a message has room for it."""
    lines = fitting(problem[:_PROBLEM] for problem in error.problems)
    if len(error.problems) > len(lines):
        lines.append(language.text("list.rest", count=len(error.problems) - len(lines)))
    return language.text("setup.refused.invalid", problems="\n".join(lines))


async def admitted(interaction: _Interaction) -> bool:
    """Whether they may manage the server; if not, they are told so."""
    if interaction.guild is not None and is_administrator(interaction.user):
        return True
    parts: Parts = interaction.client.parts
    language = parts.texts.get(str(interaction.locale))
    refused = language.text("setup.administrators_only")
    await interaction.response.send_message(refused, ephemeral=True)
    return False


async def try_later(interaction: _Interaction) -> None:
    """Say that the database is away, after the answer was put off."""
    parts: Parts = interaction.client.parts
    language = parts.texts.get(str(interaction.locale))
    await interaction.followup.send(language.text("error.try_later"), ephemeral=True)
