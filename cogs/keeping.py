"""Legal holds (`/case hold` and its kin), and what happens when the bot leaves a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import NotAlone
from bot.services.holding import HeldCase
from bot.transport.marks import mention, moment
from bot.transport.wording import fitting, in_line
from cogs.admission import Interaction, Visit, admit
from cogs.case_commands import suggest
from cogs.groups import case_group

_Case = app_commands.Range[int, 1]
_Work = Callable[[Visit], Awaitable[str]]
_CONFIRM = "/case confirm-hold"


class Keeping(commands.Cog):
    """Listens to the bot's coming and going: what a left server leaves behind is purged."""

    def __init__(self, bot: NotAlone) -> None:
        self._bot = bot
        self._keeper = bot.parts.keeper

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A session began: the bot may have been removed from servers meanwhile."""
        await self._keeper.here([guild.id for guild in self._bot.guilds])

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot is back, or new."""
        await self._keeper.returned(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server was announced late: it was not left."""
        await self._keeper.returned(guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed, or the server is gone."""
        await self._keeper.left(guild.id)


@app_commands.command(
    description="Keep a case from being erased, for a legal reason. A second person must confirm it"
)
@app_commands.describe(
    case="The case's number", reason="Why it must be kept", days="For how many days"
)
@app_commands.autocomplete(case=suggest)
async def hold(
    interaction: Interaction,
    case: _Case,
    reason: app_commands.Range[str, 3, 300],
    days: app_commands.Range[int, 1, 365],
) -> None:
    """Ask for a hold."""
    asked = partial(_hold, case=case, reason=reason, days=days)
    await admit(interaction, partial(_managing, work=asked))


@app_commands.command(
    name="confirm-hold", description="Confirm a hold that somebody else asked for"
)
@app_commands.describe(case="The case's number")
@app_commands.autocomplete(case=suggest)
async def confirm_hold(interaction: Interaction, case: _Case) -> None:
    """Be the second person."""
    await admit(interaction, partial(_answered, work=partial(_confirm, case=case)))


@app_commands.command(
    name="lift-hold", description="End a hold. The case is erased when its time has come"
)
@app_commands.describe(case="The case's number")
@app_commands.autocomplete(case=suggest)
async def lift_hold(interaction: Interaction, case: _Case) -> None:
    """End a hold now."""
    await admit(interaction, partial(_managing, work=partial(_lift, case=case)))


@app_commands.command(description="The cases that are kept by a hold")
async def holds(interaction: Interaction) -> None:
    """List them."""
    await admit(interaction, partial(_answered, work=_list))


async def _managing(visit: Visit, work: _Work) -> None:
    """Let those who may manage the server do it."""
    if visit.member.guild_permissions.manage_guild:
        await _answered(visit, work)
    else:
        await visit.say(visit.language.text("error.managers_only"))


async def _answered(visit: Visit, work: _Work) -> None:
    """Do it and say what came of it."""
    await visit.think()
    await visit.say(await work(visit))


async def _hold(visit: Visit, case: int, reason: str, days: int) -> str:
    until = await visit.parts.holding.ask(
        case,
        guild_id=visit.presser.guild_id,
        moderator=visit.presser.id,
        reason=reason,
        days=days,
    )
    return visit.language.text(
        "keeping.held", case=case, until=moment(until, "f"), confirm_command=_CONFIRM
    )


async def _confirm(visit: Visit, case: int) -> str:
    until = await visit.parts.holding.confirm(
        case, guild_id=visit.presser.guild_id, moderator=visit.presser.id
    )
    return visit.language.text("keeping.confirmed", case=case, until=moment(until, "f"))


async def _lift(visit: Visit, case: int) -> str:
    await visit.parts.holding.lift(
        case, guild_id=visit.presser.guild_id, moderator=visit.presser.id
    )
    return visit.language.text("keeping.lifted", case=case)


async def _list(visit: Visit) -> str:
    held = await visit.parts.holding.listed(visit.presser.guild_id)
    if not held:
        return visit.language.text("keeping.none")
    lines = fitting(_line(visit, each) for each in held)
    if len(held) > len(lines):
        lines.append(visit.language.text("list.rest", count=len(held) - len(lines)))
    return "\n".join((f"**{visit.language.text('keeping.heading')}**", *lines))


def _line(visit: Visit, held: HeldCase) -> str:
    by = held.hold.confirmed_by
    return visit.language.text(
        "keeping.line",
        case=held.hold.case_id,
        until=moment(held.hold.ends_at, "f"),
        asked_by=mention(held.hold.asked_by),
        confirmed_by=visit.language.text("keeping.nobody_yet") if by is None else mention(by),
        reason=in_line(held.reason, limit=80),
    )


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Keeping(bot))
    every: tuple[app_commands.Command[Any, ..., None], ...] = (hold, confirm_hold, lift_hold, holds)
    for command in every:
        case_group(bot).add_command(command)
