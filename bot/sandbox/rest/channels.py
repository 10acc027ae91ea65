"""The only module that knows the routes of channels and threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import events, serialise
from bot.sandbox.channels import Channel
from bot.sandbox.errors import ApiError, FormErrors
from bot.sandbox.permissions import base_permissions, require
from bot.sandbox.protocol import AuditAction, Json, Permission
from bot.sandbox.rest.call import check_name, record
from bot.sandbox.rest.threads import edit_thread
from bot.sandbox.world import ForumTag, Overwrite

if TYPE_CHECKING:
    from bot.sandbox.rest.call import Call, Route
    from bot.sandbox.servers import Server


async def get_channel(call: Call) -> Json:
    """Answer a channel that the bot can view."""
    return serialise.channel(call.channel())


async def edit_channel(call: Call) -> Json:
    """Edit a channel or thread."""
    channel = call.channel()
    if channel.is_thread:
        edit_thread(call, channel)
        return serialise.channel(channel)
    require(channel, call.bot, Permission.MANAGE_CHANNELS)
    check_name(call.body, default=channel.name)
    channel.name = call.body.get("name", channel.name)
    channel.topic = call.body.get("topic", channel.topic)
    channel.slow_mode = int(call.body.get("rate_limit_per_user") or channel.slow_mode)
    if "available_tags" in call.body:
        channel.available_tags = _available_tags(call)
    if "permission_overwrites" in call.body:
        channel.overwrites = overwrites_of(call, call.body["permission_overwrites"])
        call.world.permissions_changed()
    events.channel_changed(channel, "CHANNEL_UPDATE")
    record(call, AuditAction.CHANNEL_UPDATE, channel)
    return serialise.channel(channel)


def _available_tags(call: Call) -> list[ForumTag]:
    given, errors = call.body["available_tags"], FormErrors()
    errors.count("available_tags", len(given), most=20)
    for index, tag in enumerate(given):
        errors.length(f"available_tags.{index}.name", tag.get("name"), least=1, most=20)
    errors.check()
    return [_tag(call, tag) for tag in given]


def _tag(call: Call, payload: Json) -> ForumTag:
    known = int(payload.get("id") or 0)
    return ForumTag(known or call.world.snowflakes.next(), str(payload["name"]))


def overwrites_of(call: Call, payloads: list[Json]) -> dict[int, Overwrite]:
    """Return the overwrites of a form; 50013 for bits that the bot does not have itself.

    Manage Roles in a channel can be set by administrators only ("Create Guild Channel").
    """
    found = [
        Overwrite(
            int(p["id"]),
            member=int(p.get("type", 0)) == 1,
            allow=int(p.get("allow") or 0),
            deny=int(p.get("deny") or 0),
        )
        for p in payloads
    ]
    own = base_permissions(call.me()) if "guild" in call.params else _own_in_channel(call)
    if not own & Permission.ADMINISTRATOR:
        own &= ~int(Permission.MANAGE_ROLES)
    if any((o.allow | o.deny) & ~own for o in found):
        raise ApiError(50013)
    return {o.target_id: o for o in found}


def _own_in_channel(call: Call) -> int:
    server = call.channel().server
    return 0 if server is None else base_permissions(server.members[call.bot.id])


async def delete_channel(call: Call) -> Json:
    """Delete a channel or thread."""
    channel = call.channel()
    if channel.is_direct:
        return serialise.channel(channel)
    wanted = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
    require(channel, call.bot, wanted)
    payload = serialise.channel(channel)
    kind = AuditAction.THREAD_DELETE if channel.is_thread else AuditAction.CHANNEL_DELETE
    record(call, kind, channel)
    channel.delete()
    return payload


async def put_overwrite(call: Call) -> None:
    """Set the overwrite of a role or member."""
    channel = call.channel(Permission.MANAGE_ROLES)
    target = call.number("target")
    entry = {**call.body, "id": target}
    channel.overwrites |= overwrites_of(call, [entry])
    call.world.permissions_changed()
    events.channel_changed(channel, "CHANNEL_UPDATE")


async def delete_overwrite(call: Call) -> None:
    """Remove an overwrite."""
    channel = call.channel(Permission.MANAGE_ROLES)
    channel.overwrites.pop(call.number("target"), None)
    call.world.permissions_changed()
    events.channel_changed(channel, "CHANNEL_UPDATE")


async def get_server_channels(call: Call) -> list[Json]:
    """Answer all channels of a server, without threads."""
    return [serialise.channel(c) for c in call.server().channels.values()]


async def create_channel(call: Call) -> Json:
    """Create a channel in a server."""
    server = call.server()
    if not base_permissions(call.me()) & Permission.MANAGE_CHANNELS:
        raise ApiError(50013)
    check_name(call.body)
    channel = _created(call, server)
    record(call, AuditAction.CHANNEL_CREATE, channel)
    return serialise.channel(channel)


def _created(call: Call, server: Server) -> Channel:
    body = call.body
    kind = int(body.get("type") or 0)
    kinds = {0: "text", 2: "voice", 4: "category", 15: "forum"}
    if kind not in kinds:
        raise ApiError(50024)
    parent = server.channels.get(int(body.get("parent_id") or 0))
    overwrites = overwrites_of(call, body.get("permission_overwrites") or [])
    return server.create_channel(
        body["name"],
        kind=kinds[kind],  # type: ignore[arg-type]
        parent=parent,
        topic=body.get("topic"),
        overwrites=overwrites.values(),
    )


ROUTES: tuple[Route, ...] = (
    ("GET", "/channels/{channel}", get_channel),
    ("PATCH", "/channels/{channel}", edit_channel),
    ("DELETE", "/channels/{channel}", delete_channel),
    ("PUT", "/channels/{channel}/permissions/{target}", put_overwrite),
    ("DELETE", "/channels/{channel}/permissions/{target}", delete_overwrite),
    ("GET", "/guilds/{guild}/channels", get_server_channels),
    ("POST", "/guilds/{guild}/channels", create_channel),
)
