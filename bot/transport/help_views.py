"""The pages of help: steps, situations, services, the crisis page, and the ways between them.

A page may belong to a message that the person showed: then its `token` is part of every custom id,
so that they can always go back to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.advice import (
    Language,
    Resources,
    Situation,
    answer_to_direct_message,
    crisis_answer,
    crisis_page,
    guess_country,
    help_answer,
    help_pages,
    message_page,
    report_page,
    situation_page,
)
from bot.services.guidance import Look
from bot.transport.answering import Page
from bot.transport.layouts import ALLOW_MESSAGES, HIDE
from bot.transport.telling_views import back_button, message_buttons
from bot.transport.widgets import button, rows_of, view_of

SITUATION = "na:help:situation"
NEAR = "near"
COUNTRY = "country"
_NOWHERE = "-"

_NAVIGATION = {
    "open": ("button.steps", discord.ButtonStyle.secondary),
    "more": ("button.more_help", discord.ButtonStyle.primary),
    "unsafe": ("button.not_safe", discord.ButtonStyle.danger),
    "report": ("button.how_to_report", discord.ButtonStyle.secondary),
}
"""The pages that can be reached from every other one: the label, and how it stands out."""

_Row = list[discord.ui.Item[Any]]


def steps(language: Language, token: str = "") -> Page:
    """The answer to someone who asks for help: the five steps, and the ways to everything else."""
    return Page(help_answer(language), _under(language, "open", token))


def steps_after(language: Language, key: str) -> Page:
    """The steps, after a text which says why there is nothing else."""
    page = steps(language)
    return Page("\n\n".join((language.text(key), page.text)), page.view)


def direct_answer(language: Language, situations: Sequence[Situation]) -> Page:
    """The answer to someone who wrote to the bot: it stays in their direct messages."""
    return Page(answer_to_direct_message(language, situations), _under(language, "open"))


def direct_crisis(language: Language, resources: Resources, *, country: str | None) -> Page:
    """The answer to someone who wrote to the bot that they may hurt themselves."""
    listed = resources.for_country(country)
    text = crisis_answer(language, listed, country=resources.name_of(country))
    menus = _country_menus(language, resources, country, kind=NEAR)
    return Page(text, rows_of(*menus, [situation_menu(language)], navigation(language, "open")))


def message(
    language: Language,
    resources: Resources,
    look: Look,
    token: str,
    *,
    person_id: int,
    country: str | None,
    direct: bool = False,
) -> Page:
    """What a message looks like to the person who showed it, and what can be done with it.

    `direct` says that it is sent as a direct message, which a locked phone shows the start of.
    """
    text = message_page(
        language,
        look.assessment,
        friend=look.is_of_another(person_id),
        grave=look.is_grave,
        direct=direct,
        services=resources.for_country(country),
        country=resources.name_of(country),
    )
    rows = ([situation_menu(language, token)], message_buttons(language, token))
    return Page(text, rows_of(*rows, navigation(language, "", token)))


def situation(language: Language, chosen: Situation, token: str = "") -> Page:
    """What to do in one situation."""
    return Page(situation_page(language, chosen), _under(language, "", token))


def report(language: Language, token: str = "") -> Page:
    """How to report to Discord."""
    return Page(report_page(language), _under(language, "report", token))


def services(
    language: Language,
    resources: Resources,
    *,
    country: str | None,
    number: int = 0,
    token: str = "",
) -> Page:
    """The services of a country, or for everyone; and menus to choose another one."""
    known = _known(resources, country)
    listed = resources.for_country(known)
    pages = help_pages(language, listed, country=resources.name_of(known))
    shown = min(number, len(pages) - 1)
    turning: _Row = [
        button(language, key, with_token(f"na:help:services:{known or _NOWHERE}:{to}", token))
        for to, key in ((shown - 1, "button.previous_page"), (shown + 1, "button.next_page"))
        if 0 <= to < len(pages)
    ]
    menus = _country_menus(language, resources, known, kind=COUNTRY, token=token)
    bottom = navigation(language, "more", token)
    view = rows_of(*menus, turning, _of_message(language, token), bottom)
    return Page(pages[shown], view)


def crisis(
    language: Language, resources: Resources, *, country: str | None, token: str = ""
) -> Page:
    """For whoever is not safe: people to talk to now, near them if it is known where that is."""
    listed = resources.for_country(country)
    text = crisis_page(language, listed, country=resources.name_of(country))
    menus = _country_menus(language, resources, country, kind=NEAR, token=token)
    bottom = navigation(language, "unsafe", token)
    return Page(text, rows_of(*menus, _of_message(language, token), bottom))


def stopped(language: Language) -> Page:
    """What someone reads who wants no more messages, with the way back."""
    allow = button(language, "button.allow_messages", ALLOW_MESSAGES)
    hide = button(language, "button.hide", HIDE)
    return Page(language.text("confirm.stop_messages"), view_of(allow, hide))


def said(language: Language, *keys: str) -> Page:
    """A short text that can be put away, line by line."""
    hide = button(language, "button.hide", HIDE)
    return Page("\n".join(language.text(key) for key in keys), view_of(hide))


def told(language: Language, token: str, key: str, **values: object) -> Page:
    """What became of telling moderators, with the ways to everything else."""
    text = language.text(key, **values)
    return Page(text, rows_of([back_button(language, token)], navigation(language, "", token)))


def country_of(locale: discord.Locale | str | None) -> str | None:
    """The country to show first; only a guess, which the person can change."""
    return guess_country(str(locale)) if locale else None


def situation_menu(language: Language, token: str = "") -> discord.ui.Select[Any]:
    """What may be going on, to choose from."""
    return discord.ui.Select(
        custom_id=with_token(SITUATION, token),
        placeholder=language.text("select.situation"),
        options=[
            discord.SelectOption(label=language.text(f"situation.{each}.label"), value=each.value)
            for each in Situation
        ],
    )


def navigation(language: Language, here: str, token: str = "") -> _Row:
    """The ways to every other page, and out."""
    row: _Row = [
        button(language, key, with_token(f"na:help:{where}", token), style)
        for where, (key, style) in _NAVIGATION.items()
        if where != here
    ]
    row.append(button(language, "button.hide", HIDE))
    return row


def with_token(custom_id: str, token: str) -> str:
    """The custom id on a page that belongs to a message, or to none."""
    return f"{custom_id}:{token}" if token else custom_id


def _under(language: Language, here: str, token: str = "") -> discord.ui.View:
    menu = situation_menu(language, token)
    return rows_of([menu], _of_message(language, token), navigation(language, here, token))


def _of_message(language: Language, token: str) -> _Row:
    """What can be done with the message that the page belongs to."""
    if not token:
        return []
    return [*message_buttons(language, token), back_button(language, token)]


def _known(resources: Resources, country: str | None) -> str | None:
    return country if resources.name_of(country) else None


def _country_menus(
    language: Language, resources: Resources, chosen: str | None, *, kind: str, token: str = ""
) -> list[_Row]:
    return [
        [
            discord.ui.Select(
                custom_id=with_token(f"na:help:{kind}:{number}", token),
                placeholder=language.text(
                    "select.country_range", first=countries[0].name, last=countries[-1].name
                ),
                options=[
                    discord.SelectOption(label=c.name, value=c.code, default=c.code == chosen)
                    for c in countries
                ],
            )
        ]
        for number, countries in enumerate(resources.country_pages())
    ]
