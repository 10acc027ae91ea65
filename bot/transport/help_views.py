"""What a person who asks for help is shown: the steps, the services, the countries."""

from __future__ import annotations

from typing import Any

import discord

from bot.advice import Language, Resources, guess_country, help_answer, help_pages
from bot.transport.layouts import ALLOW_MESSAGES, COUNTRY, MORE_HELP, button, view_of


def answer(language: Language) -> tuple[str, discord.ui.View]:
    """The answer to someone who asks for help: the five steps, and the way to the services."""
    more = button(language, "button.more_help", MORE_HELP, discord.ButtonStyle.primary)
    return help_answer(language), view_of(more)


def services(
    language: Language, resources: Resources, *, country: str | None
) -> tuple[tuple[str, ...], discord.ui.View]:
    """The services of a country, or for everyone, in messages; and menus to choose another one."""
    known = country is not None and country in resources.countries_by_code
    found = resources.for_country(country)
    pages = help_pages(language, found, known_country=known)
    menus = _country_menus(language, resources, country if known else None)
    return pages, view_of(*menus)


def country_of(locale: discord.Locale) -> str | None:
    """The country to show first; only a guess, which the person can change."""
    return guess_country(str(locale))


def stopped(language: Language) -> tuple[str, discord.ui.View]:
    """What someone reads who wants no more messages, with the way back."""
    allow = button(language, "button.allow_messages", ALLOW_MESSAGES)
    return language.text("confirm.stop_messages"), view_of(allow)


def _country_menus(
    language: Language, resources: Resources, chosen: str | None
) -> list[discord.ui.Select[Any]]:
    return [
        discord.ui.Select(
            custom_id=f"{COUNTRY}:{number}",
            placeholder=language.text(
                "select.country_range", first=countries[0].name, last=countries[-1].name
            ),
            options=[
                discord.SelectOption(label=c.name, value=c.code, default=c.code == chosen)
                for c in countries
            ],
        )
        for number, countries in enumerate(resources.country_pages())
    ]
