"""More of the conversation under *Show evidence*, and what Discord tells of bans."""

from __future__ import annotations

from typing import Any

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.app import NotAlone
from bot.services.gathering import Surroundings
from bot.storage import StoreUnavailableError
from bot.transport.pressing import Recognised
from bot.transport.surroundings import read_around
from cogs.admission import Interaction, admitted, language_of, parts_of, tell

_log = structlog.get_logger(__name__)


class Evidence(commands.Cog):
    """Listens to what becomes of the people whom cases are about."""

    def __init__(self, bot: NotAlone) -> None:
        self._watch = bot.parts.watch

    @commands.Cog.listener()
    async def on_member_ban(self, guild: discord.Guild, user: discord.User) -> None:
        """Discord may delete a banned person's messages in the same moment."""
        self._watch.see_ban(user.id, guild_id=guild.id)


class MoreAroundButton(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:case:around:(?P<case>\d+)",
):
    """*More around it*: both sides of the newest threat, from the channel's history."""

    async def callback(self, interaction: Interaction) -> None:
        """Read, append with source and times, and say how much was new."""
        if not await admitted(interaction):
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        language, case_id = language_of(interaction), int(self.parts["case"])
        try:
            around = await _read(interaction, case_id)
            added = await parts_of(interaction).gathering.add(
                case_id, around, guild_id=interaction.guild_id or 0, moderator=interaction.user.id
            )
        except LookupError:
            await tell(interaction, language.text("error.case_gone"))
        except (
            StoreUnavailableError,
            discord.DiscordException,
            aiohttp.ClientError,
            OSError,
        ) as error:
            _log.warning("surroundings_not_read", case=case_id, error=type(error).__name__)
            await tell(interaction, language.text("error.try_later"))
        else:
            await tell(interaction, _answer(interaction, around, added))


async def _read(interaction: Interaction, case_id: int) -> Surroundings:
    view = await parts_of(interaction).casework.view(case_id)
    guild = interaction.guild
    if guild is None or view.guild_id != guild.id:
        raise LookupError("this server has no such case")
    people = [view.offender.id, *(person.id for person in view.targets)]
    return await read_around(guild, view.channel_id, view.message_id, people=people)


def _answer(interaction: Interaction, around: Surroundings, added: int) -> str:
    language = language_of(interaction)
    if around.unreadable is not None:
        reason = language.text(f"surroundings.{around.unreadable.value}")
        return language.text("surroundings.unreadable", reason=reason)
    if not added:
        return language.text("surroundings.nothing_new")
    return language.text("surroundings.added", count=added)


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Evidence(bot))
    bot.add_dynamic_items(MoreAroundButton)
