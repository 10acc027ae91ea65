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

from bot.domain.message import Attachment, Message, Person, snowflake_time

Payload = Mapping[str, Any]

_EVENT = "MESSAGE_CREATE"
_REPLY = 0
"""The type of a message reference that is a reply; 1 is a forward."""


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


def read_message(data: Payload) -> Message:
    """A snapshot of a new message of a server. Called for every message, so it does little."""
    message_id = int(data["id"])
    mentions, reference = data["mentions"], data.get("message_reference")
    snapshots, embeds = data.get("message_snapshots"), data["embeds"]
    attachments, edited = data["attachments"], data["edited_timestamp"]
    return Message(
        message_id,
        int(data["channel_id"]),
        _person(data["author"], data.get("member")),
        data["content"],
        snowflake_time(message_id),
        int(data["guild_id"]),
        tuple(_people(mentions)) if mentions else (),
        _answered(reference) if reference else None,
        _replied_to(data, reference) if reference else None,
        tuple(_forwarded(snapshots)) if snapshots else (),
        tuple(_embedded(embeds)) if embeds else (),
        tuple(map(_described, attachments)) if attachments else (),
        datetime.fromisoformat(edited).timestamp() if edited else None,
    )


def _person(user: Payload, member: Payload | None) -> Person:
    """Someone by the name that is shown in the server: nickname, display name, or user name."""
    nick = member["nick"] if member and "nick" in member else None
    return Person(int(user["id"]), nick or user.get("global_name") or user["username"])


def _people(users: Iterable[Payload]) -> Iterator[Person]:
    return (_person(user, user.get("member")) for user in users if not user.get("bot"))


def _answered(reference: Payload) -> int | None:
    message_id = reference.get("message_id")
    return int(message_id) if message_id else None


def _replied_to(data: Payload, reference: Payload) -> Person | None:
    answered = data.get("referenced_message")
    if not answered or reference.get("type", _REPLY) != _REPLY or answered["author"].get("bot"):
        return None
    return _person(answered["author"], answered.get("member"))


def _forwarded(snapshots: Iterable[Payload]) -> Iterator[str]:
    return (text for shot in snapshots if (text := shot["message"].get("content")))


def _embedded(embeds: Iterable[Payload]) -> Iterator[str]:
    """The words of rich embeds, which a bot or webhook wrote; link previews are a site's words."""
    for embed in embeds:
        if embed.get("type") != "rich":
            continue
        yield from (embed[key] for key in ("title", "description") if embed.get(key))
        yield from (f"{field['name']} {field['value']}" for field in embed.get("fields", ()))


def _described(file: Payload) -> Attachment:
    return Attachment(
        int(file["id"]),
        file["filename"],
        file["size"],
        file.get("content_type"),
        file.get("width"),
        file.get("height"),
        file.get("duration_secs"),
    )
