"""Groups of commands that several cogs add to."""

from __future__ import annotations

from enum import StrEnum

import discord
from discord import app_commands

from bot.advice import Language
from bot.app import NotAlone

CASE = "case"


def case_group(bot: NotAlone) -> app_commands.Group:
    """`/case`, made when the first cog asks for it; only moderators are offered it.

    Who may do what is decided anew at every use.
    """
    known = bot.tree.get_command(CASE)
    if isinstance(known, app_commands.Group):
        return known
    group = app_commands.Group(
        name=CASE,
        description="Work on a case",
        guild_only=True,
        default_permissions=discord.Permissions(moderate_members=True),
    )
    bot.tree.add_command(group)
    return group


def choices_of(
    language: Language, values: type[StrEnum], section: str
) -> list[app_commands.Choice[str]]:
    """What can be chosen in an option, each named by its text."""
    return [
        app_commands.Choice(name=language.text(f"{section}.{value.value}"), value=value.value)
        for value in values
    ]
