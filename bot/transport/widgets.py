"""Buttons and rows, as every message of the bot has them: sent finished, kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.advice import Language


def button(
    language: Language,
    key: str,
    custom_id: str,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
) -> discord.ui.Button[Any]:
    """A button with a text of the language; what it does is known by its custom id."""
    return discord.ui.Button(label=language.text(key), custom_id=custom_id, style=style)


def view_of(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """The items under an ordinary message."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view


def rows_of(*rows: Sequence[discord.ui.Item[Any]]) -> discord.ui.View:
    """The items under an ordinary message, row by row; a menu fills its row."""
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(row for row in rows if row):
        for item in row:
            item.row = number
            view.add_item(item)
    view.stop()
    return view
