"""The only module that knows the routes of channels and threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import events, posting, serialise
from bot.sandbox.channels import Channel
from bot.sandbox.errors import ApiError, FormErrors
from bot.sandbox.permissions import base_permissions, can, require
from bot.sandbox.protocol import AuditAction, ChannelType, Json, Permission
from bot.sandbox.rest.messages import draft_of, seen_by_app
from bot.sandbox.validation import check_message
from bot.sandbox.world import Overwrite

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from bot.sandbox.rest.call import Call, Route
    from bot.sandbox.servers import Server

_THREAD_KEYS = ("name", "archived", "locked", "invitable", "auto_archive_duration")


async def get_channel(call: Call) -> Json:
    """Answer a channel that the bot can view."""
    return serialise.channel(call.channel())


async def edit_channel(call: Call) -> Json:
    """Edit a channel or thread."""
    channel = call.channel()
    if channel.is_thread:
        _edit_thread(call, channel)
        return serialise.channel(channel)
    require(channel, call.bot, Permission.MANAGE_CHANNELS)
    _check_name(call.body, default=channel.name)
    channel.name = call.body.get("name", channel.name)
    channel.topic = call.body.get("topic", channel.topic)
    channel.slow_mode = int(call.body.get("rate_limit_per_user") or channel.slow_mode)
    if "permission_overwrites" in call.body:
        channel.overwrites = overwrites_of(call, call.body["permission_overwrites"])
        call.world.permissions_changed()
    events.channel_changed(channel, "CHANNEL_UPDATE")
    _record(call, AuditAction.CHANNEL_UPDATE, channel)
    return serialise.channel(channel)


def _edit_thread(call: Call, thread: Channel) -> None:
    body = {key: call.body[key] for key in _THREAD_KEYS if key in call.body}
    owner = thread.owner is call.bot
    may_manage = can(thread, call.bot, Permission.MANAGE_THREADS)
    if not may_manage and (not owner or "locked" in body):
        waking = body == {"archived": False} and not thread.locked
        if not (waking and can(thread, call.bot, Permission.SEND_MESSAGES_IN_THREADS)):
            raise ApiError(50013)
    if thread.archived and body.get("archived") is not False:
        raise ApiError(50083)
    _check_name(body, default=thread.name)
    thread.name = body.get("name", thread.name)
    thread.invitable = body.get("invitable", thread.invitable)
    thread.archive_minutes = body.get("auto_archive_duration", thread.archive_minutes)
    thread.archive(archived=body.get("archived", thread.archived), locked=body.get("locked"))
    _record(call, AuditAction.THREAD_UPDATE, thread)


def _check_name(body: Json, *, default: str = "") -> None:
    errors = FormErrors()
    errors.length("name", body.get("name", default), least=1, most=100)
    errors.check()


def overwrites_of(call: Call, payloads: list[Json]) -> dict[int, Overwrite]:
    """Return the overwrites of a form; 50013 for bits that the bot does not have itself."""
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
    _record(call, kind, channel)
    channel.delete()
    return payload


def _record(call: Call, action: AuditAction, channel: Channel) -> None:
    if channel.server is not None:
        channel.server.record(action, by=call.bot, target_id=channel.id, reason=call.reason)


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


# -- threads -------------------------------------------------------------------------------------


async def create_thread_on_message(call: Call) -> Json:
    """Open a public thread on a message, once."""
    message = call.message(Permission.CREATE_PUBLIC_THREADS)
    if message.thread is not None and not message.thread.deleted:
        raise ApiError(160004)
    if message.channel.kind is not ChannelType.TEXT:
        raise ApiError(50024)
    return serialise.channel(_open_thread(call, message.channel, message=message))


async def create_thread(call: Call) -> Json:
    """Open a thread, or a forum post with its first message."""
    channel = call.channel()
    if channel.kind is ChannelType.FORUM:
        return await _create_post(call, channel)
    if channel.kind is not ChannelType.TEXT:
        raise ApiError(50024)
    private = int(call.body.get("type", ChannelType.PRIVATE_THREAD)) == ChannelType.PRIVATE_THREAD
    wanted = Permission.CREATE_PUBLIC_THREADS
    if private:
        wanted = Permission.CREATE_PRIVATE_THREADS
    require(channel, call.bot, wanted)
    return serialise.channel(_open_thread(call, channel, private=private))


def _open_thread(
    call: Call, channel: Channel, *, private: bool = False, message: Message | None = None
) -> Channel:
    _check_name(call.body)
    thread = channel.create_thread(
        call.body["name"], private=private, owner=call.bot, message=message
    )
    thread.invitable = bool(call.body.get("invitable", True))
    thread.archive_minutes = int(call.body.get("auto_archive_duration") or 1440)
    _record(call, AuditAction.THREAD_CREATE, thread)
    return thread


async def _create_post(call: Call, forum: Channel) -> Json:
    require(forum, call.bot, Permission.SEND_MESSAGES)
    first = call.body.get("message") or {}
    check_message(first, files=len(call.files), prefix="message.")
    thread = _open_thread(call, forum)
    call.json = first
    draft = draft_of(call, thread)
    message = posting.post(thread, call.bot, draft)
    return serialise.channel(thread) | {"message": seen_by_app(call, message)}


async def get_active_threads(call: Call) -> Json:
    """Answer the active threads that the bot can view."""
    server = call.server()
    return _listed(call, [t for t in server.threads.values() if not t.archived])


async def get_archived_threads(call: Call) -> Json:
    """Answer the archived threads of a channel, public or private."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    private = call.params["kind"] == "private"
    if private:
        require(channel, call.bot, Permission.MANAGE_THREADS)
    kind = ChannelType.PRIVATE_THREAD if private else ChannelType.PUBLIC_THREAD
    return _listed(call, [t for t in channel.threads if t.archived and t.kind is kind])


def _listed(call: Call, threads: list[Channel]) -> Json:
    seen = [t for t in threads if t.visible_to(call.bot)]
    joined = [t for t in seen if call.bot.id in t.thread_members]
    return {
        "threads": [serialise.channel(t) for t in seen],
        "members": [serialise.thread_member(t, call.bot) for t in joined],
        "has_more": False,
    }


def _thread(call: Call) -> Channel:
    thread = call.channel()
    if not thread.is_thread:
        raise ApiError(50024)
    return thread


async def get_thread_members(call: Call) -> list[Json]:
    """Answer the members of a thread."""
    thread = _thread(call)
    users = [call.world.users[i] for i in thread.thread_members]
    return [serialise.thread_member(thread, user) for user in users]


async def join_thread(call: Call) -> None:
    """Let the bot into a thread."""
    _thread(call).add_to_thread(call.bot)


async def leave_thread(call: Call) -> None:
    """Let the bot leave a thread."""
    _thread(call).remove_from_thread(call.bot)


async def add_thread_member(call: Call) -> None:
    """Add a member who can view the parent channel."""
    thread, user = _thread(call), call.user()
    require(thread, call.bot, Permission.SEND_MESSAGES_IN_THREADS)
    if thread.archived:
        raise ApiError(50083)
    if not _may_invite(call, thread):
        raise ApiError(50013)
    if thread.parent is None or not thread.parent.visible_to(user):
        raise ApiError(50001)
    thread.add_to_thread(user)


def _may_invite(call: Call, thread: Channel) -> bool:
    if thread.kind is not ChannelType.PRIVATE_THREAD or thread.invitable:
        return True
    return thread.owner is call.bot or can(thread, call.bot, Permission.MANAGE_THREADS)


async def remove_thread_member(call: Call) -> None:
    """Take a member out of a thread."""
    thread, user = _thread(call), call.user()
    private = thread.kind is ChannelType.PRIVATE_THREAD
    if not (private and thread.owner is call.bot):
        require(thread, call.bot, Permission.MANAGE_THREADS)
    thread.remove_from_thread(user)


# -- channels of a server ------------------------------------------------------------------------


async def get_server_channels(call: Call) -> list[Json]:
    """Answer all channels of a server, without threads."""
    return [serialise.channel(c) for c in call.server().channels.values()]


async def create_channel(call: Call) -> Json:
    """Create a channel in a server."""
    server = call.server()
    if not base_permissions(call.me()) & Permission.MANAGE_CHANNELS:
        raise ApiError(50013)
    _check_name(call.body)
    channel = _created(call, server)
    _record(call, AuditAction.CHANNEL_CREATE, channel)
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


_MEMBERS = "/channels/{channel}/thread-members"

ROUTES: tuple[Route, ...] = (
    ("GET", "/channels/{channel}", get_channel),
    ("PATCH", "/channels/{channel}", edit_channel),
    ("DELETE", "/channels/{channel}", delete_channel),
    ("PUT", "/channels/{channel}/permissions/{target}", put_overwrite),
    ("DELETE", "/channels/{channel}/permissions/{target}", delete_overwrite),
    ("POST", "/channels/{channel}/messages/{message}/threads", create_thread_on_message),
    ("POST", "/channels/{channel}/threads", create_thread),
    ("GET", "/channels/{channel}/threads/archived/{kind}", get_archived_threads),
    ("GET", _MEMBERS, get_thread_members),
    ("PUT", _MEMBERS + "/@me", join_thread),
    ("DELETE", _MEMBERS + "/@me", leave_thread),
    ("PUT", _MEMBERS + "/{user}", add_thread_member),
    ("DELETE", _MEMBERS + "/{user}", remove_thread_member),
    ("GET", "/guilds/{guild}/threads/active", get_active_threads),
    ("GET", "/guilds/{guild}/channels", get_server_channels),
    ("POST", "/guilds/{guild}/channels", create_channel),
)
