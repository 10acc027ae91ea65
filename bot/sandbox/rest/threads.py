"""The only module that knows the routes of threads and forum posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import posting, serialise
from bot.sandbox.errors import ApiError, FormErrors
from bot.sandbox.permissions import can, require
from bot.sandbox.protocol import AuditAction, ChannelType, Json, Permission
from bot.sandbox.rest.call import check_name, record
from bot.sandbox.rest.messages import check_awake, draft_of, seen_by_app
from bot.sandbox.validation import check_message

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.messages import Message
    from bot.sandbox.rest.call import Call, Route

_THREAD_KEYS = (
    "name",
    "archived",
    "locked",
    "invitable",
    "auto_archive_duration",
    "applied_tags",
)
_TAGS_PER_POST = 5


def edit_thread(call: Call, thread: Channel) -> None:
    """Edit a thread: its maker may, except for the lock; others need MANAGE_THREADS."""
    body = {key: call.body[key] for key in _THREAD_KEYS if key in call.body}
    owner = thread.owner is call.bot
    may_manage = can(thread, call.bot, Permission.MANAGE_THREADS)
    if not may_manage and (not owner or "locked" in body):
        waking = body == {"archived": False} and not thread.locked
        if not (waking and can(thread, call.bot, Permission.SEND_MESSAGES_IN_THREADS)):
            raise ApiError(50013)
    if thread.archived and body.get("archived") is not False:
        raise ApiError(50083)
    check_name(body, default=thread.name)
    thread.name = body.get("name", thread.name)
    thread.invitable = body.get("invitable", thread.invitable)
    thread.applied_tags = _tags(body.get("applied_tags", thread.applied_tags))
    thread.archive_minutes = body.get("auto_archive_duration", thread.archive_minutes)
    thread.archive(archived=body.get("archived", thread.archived), locked=body.get("locked"))
    record(call, AuditAction.THREAD_UPDATE, thread)


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
    check_name(call.body)
    thread = channel.create_thread(
        call.body["name"], private=private, owner=call.bot, message=message
    )
    thread.invitable = bool(call.body.get("invitable", True))
    thread.archive_minutes = int(call.body.get("auto_archive_duration") or 1440)
    record(call, AuditAction.THREAD_CREATE, thread)
    return thread


async def _create_post(call: Call, forum: Channel) -> Json:
    require(forum, call.bot, Permission.SEND_MESSAGES)
    first = call.body.get("message") or {}
    check_message(first, files=len(call.files), prefix="message.")
    tags = _tags(call.body.get("applied_tags") or [])
    if forum.requires_tag and not tags:
        raise ApiError(40067)
    thread = _open_thread(call, forum)
    thread.applied_tags = tags
    call.json = first
    draft = draft_of(call, thread)
    message = posting.post(thread, call.bot, draft)
    return serialise.channel(thread) | {"message": seen_by_app(call, message)}


def _tags(given: list[object]) -> list[int]:
    errors = FormErrors()
    errors.count("applied_tags", len(given), most=_TAGS_PER_POST)
    errors.check()
    return [int(str(tag)) for tag in given]


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
    thread = _thread(call)
    check_awake(thread)
    thread.add_to_thread(call.bot)


async def leave_thread(call: Call) -> None:
    """Let the bot leave a thread."""
    _thread(call).remove_from_thread(call.bot)


async def add_thread_member(call: Call) -> None:
    """Add a member who can view the parent channel."""
    thread, user = _thread(call), call.user()
    require(thread, call.bot, Permission.SEND_MESSAGES_IN_THREADS)
    check_awake(thread)
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


_MEMBERS = "/channels/{channel}/thread-members"

ROUTES: tuple[Route, ...] = (
    ("POST", "/channels/{channel}/messages/{message}/threads", create_thread_on_message),
    ("POST", "/channels/{channel}/threads", create_thread),
    ("GET", "/channels/{channel}/threads/archived/{kind}", get_archived_threads),
    ("GET", _MEMBERS, get_thread_members),
    ("PUT", _MEMBERS + "/@me", join_thread),
    ("DELETE", _MEMBERS + "/@me", leave_thread),
    ("PUT", _MEMBERS + "/{user}", add_thread_member),
    ("DELETE", _MEMBERS + "/{user}", remove_thread_member),
    ("GET", "/guilds/{guild}/threads/active", get_active_threads),
)
