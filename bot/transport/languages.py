"""Which language a person reads; what they were seen to use is in memory only."""

from __future__ import annotations

from collections import OrderedDict

import discord

from bot.advice import Language, Texts

_REMEMBERED = 20_000


class Languages:
    """The locale that each person's Discord had when they last used the bot.

    It is forgotten at every restart: stored, it would be a list of those who asked for help.
    """

    def __init__(self) -> None:
        self._locales: OrderedDict[int, str] = OrderedDict()

    def note(self, person_id: int, locale: str) -> None:
        """Remember it; whoever was not seen for longest is forgotten first."""
        self._locales[person_id] = locale
        self._locales.move_to_end(person_id)
        if len(self._locales) > _REMEMBERED:
            self._locales.popitem(last=False)

    def of(self, person_id: int) -> str | None:
        """The person's locale, or None if they were not seen since the start."""
        return self._locales.get(person_id)


def read_by(texts: Texts, own: str | None, chosen: Language) -> Language:
    """The language of somebody whose Discord has the locale `own` (None: nobody knows).

    Their own goes before what was `chosen` for the place where they are. But Discord does not offer
    every language: whoever misses theirs may have Discord in English, so there the choice counts.
    """
    if own is None or (own.startswith("en") and not _is_offered(texts, chosen)):
        return chosen
    return texts.get(own)


def _is_offered(texts: Texts, language: Language) -> bool:
    """Whether somebody's Discord can be set to it."""
    return any(texts.get(str(locale)) is language for locale in discord.Locale)
