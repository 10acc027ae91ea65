"""Groups of commands that several cogs add to."""

from __future__ import annotations

from discord import app_commands

from bot.client import NotAlone


def case_group(bot: NotAlone) -> app_commands.Group:
    """`/case`, which `cogs.case_commands` makes; it is to be loaded before whoever adds to it."""
    group = bot.tree.get_command("case")
    assert isinstance(group, app_commands.Group)
    return group
