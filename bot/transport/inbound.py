"""Discord's messages as domain types. Files are described, never fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable

import discord

from bot.domain.message import Attachment, Message, Person, snowflake_time

_MENTION = re.compile(r"<@!?(\d{15,20})>")


def to_message(message: discord.Message) -> Message:
    """A snapshot of one version of a message. Called for every message, so it does little."""
    author = message.author
    content = message.content
    return Message(
        message.id,
        message.channel.id,
        Person(author.id, author.display_name),
        content,
        snowflake_time(message.id),
        message.guild.id if message.guild is not None else None,
        _people(message.mentions) if message.mentions else (),
        message.reference.message_id if message.reference is not None else None,
        _replied_to(message) if message.reference is not None else None,
        _forwarded(message) if message.message_snapshots else (),
        _embedded(message.embeds) if message.embeds else (),
        _described(message.attachments) if message.attachments else (),
        edited.timestamp() if (edited := message.edited_at) is not None else None,
    )


def readable_mentions(text: str, people: Iterable[Person]) -> str:
    """The text with `<@id>` replaced by `@name` for the people that are known."""
    names = {person.id: person.name for person in people}
    return _MENTION.sub(
        lambda match: f"@{names[int(match[1])]}" if int(match[1]) in names else match[0], text
    )


def _people(users: Iterable[discord.User | discord.Member]) -> tuple[Person, ...]:
    return tuple(Person(user.id, user.display_name) for user in users if not user.bot)


def _replied_to(message: discord.Message) -> Person | None:
    reference = message.reference
    if reference is None or reference.type is not discord.MessageReferenceType.reply:
        return None
    answered = reference.resolved
    if not isinstance(answered, discord.Message) or answered.author.bot:
        return None
    return Person(answered.author.id, answered.author.display_name)


def _forwarded(message: discord.Message) -> tuple[str, ...]:
    return tuple(shot.content for shot in message.message_snapshots if shot.content)


def _embedded(embeds: Iterable[discord.Embed]) -> tuple[str, ...]:
    """The words of rich embeds, which a bot or webhook wrote; link previews are a site's words."""
    parts: list[str] = []
    for embed in embeds:
        if embed.type != "rich":
            continue
        fields = (f"{field.name} {field.value}" for field in embed.fields)
        parts.extend(part for part in (embed.title, embed.description, *fields) if part)
    return tuple(parts)


def _described(attachments: Iterable[discord.Attachment]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(a.id, a.filename, a.size, a.content_type, a.width, a.height, a.duration)
        for a in attachments
    )
