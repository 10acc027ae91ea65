"""What a person can do with a message that they showed: keep it, tell moderators, go back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import discord

from bot.advice import Language
from bot.domain.message import Message, Person
from bot.transport.answering import Page
from bot.transport.layouts import HIDE
from bot.transport.marks import moment
from bot.transport.widgets import button, rows_of
from bot.transport.wording import as_block, in_line, label, name

_MENU_SIZE = 25
_QUOTED = 700
_FILES = 3

_Row = list[discord.ui.Item[Any]]


def message_buttons(language: Language, token: str) -> _Row:
    """*Keep this as evidence*, and *Tell the moderators of …* if it is known who wrote it."""
    keep, tell = f"na:msg:keep:{token}", f"na:msg:tell:{token}"
    row: _Row = [button(language, "button.keep", keep, discord.ButtonStyle.success)]
    if token.startswith("t"):
        row.append(button(language, "button.tell", tell))
    return row


def back_button(language: Language, token: str) -> discord.ui.Button[Any]:
    """*Go back*, to what the message looked like."""
    return button(language, "button.back", f"na:msg:back:{token}")


def choose_server(
    language: Language, servers: Sequence[discord.Guild], token: str, *, left_out: bool = False
) -> Page:
    """Whose moderators to tell; nothing is sent yet. Whether the author's servers are left out."""
    bottom = [back_button(language, token), button(language, "button.hide", HIDE)]
    keys = (*(("tell.left_out",) if left_out else ()), "tell.choose" if servers else "tell.nobody")
    text = "\n\n".join(language.text(key) for key in keys)
    if not servers:
        return Page(text, rows_of(bottom))
    menu: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=f"na:msg:server:{token}",
        placeholder=language.text("select.server"),
        options=[
            discord.SelectOption(
                label=label(server.name), description=str(server.id), value=str(server.id)
            )
            for server in servers[:_MENU_SIZE]
        ],
    )
    return Page(text, rows_of([menu], bottom))


def preview(
    language: Language, message: Message, *, server: discord.Guild, person: Person, token: str
) -> Page:
    """Exactly what the moderators would get, before anything is sent."""
    who = language.text(
        "tell.who", author=in_line(message.author.name), person=in_line(person.name)
    )
    words = "\n".join(
        part for part in (message.text, *message.forwarded, *message.embedded) if part
    )
    files = [in_line(attachment.filename) for attachment in message.attachments[:_FILES]]
    if more := len(message.attachments) - len(files):
        files.append(f"+{more}")
    parts = (
        language.text("tell.preview", server=name(server.name)),
        who,
        as_block(words, limit=_QUOTED) if words else "",
        "\n".join(files),
        moment(datetime.fromtimestamp(message.at, UTC), "f"),
        language.text("tell.care"),
    )
    send = button(
        language, "button.send", f"na:msg:send:{token}:{server.id}", discord.ButtonStyle.primary
    )
    bottom = [send, back_button(language, token), button(language, "button.hide", HIDE)]
    return Page("\n".join(part for part in parts if part), rows_of(bottom))
