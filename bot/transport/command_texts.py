"""The only module that knows how Discord asks for the names of commands in other languages."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.advice import Texts

_ENGLISH = "en"


def named(text: str, key: str) -> app_commands.locale_str:
    """A command's English name or description, whose translations stand under this key."""
    return app_commands.locale_str(text, key=key)


class CommandTexts(app_commands.Translator):
    """Gives Discord every translation that there is a file for. Without one, it shows English."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        _: app_commands.TranslationContext[Any, Any],
    ) -> str | None:
        """Called by discord.py for each text and each of Discord's locales."""
        key = string.extras.get("key")
        language = self._texts.get(str(locale))
        if key is None or language.locale == _ENGLISH:
            return None
        return language.texts.get(key)
