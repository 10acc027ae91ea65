"""The only module that knows the shape of a message's payload, and what of it the app may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import serialise
from bot.sandbox.protocol import Json, MessageFlag
from bot.sandbox.snowflakes import iso, seconds_of

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from bot.sandbox.world import Attachment, World

_CONTENT: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def attachment(of: Attachment, world: World) -> Json:
    """Return a file's metadata; its URLs point at the sandbox, which counts whoever fetches."""
    url = f"{world.media_url}/{of.id}/{of.filename}"
    payload: Json = {
        "id": str(of.id),
        "filename": of.filename,
        "size": of.size,
        "url": url,
        "proxy_url": url,
        "flags": 0,
    }
    optional = {
        "content_type": of.content_type,
        "width": of.width,
        "height": of.height,
        "description": of.description,
    }
    return payload | {key: value for key, value in optional.items() if value is not None}


def message(of: Message, *, full: bool = True, nested: bool = True) -> Json:
    """Return a message object; without `full`, what the MESSAGE_CONTENT intent guards is empty."""
    payload: Json = {
        "id": str(of.id),
        "channel_id": str(of.channel.id),
        "author": serialise.user(of.author),
        "content": of.content,
        "timestamp": iso(seconds_of(of.id)),
        "edited_timestamp": iso(of.edited_at) if of.edited_at else None,
        "tts": False,
        "mention_everyone": of.mention_everyone,
        "mentions": [serialise.user(u) for u in of.mentions],
        "mention_roles": [str(r.id) for r in of.mention_roles],
        "attachments": [attachment(a, of.channel.world) for a in of.attachments],
        "embeds": of.embeds,
        "components": of.components,
        "pinned": of.pinned,
        "type": int(of.type),
        "flags": of.flags,
    }
    _add_optional(payload, of)
    if not full:
        payload |= _CONTENT
        payload.pop("poll", None)
    if of.snapshots:
        payload["message_snapshots"] = (
            of.snapshots
            if full
            else [{"message": snapshot["message"] | _CONTENT} for snapshot in of.snapshots]
        )
    if nested and of.reply_to is not None:
        original = of.reply_to
        sees = full or free_content(original)
        payload["referenced_message"] = (
            None if original.deleted else message(original, full=sees, nested=False)
        )
    return payload


def _add_optional(payload: Json, of: Message) -> None:
    if of.is_from_webhook:
        payload["webhook_id"] = str(of.author.id)
    target = of.reply_to or of.forwards
    if target is not None:
        payload["message_reference"] = reference(target, kind=0 if of.reply_to else 1)
    if of.nonce is not None:
        payload["nonce"] = of.nonce
    if of.poll is not None:
        payload["poll"] = of.poll
    if of.author.bot:
        payload["application_id"] = str(of.author.id)
    if of.reactions:
        payload["reactions"] = [_reaction(of, emoji) for emoji in of.reactions]
    if of.interaction is not None:
        payload["interaction_metadata"] = of.interaction
    if of.thread is not None and not of.thread.deleted:
        payload["thread"] = serialise.channel(of.thread)


def _reaction(of: Message, emoji: str) -> Json:
    users = of.reactions[emoji]
    return {
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "me": of.channel.world.bot in users,
        "me_burst": False,
        "burst_colors": [],
        "emoji": {"id": None, "name": emoji},
    }


def reference(of: Message, *, kind: int) -> Json:
    """Return a message reference; kind 0 is a reply, 1 a forward."""
    payload: Json = {"type": kind, "message_id": str(of.id), "channel_id": str(of.channel.id)}
    if of.channel.server is not None:
        payload["guild_id"] = str(of.channel.server.id)
    return payload


def snapshot(of: Message) -> Json:
    """Return what a forward carries of a message: no author."""
    payload = message(of, nested=False)
    kept = (
        "type",
        "content",
        "embeds",
        "attachments",
        "timestamp",
        "edited_timestamp",
        "flags",
        "mentions",
        "mention_roles",
        "components",
    )
    return {"message": {key: payload[key] for key in kept}}


def free_content(of: Message) -> bool:
    """Return whether the app may read the content without the MESSAGE_CONTENT intent.

    Its own messages, direct messages and messages that mention it are excepted:
    https://docs.discord.com/developers/events/gateway#message-content-intent
    """
    bot = of.channel.world.bot
    return of.author is bot or of.channel.is_direct or bot in of.mentions


def is_v2(flags: int) -> bool:
    """Return whether the flags say Components V2."""
    return bool(flags & MessageFlag.IS_COMPONENTS_V2)
