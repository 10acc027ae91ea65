"""What `/privacy` shows: how much is kept, what can be done, and what cannot, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord

from bot.advice import Language
from bot.services.privacy import Overview
from bot.transport.answering import Page
from bot.transport.layouts import ALLOW_MESSAGES, HIDE, STOP_MESSAGES
from bot.transport.widgets import button, rows_of

_COUNTED = ("kept", "told", "sent", "words", "named", "work")


def overview(language: Language, found: Overview, *, contact: str | None) -> Page:
    """What is kept. To whoever wrote a threat it reads as to whoever never wrote anything."""
    wish = (
        ("button.allow_messages", ALLOW_MESSAGES)
        if found.messages_off
        else ("button.stop_messages", STOP_MESSAGES)
    )
    row: list[discord.ui.Item[Any]] = []
    if not found.is_empty:
        row.append(button(language, "button.export", "na:privacy:copy"))
    if found.is_erasable:
        row.append(button(language, "button.erase", "na:privacy:ask", discord.ButtonStyle.danger))
    row += [button(language, *wish), button(language, "button.hide", HIDE)]
    return Page("\n\n".join(_parts(language, found, contact)), rows_of(row))


def question(language: Language) -> Page:
    """Whether it shall really be erased, and what stays."""
    text = "\n\n".join(language.text(f"privacy.{key}") for key in ("sure", "stays", "not_listed"))
    erase = button(language, "button.erase", "na:privacy:erase", discord.ButtonStyle.danger)
    export = button(language, "button.export", "na:privacy:copy")
    return Page(text, rows_of([erase, export, *_way_back(language)]))


def back(language: Language, key: str, **values: object) -> Page:
    """What was done, and the way back to what is kept."""
    return Page(language.text(key, **values), rows_of(_way_back(language)))


def _parts(language: Language, found: Overview, contact: str | None) -> Iterator[str]:
    yield language.text("privacy.intro")
    counts = {key: getattr(found, key) for key in _COUNTED}
    listed = [f"- {language.text(f'privacy.{k}', count=n)}" for k, n in counts.items() if n]
    yield "\n".join(listed) or language.text("privacy.nothing")
    yield language.text("privacy.messages_off" if found.messages_off else "privacy.messages_on")
    yield language.text("privacy.not_listed")
    if contact:
        yield language.text("privacy.contact", contact=contact)


def _way_back(language: Language) -> list[discord.ui.Item[Any]]:
    return [
        button(language, "button.back", "na:privacy:see"),
        button(language, "button.hide", HIDE),
    ]
