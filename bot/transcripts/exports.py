"""The only module that knows DiscordChatExporter's JSON files, which are read as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from bot.domain.message import Message, Person
from bot.transcripts.entry import Entry, TranscriptError, moment, person
from bot.transcripts.thread import OpenConversation

_LARGEST_EXPORT = 512 * 1024 * 1024


def is_export(first: bytes) -> bool:
    """Whether the first line begins a DiscordChatExporter file, pretty-printed or on one line."""
    start = first.removeprefix(b"\xef\xbb\xbf").strip()
    if start == b"{":
        return True
    head = start[:2000]
    return head.startswith((b'{"guild"', b'{"messages"')) and b'"text":' not in head.split(b"[")[0]


def read_export(path: Path, file: BinaryIO) -> Iterator[Entry]:
    """The messages of a DiscordChatExporter JSON file, which is read as a whole."""
    raw = file.read(_LARGEST_EXPORT + 1)
    if len(raw) > _LARGEST_EXPORT:
        raise TranscriptError(path, None, "is larger than 512 MB; export it in parts")
    content = _export_object(path, raw)
    channel = _mapping(content.get("channel"))
    name = str(channel.get("id") or channel.get("name") or path.name)
    private = "Direct" in str(channel.get("type", ""))
    conversation = OpenConversation(name)
    entries = [
        _exported(path, place, each, conversation=conversation, name=name)
        for place, each in enumerate(content["messages"])
    ]
    people = tuple(conversation.people.values()) if private else ()
    for entry in entries:
        if entry is not None:
            yield entry._replace(present=people, known=conversation.people.values, offset=len(raw))


def _export_object(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise TranscriptError(path, error.lineno, f"is not JSON: {error.msg}") from error
    if not isinstance(content, dict) or not isinstance(content.get("messages"), list):
        problem = "has no list of `messages`; export as JSON, or write one object per line"
        raise TranscriptError(path, 1, problem)
    return content


def _exported(
    path: Path, place: int, each: object, *, conversation: OpenConversation, name: str
) -> Entry | None:
    """The entry of one exported message; None for what a bot wrote, which is never judged."""
    if not isinstance(each, dict) or not isinstance(each.get("author"), dict):
        raise TranscriptError(path, None, f"messages[{place}] has no `author`; export it again")
    author = each["author"]
    reference = _mapping(each.get("reference"))
    answered = conversation.answered(reference.get("messageId"))
    forwarded = each.get("forwardedMessage")
    message = Message(
        id=int(each["id"]) if str(each.get("id", "")).isdecimal() else place + 1,
        channel_id=conversation.channel,
        author=person(str(author.get("name") or author.get("id") or "")),
        text=str(each.get("content") or ""),
        at=moment(each.get("timestamp")) or conversation.at + 1,
        mentions=tuple(_mentioned(each)),
        reply_to=answered.id if answered else None,
        reply_author=answered.author if answered else None,
        forwarded=(str(forwarded.get("content")),) if isinstance(forwarded, dict) else (),
        embedded=tuple(_embedded(each)),
    )
    index = conversation.count
    if author.get("isBot"):
        conversation.count += 1
        return None
    conversation.remember(message, each.get("id"))
    return Entry(message, name, index, each.get("id"))


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mentioned(each: dict[str, Any]) -> Iterator[Person]:
    for mention in each.get("mentions") or ():
        if isinstance(mention, dict) and mention.get("name"):
            yield person(str(mention["name"]))


def _embedded(each: dict[str, Any]) -> Iterator[str]:
    for embed in each.get("embeds") or ():
        if isinstance(embed, dict):
            parts = [str(embed[key]) for key in ("title", "description") if embed.get(key)]
            if parts:
                yield "\n".join(parts)
