"""The only module that knows how Discord computes permissions.

The algorithm is https://docs.discord.com/developers/topics/permissions#permission-overwrites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import ApiError
from bot.sandbox.protocol import ALL_PERMISSIONS, ChannelType, Permission

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.world import Member, Overwrite, User

_WITHOUT_SENDING = (
    Permission.MENTION_EVERYONE
    | Permission.SEND_TTS_MESSAGES
    | Permission.ATTACH_FILES
    | Permission.EMBED_LINKS
)
_WHILE_TIMED_OUT = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
_IN_DIRECT_MESSAGES = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.PIN_MESSAGES
)


def base_permissions(member: Member) -> int:
    """Return what the member may do in the server, before any channel's overwrites."""
    server = member.server
    if member.user is server.owner:
        return ALL_PERMISSIONS
    allowed = server.everyone.permissions
    for role in member.roles:
        allowed |= role.permissions
    if allowed & Permission.ADMINISTRATOR:
        return ALL_PERMISSIONS
    if is_timed_out(member):
        return allowed & _WHILE_TIMED_OUT
    return allowed


def is_timed_out(member: Member) -> bool:
    """Return whether the member is in a timeout now."""
    return member.timeout_until is not None and member.timeout_until > member.server.world.clock()


def permissions_in(channel: Channel, user: User) -> int:
    """Return what the account may do in the channel; 0 when it is not there at all."""
    if channel.server is None:
        return int(_IN_DIRECT_MESSAGES) if user in channel.recipients else 0
    member = channel.server.members.get(user.id)
    if member is None:
        return 0
    if member.timeout_until is not None:
        return _computed(channel, member)
    cache = channel.permission_cache(channel.server.world.revision)
    if user.id not in cache:
        cache[user.id] = _computed(channel, member)
    return cache[user.id]


def _computed(channel: Channel, member: Member) -> int:
    allowed = base_permissions(member)
    if allowed == ALL_PERMISSIONS:
        return allowed
    source = channel.parent if channel.is_thread and channel.parent else channel
    allowed = _overwritten(allowed, source.overwrites, member)
    if is_timed_out(member):
        allowed &= _WHILE_TIMED_OUT
    if not allowed & Permission.VIEW_CHANNEL:
        return 0
    sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    if not allowed & sending:
        allowed &= ~int(_WITHOUT_SENDING)
    return 0 if _hidden_thread(channel, member, allowed) else allowed


def _overwritten(allowed: int, overwrites: dict[int, Overwrite], member: Member) -> int:
    everyone = overwrites.get(member.server.id)
    if everyone is not None:
        allowed = allowed & ~everyone.deny | everyone.allow
    deny = allow = 0
    for role in member.roles:
        if (overwrite := overwrites.get(role.id)) is not None:
            deny |= overwrite.deny
            allow |= overwrite.allow
    allowed = allowed & ~deny | allow
    own = overwrites.get(member.user.id)
    return allowed if own is None else allowed & ~own.deny | own.allow


def _hidden_thread(channel: Channel, member: Member, allowed: int) -> bool:
    return (
        channel.kind is ChannelType.PRIVATE_THREAD
        and member.user.id not in channel.thread_members
        and not allowed & Permission.MANAGE_THREADS
    )


def can(channel: Channel, user: User, permission: int) -> bool:
    """Return whether the account has every bit of `permission` in the channel."""
    return permissions_in(channel, user) & permission == permission


def require(channel: Channel, user: User, permission: int = 0) -> None:
    """Raise 50001 when the account cannot view the channel, 50013 when it lacks `permission`."""
    allowed = permissions_in(channel, user)
    if not allowed & Permission.VIEW_CHANNEL:
        raise ApiError(50001)
    if allowed & permission != permission:
        raise ApiError(50013)


def require_in_server(member: Member, permission: int) -> None:
    """Raise 50013 when the member lacks `permission` in the server as a whole."""
    if base_permissions(member) & permission != permission:
        raise ApiError(50013)


def require_above(actor: Member, target: Member) -> None:
    """Raise 50013 when `target` is the owner or stands as high as `actor`."""
    server = actor.server
    if actor.user is server.owner:
        return
    if target.user is server.owner or target.top_position >= actor.top_position:
        raise ApiError(50013)
