"""The only module that reads a message as the gateway writes it, before discord.py does.

discord.py makes an object with some forty fields of every message, each author and everybody who is
mentioned: for a bot that only looks at what people write, that is most of all its work. Whatever is
written is read here instead, straight from the documented payload (Discord API reference, "Message
Object"); `inbound` does the same for the messages that discord.py hands out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

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

Payload = Mapping[str, Any]

_EVENT = "MESSAGE_CREATE"
_REPLY, _FORWARD = 0, 1
"""The types of a message reference."""


def hear_first(client: discord.Client, hear: Callable[[Payload], bool]) -> None:
    """Have `hear` told of every new message before `client` makes an object and an event of it.

    Where `hear` says True, that is all; else discord.py goes its usual way.
    """
    parsers = client._connection.parsers  # noqa: SLF001 - there is no public door to the payload
    usual = parsers[_EVENT]

    def parse(data: Any) -> None:
        if not hear(data):
            usual(data)

    parsers[_EVENT] = parse


def read_message(data: Payload, guild: discord.Guild) -> Message:
    """A snapshot of a new message of the server. Called for every message, so it does little."""
    message_id, channel_id = int(data["id"]), int(data["channel_id"])
    mentions, reference = data["mentions"], data.get("message_reference")
    snapshots, embeds = data.get("message_snapshots"), data["embeds"]
    attachments, edited = data["attachments"], data["edited_timestamp"]
    is_more = message_id == channel_id or "poll" in data  # what begins a post has the post's id
    return Message(
        message_id,
        channel_id,
        _person(data["author"], data.get("member")),
        "\n".join(_written(data, guild)) if is_more else data["content"],
        snowflake_time(message_id),
        guild.id,
        tuple(_people(mentions)) if mentions else (),
        _number(reference, "message_id") if reference else None,
        _replied_to(data) if reference else None,
        tuple(_forwarded(snapshots)) if snapshots else (),
        tuple(_embedded(embeds)) if embeds else (),
        tuple(_described(attachments, snapshots)) if attachments or snapshots else (),
        datetime.fromisoformat(edited).timestamp() if edited else None,
        _origin(reference) if snapshots and reference else None,
    )


def came_with(data: Payload, guild: discord.Guild) -> Circumstances:
    """What came with a message: its people as Discord describes them, and what it replies to.

    Called only for what becomes evidence.
    """
    answered = _answered(data)
    people = [(data["author"], data.get("member"))]
    people += [(user, user.get("member")) for user in data["mentions"]]
    if answered is not None:
        people.append((answered["author"], answered.get("member")))
    described: dict[str, Profile | None] = {}
    for user, member in people:
        if member is not None or user["id"] not in described:  # what is said of a member says more
            described[user["id"]] = _profile(user, member, guild)
    return Circumstances(
        profiles=tuple(profile for profile in described.values() if profile is not None),
        answered=None if answered is None else read_message(answered, guild),
    )


def _profile(user: Payload, member: Payload | None, guild: discord.Guild) -> Profile | None:
    """What Discord says of a person; None of a bot."""
    if user.get("bot"):
        return None
    shown, roles = _person(user, member), (member or {}).get("roles", ())
    joined = (member or {}).get("joined_at")
    known = [role for number in roles if (role := guild.get_role(int(number))) is not None]
    return Profile(
        shown.id,
        user["username"],
        user.get("global_name"),
        shown.name,
        datetime.fromisoformat(joined).timestamp() if joined else None,
        tuple((role.id, role.name) for role in sorted(known)),
    )


def _written(data: Payload, guild: discord.Guild) -> Iterator[str]:
    """What the author wrote, part by part: a post's title, the words, a poll with its answers."""
    if data["id"] == data["channel_id"] and (post := guild.get_thread(int(data["id"]))):
        yield post.name
    if data["content"]:
        yield data["content"]
    if poll := data.get("poll"):
        asked = (poll["question"], *(answer["poll_media"] for answer in poll["answers"]))
        yield from (media["text"] for media in asked if media.get("text"))


def _person(user: Payload, member: Payload | None) -> Person:
    """Someone by the name that is shown in the server: nickname, display name, or user name."""
    nick = member["nick"] if member and "nick" in member else None
    return Person(int(user["id"]), nick or user.get("global_name") or user["username"])


def _people(users: Iterable[Payload]) -> Iterator[Person]:
    return (_person(user, user.get("member")) for user in users if not user.get("bot"))


def _number(holder: Payload, key: str) -> int | None:
    written = holder.get(key)
    return int(written) if written else None


def _answered(data: Payload) -> Payload | None:
    """The message that a person's message replies to, as Discord sent it along."""
    reference, answered = data.get("message_reference"), data.get("referenced_message")
    if not reference or not answered or reference.get("type", _REPLY) != _REPLY:
        return None
    return None if answered["author"].get("bot") else answered


def _replied_to(data: Payload) -> Person | None:
    answered = _answered(data)
    return None if answered is None else _person(answered["author"], answered.get("member"))


def _origin(reference: Payload) -> Origin | None:
    """Where a forwarded message was written."""
    if reference.get("type", _REPLY) != _FORWARD:
        return None
    guild_id, message_id = (_number(reference, key) for key in ("guild_id", "message_id"))
    return Origin(guild_id, int(reference["channel_id"]), message_id)


def _forwarded(snapshots: Iterable[Payload]) -> Iterator[str]:
    """The words of forwarded messages and of their embeds: somebody else wrote all of them."""
    for shot in snapshots:
        message = shot["message"]
        if message.get("content"):
            yield message["content"]
        yield from _embedded(message.get("embeds", ()))


def _embedded(embeds: Iterable[Payload]) -> Iterator[str]:
    """The words of rich embeds, which a bot or webhook wrote; link previews are a site's words."""
    for embed in embeds:
        if embed.get("type") != "rich":
            continue
        yield from (embed[key] for key in ("title", "description") if embed.get(key))
        yield from (f"{field['name']} {field['value']}" for field in embed.get("fields", ()))


def _described(
    files: Iterable[Payload], snapshots: Iterable[Payload] | None
) -> Iterator[Attachment]:
    """The files of a message and of the messages that it forwards."""
    for shot in snapshots or ():
        files = [*files, *shot["message"].get("attachments", ())]
    for file in files:
        yield Attachment(
            int(file["id"]),
            file["filename"],
            file["size"],
            file.get("content_type"),
            file.get("width"),
            file.get("height"),
            file.get("duration_secs"),
        )
