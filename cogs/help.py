"""The person's side: help in a server, in the bot's direct messages and in every private chat.

Nothing here needs the database but the answers to advice, so that help is there in whatever state
the database is.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.advice import Language, Situation, situations_of
from bot.client import NotAlone, Parts
from bot.services.guidance import Look
from bot.services.telling import accuses
from bot.storage import StoreUnavailableError
from bot.transport import help_views, layouts
from bot.transport.answering import Page, hide, language_of, show
from bot.transport.command_texts import named
from bot.transport.inbound import to_message
from bot.transport.languages import read_by
from bot.transport.places import is_for_moderators
from bot.transport.pressing import Recognised
from cogs.telling import page_of

_log = structlog.get_logger(__name__)

_Interaction = discord.Interaction[Any]

_TRY_AGAIN = 30.0
"""Seconds after which an answer to whoever may be in danger is tried again."""

TOKEN = r"(?::(?P<token>[kt][0-9a-f]{16}))?"  # noqa: S105 - a pattern
"""What stands at the end of a custom id on a page that belongs to a message."""


class Help(commands.Cog):
    """`/help-sextortion`, *Get help with this message*, answers to whoever writes to the bot."""

    def __init__(self, bot: NotAlone) -> None:
        self._bot = bot
        self._menu = app_commands.ContextMenu(
            name=named("Get help with this message", "command.help_with_message.name"),
            callback=help_with_message,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
        )

    async def cog_load(self) -> None:
        """Called by discord.py; a cog's own message command has to be added by hand."""
        self._menu.error(self.cog_app_command_error)
        self._bot.tree.add_command(self._menu)

    async def cog_app_command_error(
        self, interaction: _Interaction, error: app_commands.AppCommandError
    ) -> None:
        """Whatever went wrong here, the person gets help."""
        _log.error("help_failed", exc_info=error)
        if not interaction.response.is_done():
            await show(
                interaction, help_views.steps_after(language_of(interaction), "error.our_side")
            )

    @app_commands.command(
        name=named("help-sextortion", "command.help.name"),
        description=named(
            "Private help if someone threatens to share things about you. Only you see the answer.",
            "command.help.description",
        ),
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help_sextortion(self, interaction: _Interaction) -> None:
        """Answer at once, and only to the person."""
        await show(interaction, help_views.steps(language_of(interaction)))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: _Interaction) -> None:
        """Remember which language the person reads, for direct messages to them."""
        self._bot.parts.languages.note(interaction.user.id, str(interaction.locale))

    @commands.Cog.listener()
    async def on_spoken_to(self, message: discord.Message) -> None:
        """Somebody wrote to the bot directly, or mentioned it."""
        if message.author.bot or message.is_system():
            return
        if message.guild is None:
            await self._answer(message)
        else:
            await self._offer(message, message.guild)

    async def _offer(self, message: discord.Message, guild: discord.Guild) -> None:
        """Offer private help to everyone in the channel, unless only moderators are there."""
        parts, channel = self._bot.parts, message.channel
        policy = parts.policies.of(guild.id)
        if is_for_moderators(guild, policy, channel):
            return
        try:
            await parts.support.offer_in_channel(guild_id=guild.id, channel_id=channel.id)
        except StoreUnavailableError as error:
            _log.error("offer_not_stored", channel=channel.id, error=str(error))
            if policy.dry_run or not parts.support.unstored_offers.allows(channel.id):
                return
            text, view = layouts.offer(self._language(guild))
            await self._send(channel, Page(text, view))

    async def _answer(self, message: discord.Message) -> None:
        """Answer a direct message with what fits it; the same answer is not given again soon."""
        look = self._bot.parts.guidance.look(to_message(message))
        pause = await self._try_to_answer(message, look)
        if pause is not None and look.is_grave:
            await asyncio.sleep(pause)
            await self._try_to_answer(message, look)

    async def _try_to_answer(self, message: discord.Message, look: Look) -> float | None:
        """Answer, unless the same was said lately; the pause after which to try again, if any."""
        parts, person = self._bot.parts, message.author
        found = situations_of(look.assessment)
        about = message.id if look.message.is_passed_on else found or None
        if not parts.guidance.is_answered_now(look, about=about, person_id=person.id):
            return None
        pause = await self._send(message.channel, await self._page(look, person.id))
        if pause is not None:
            parts.guidance.was_not_answered(look, about=about, person_id=person.id)
        return pause

    async def _send(self, where: discord.abc.Messageable, page: Page) -> float | None:
        """Send it; the pause after which to try again if Discord does not take it."""
        try:
            await where.send(page.text, view=page.view, suppress_embeds=True)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            _log.error("direct_message_not_answered", error=type(error).__name__)
            return error.retry_after if isinstance(error, discord.RateLimited) else _TRY_AGAIN
        return None

    async def _page(self, look: Look, person_id: int) -> Page:
        parts, message = self._bot.parts, look.message
        own = parts.languages.of(person_id)
        chosen = self._language(None) if own else await self._language_of_server(person_id)
        language, country = read_by(parts.texts, own, chosen), help_views.country_of(own)
        if message.is_passed_on:
            token = parts.guidance.remember(look, person_id=person_id, may_be_told=False)
            return help_views.message(
                language,
                parts.resources,
                look,
                token,
                person_id=person_id,
                country=country,
                direct=True,
            )
        if look.is_grave:
            return help_views.direct_crisis(language, parts.resources, country=country)
        return help_views.direct_answer(language, situations_of(look.assessment))

    async def _language_of_server(self, person_id: int) -> Language:
        """The language of a server that the person is in; the operator's where there is none."""
        parts = self._bot.parts
        shared = await parts.membership.shared(person_id, parts.watch.armed)
        return self._language(shared[0] if shared else None)

    def _language(self, guild: discord.Guild | None) -> Language:
        chosen = self._bot.parts.policies.of(guild.id if guild else 0).language
        return self._bot.parts.texts.get(chosen or (str(guild.preferred_locale) if guild else None))


async def help_with_message(interaction: _Interaction, message: discord.Message) -> None:
    """Say what the message looks like, at once and only to the person. Nothing is stored.

    Who asks too often gets the steps instead, like everyone who asks for help.
    """
    guidance = _parts(interaction).guidance
    if not guidance.limit.allows(interaction.user.id):
        await show(interaction, help_views.steps_after(language_of(interaction), "error.try_later"))
        return
    look, person_id = guidance.look(to_message(message)), interaction.user.id
    may_be_told = not (look.is_by(person_id) or message.author.bot) and accuses(look)
    token = guidance.remember(look, person_id=person_id, may_be_told=may_be_told)
    await show(interaction, page_of(interaction, look, token))


class HelpButton(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"na:help:(?P<what>open|more|unsafe|report|hide){TOKEN}",
):
    """The buttons that need to know nothing but who pressed them."""

    async def callback(self, interaction: _Interaction) -> None:
        """Turn to the page that the button names, or put it away."""
        what, token = self.parts["what"], self.parts["token"] or ""
        language, resources = language_of(interaction), _parts(interaction).resources
        country = help_views.country_of(interaction.locale)
        if what == "hide":
            await hide(interaction)
        elif what == "more":
            page = help_views.services(language, resources, country=country, token=token)
            await show(interaction, page)
        elif what == "unsafe":
            page = help_views.crisis(language, resources, country=country, token=token)
            await show(interaction, page)
        elif what == "report":
            await show(interaction, help_views.report(language, token))
        else:
            await show(interaction, help_views.steps(language, token))


class SituationMenu(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=rf"{help_views.SITUATION}{TOKEN}",
):
    """What is going on. The choice is kept nowhere."""

    async def callback(self, interaction: _Interaction) -> None:
        """Show the advice for the chosen situation."""
        chosen, token = Situation(self.item.values[0]), self.parts["token"] or ""
        await show(interaction, help_views.situation(language_of(interaction), chosen, token))


class CountryMenu(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=rf"na:help:(?P<kind>{help_views.COUNTRY}|{help_views.NEAR}):\d{TOKEN}",
):
    """The menus of countries under a list of services. The choice is kept nowhere."""

    async def callback(self, interaction: _Interaction) -> None:
        """Show the chosen country's services, or who listens there."""
        pages = {help_views.COUNTRY: help_views.services, help_views.NEAR: help_views.crisis}
        page = pages[self.parts["kind"]](
            language_of(interaction),
            _parts(interaction).resources,
            country=self.item.values[0],
            token=self.parts["token"] or "",
        )
        await show(interaction, page)


class ServicesButton(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"na:help:services:(?P<country>[A-Z]{{2}}|-):(?P<page>\d+){TOKEN}",
):
    """Turns the pages of a list of services."""

    async def callback(self, interaction: _Interaction) -> None:
        """Show the page that the button names."""
        page = help_views.services(
            language_of(interaction),
            _parts(interaction).resources,
            country=self.parts["country"],
            number=int(self.parts["page"]),
            token=self.parts["token"] or "",
        )
        await show(interaction, page)


def _parts(interaction: _Interaction) -> Parts:
    parts: Parts = interaction.client.parts
    return parts


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Help(bot))
    bot.add_dynamic_items(HelpButton, SituationMenu, CountryMenu, ServicesButton)
