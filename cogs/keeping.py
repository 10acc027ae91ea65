"""Legal holds (`/case hold` and its kin), and what happens when the bot leaves a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.advice import Language
from bot.app import NotAlone
from bot.services.holding import HeldCase, HoldRefusedError
from bot.storage import StoreUnavailableError
from bot.transport.wording import in_line
from cogs.admission import Interaction, admitted, language_of, parts_of, tell
from cogs.groups import case_group

_CONFIRM = "/case confirm-hold"
_LONGEST_DAYS = 365
_SHOWN = 10


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


def hold_commands(language: Language) -> list[app_commands.Command[Any, ..., None]]:
    """The commands, described in the language of reference."""
    case_text = language.text("keeping.describe.case")

    @app_commands.command(name="hold", description=language.text("keeping.describe.hold"))
    @app_commands.describe(
        case=case_text,
        reason=language.text("keeping.describe.reason"),
        days=language.text("keeping.describe.days"),
    )
    async def hold(
        interaction: Interaction,
        case: app_commands.Range[int, 1],
        reason: app_commands.Range[str, 3, 300],
        days: app_commands.Range[int, 1, _LONGEST_DAYS],
    ) -> None:
        if await admitted(interaction, administrator=True):
            await _answered(interaction, lambda: _hold(interaction, case, reason, days))

    @app_commands.command(
        name="confirm-hold", description=language.text("keeping.describe.confirm")
    )
    @app_commands.describe(case=case_text)
    async def confirm(interaction: Interaction, case: app_commands.Range[int, 1]) -> None:
        if await admitted(interaction):
            await _answered(interaction, lambda: _confirm(interaction, case))

    @app_commands.command(name="lift-hold", description=language.text("keeping.describe.lift"))
    @app_commands.describe(case=case_text)
    async def lift(interaction: Interaction, case: app_commands.Range[int, 1]) -> None:
        if await admitted(interaction, administrator=True):
            await _answered(interaction, lambda: _lift(interaction, case))

    @app_commands.command(name="holds", description=language.text("keeping.describe.holds"))
    async def holds(interaction: Interaction) -> None:
        if await admitted(interaction):
            await _answered(interaction, lambda: _list(interaction))

    return [hold, confirm, lift, holds]


async def _answered(interaction: Interaction, work: Callable[[], Awaitable[str]]) -> None:
    """Do it and say what came of it, or why it was not done."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    language = language_of(interaction)
    try:
        answer = await work()
    except LookupError:
        answer = language.text("error.case_gone")
    except HoldRefusedError as error:
        answer = language.text(f"keeping.refused.{error.refusal.value}")
    except StoreUnavailableError:
        answer = language.text("error.try_later")
    await tell(interaction, answer)


async def _hold(interaction: Interaction, case: int, reason: str, days: int) -> str:
    until = await parts_of(interaction).holding.ask(
        case,
        guild_id=interaction.guild_id or 0,
        moderator=interaction.user.id,
        reason=reason,
        days=days,
    )
    return language_of(interaction).text(
        "keeping.held", case=case, until=_when(until), confirm_command=_CONFIRM
    )


async def _confirm(interaction: Interaction, case: int) -> str:
    until = await parts_of(interaction).holding.confirm(
        case, guild_id=interaction.guild_id or 0, moderator=interaction.user.id
    )
    return language_of(interaction).text("keeping.confirmed", case=case, until=_when(until))


async def _lift(interaction: Interaction, case: int) -> str:
    await parts_of(interaction).holding.lift(
        case, guild_id=interaction.guild_id or 0, moderator=interaction.user.id
    )
    return language_of(interaction).text("keeping.lifted", case=case)


async def _list(interaction: Interaction) -> str:
    language = language_of(interaction)
    held = await parts_of(interaction).holding.listed(interaction.guild_id or 0)
    if not held:
        return language.text("keeping.none")
    lines = [_line(language, each) for each in held[:_SHOWN]]
    return "\n".join((f"**{language.text('keeping.heading')}**", *lines))


def _line(language: Language, held: HeldCase) -> str:
    by = held.hold.confirmed_by
    return language.text(
        "keeping.line",
        case=held.hold.case_id,
        until=_when(held.hold.ends_at),
        asked_by=f"<@{held.hold.asked_by}>",
        confirmed_by=language.text("keeping.nobody_yet") if by is None else f"<@{by}>",
        reason=in_line(held.reason, limit=80),
    )


def _when(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:f>"


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Keeping(bot))
    for command in hold_commands(bot.parts.texts.get("en")):
        case_group(bot).add_command(command)
