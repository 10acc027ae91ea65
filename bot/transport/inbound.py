"""Discord's messages as domain types. Files are described, never fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import discord

from bot.domain.message import (
    Attachment,
    Circumstances,
    Message,
    Origin,
    Person,
    Profile,
    snowflake_time,
)


def to_message(message: discord.Message, *, titled: bool = False) -> Message:
    """A snapshot of one version of a message.

    `titled` says that the post which it begins still has its first title: its author's words.
    Anybody else may have given it a later one.
    """
    author, channel = message.author, message.channel
    titled = titled and message.id == channel.id  # what begins a post has its id
    is_more = titled or message.poll is not None
    return Message(
        message.id,
        channel.id,
        Person(author.id, author.display_name),
        "\n".join(_written(message, titled=titled)) if is_more else message.content,
        snowflake_time(message.id),
        message.guild.id if message.guild is not None else None,
        _people(message.mentions) if message.mentions else (),
        message.reference.message_id if message.reference is not None else None,
        _replied_to(message) if message.reference is not None else None,
        _forwarded(message) if message.message_snapshots else (),
        _embedded(message.embeds) if message.embeds else (),
        _described(_files(message)) if message.attachments or message.message_snapshots else (),
        edited.timestamp() if (edited := message.edited_at) is not None else None,
        _origin(message) if message.message_snapshots else None,
    )


def circumstances(message: discord.Message) -> Circumstances:
    """What came with a message: its people as Discord describes them, and what it replies to.

    Called only for what becomes evidence.
    """
    answered = message.reference.resolved if message.reference is not None else None
    if not isinstance(answered, discord.Message) or answered.author.bot:
        answered = None
    people = [message.author, *message.mentions, *([answered.author] if answered else ())]
    described: dict[int, Profile] = {}
    for person in people:
        if not person.bot:  # whoever comes first is described best: as a member
            described.setdefault(person.id, to_profile(person))
    return Circumstances(
        profiles=tuple(described.values()),
        answered=to_message(answered) if answered is not None else None,
    )


def to_profile(person: discord.User | discord.Member) -> Profile:
    """What Discord says of a person now."""
    if not isinstance(person, discord.Member):
        return Profile(person.id, person.name, person.global_name, person.display_name)
    joined = person.joined_at
    return Profile(
        person.id,
        person.name,
        person.global_name,
        person.display_name,
        None if joined is None else joined.timestamp(),
        tuple((role.id, role.name) for role in person.roles if not role.is_default()),
    )


def _written(message: discord.Message, *, titled: bool) -> Iterator[str]:
    """What the author wrote, part by part: a post's title, the words, a poll with its answers."""
    if titled and isinstance(message.channel, discord.Thread):
        yield message.channel.name
    if message.content:
        yield message.content
    if (poll := message.poll) is not None:
        asked = (poll.question, *(answer.text for answer in poll.answers))
        yield from (text for text in asked if text)


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
    """The words of forwarded messages and of their embeds: somebody else wrote all of them."""
    return tuple(
        text
        for shot in message.message_snapshots
        for text in (shot.content, *_embedded(shot.embeds))
        if text
    )


def _files(message: discord.Message) -> list[discord.Attachment]:
    """The files of a message and of the messages that it forwards."""
    passed_on = (file for shot in message.message_snapshots for file in shot.attachments)
    return [*message.attachments, *passed_on]


def _origin(message: discord.Message) -> Origin | None:
    reference = message.reference
    if reference is None or reference.type is not discord.MessageReferenceType.forward:
        return None
    return Origin(reference.guild_id, reference.channel_id, reference.message_id)


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
