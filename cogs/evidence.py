"""More of the conversation under *Show evidence*, and what Discord tells of bans."""

from __future__ import annotations

from functools import partial
from typing import Any

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.client import NotAlone
from bot.services.gathering import Surroundings
from bot.transport.surroundings import read_around
from cogs.admission import Interaction, OfCase, Visit, admit

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
    OfCase,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:case:around:(?P<case>\d+)",
):
    """*More around it*: both sides of the newest threat, from the channel's history."""

    async def callback(self, interaction: Interaction) -> None:
        """Read, append with source and times, and say how much was new."""
        await admit(interaction, partial(_look_around, case_id=self.case_id))


async def _look_around(visit: Visit, case_id: int) -> None:
    await visit.think()
    try:
        around = await _read(visit, case_id)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        _log.warning("surroundings_not_read", case=case_id, error=type(error).__name__)
        await visit.say(visit.language.text("error.try_later"))
        return
    added = await visit.parts.gathering.add(
        case_id, around, guild_id=visit.presser.guild_id, moderator=visit.presser.id
    )
    await visit.say(_answer(visit, around, added))


async def _read(visit: Visit, case_id: int) -> Surroundings:
    view = await visit.parts.desk.view(case_id, visit.presser)
    people = [view.offender.id, *(person.id for person in view.targets)]
    return await read_around(visit.guild, view.channel_id, view.message_id, people=people)


def _answer(visit: Visit, around: Surroundings, added: int) -> str:
    if around.unreadable is not None:
        reason = visit.language.text(f"surroundings.{around.unreadable.value}")
        return visit.language.text("surroundings.unreadable", reason=reason)
    if not added:
        return visit.language.text("surroundings.nothing_new")
    return visit.language.text("surroundings.added", count=added)


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Evidence(bot))
    bot.add_dynamic_items(MoreAroundButton)
