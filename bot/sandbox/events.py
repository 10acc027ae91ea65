"""The only module that knows which change is told to whom, under which name and intent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import message_payload, serialise
from bot.sandbox.protocol import Intent, Json
from bot.sandbox.snowflakes import iso
from bot.sandbox.world import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.channels import Channel
    from bot.sandbox.messages import Message
    from bot.sandbox.servers import Server
    from bot.sandbox.world import AuditEntry, Member, Role, User


def _constant(payload: Json) -> Callable[[bool], Json]:
    return lambda _full: payload


def _tell_server(
    server: Server, name: str, payload: Json, *, intents: int, channel: Channel | None = None
) -> None:
    server.world.publish(
        Event(name, _constant(payload), intents=intents, server=server, channel=channel)
    )


def server_joined(server: Server) -> None:
    """GUILD_CREATE for a server that the bot has just been added to."""
    server.world.publish(
        Event(
            "GUILD_CREATE",
            lambda everyone: serialise.server(server, all_members=everyone),
            intents=Intent.GUILDS,
            server=server,
        )
    )


def server_left(server: Server) -> None:
    """GUILD_DELETE for a server that removed the bot."""
    _tell_server(server, "GUILD_DELETE", {"id": str(server.id)}, intents=Intent.GUILDS)


def server_unavailable(server: Server) -> None:
    """GUILD_DELETE for a server in an outage."""
    payload = {"id": str(server.id), "unavailable": True}
    _tell_server(server, "GUILD_DELETE", payload, intents=Intent.GUILDS)


def role_changed(role: Role, name: str) -> None:
    """GUILD_ROLE_CREATE or GUILD_ROLE_UPDATE."""
    payload = {"guild_id": str(role.server.id), "role": serialise.role(role)}
    _tell_server(role.server, name, payload, intents=Intent.GUILDS)


def role_deleted(role: Role) -> None:
    """GUILD_ROLE_DELETE."""
    payload = {"guild_id": str(role.server.id), "role_id": str(role.id)}
    _tell_server(role.server, "GUILD_ROLE_DELETE", payload, intents=Intent.GUILDS)


def channel_changed(channel: Channel, name: str) -> None:
    """CHANNEL_* (told even when the bot cannot view it, as Discord does) or THREAD_*."""
    if channel.server is None:
        return
    hidden_matters = channel if channel.is_thread else None
    payload = serialise.channel(channel)
    _tell_server(channel.server, name, payload, intents=Intent.GUILDS, channel=hidden_matters)


def thread_created(thread: Channel) -> None:
    """THREAD_CREATE with newly_created."""
    assert thread.server is not None
    payload = serialise.channel(thread) | {"newly_created": True}
    _tell_server(thread.server, "THREAD_CREATE", payload, intents=Intent.GUILDS, channel=thread)


def thread_member_added(thread: Channel, user: User, *, could_see: bool) -> None:
    """THREAD_MEMBERS_UPDATE; and THREAD_CREATE when the bot is let into a private thread."""
    assert thread.server is not None
    is_bot = user is thread.world.bot
    if is_bot and not could_see:
        payload = serialise.channel(thread)
        _tell_server(thread.server, "THREAD_CREATE", payload, intents=Intent.GUILDS, channel=thread)
    added = serialise.thread_member(thread, user)
    member = thread.server.members.get(user.id)
    if member is not None:
        added["member"] = serialise.member(member)
    _thread_members(thread, {"added_members": [added]}, own=is_bot)


def thread_member_removed(thread: Channel, user: User) -> None:
    """THREAD_MEMBERS_UPDATE."""
    payload = {"removed_member_ids": [str(user.id)]}
    _thread_members(thread, payload, own=user is thread.world.bot)


def _thread_members(thread: Channel, change: Json, *, own: bool) -> None:
    assert thread.server is not None
    payload = {
        "id": str(thread.id),
        "guild_id": str(thread.server.id),
        "member_count": len(thread.thread_members),
        **change,
    }
    intents = Intent.GUILDS if own else Intent.GUILD_MEMBERS
    _tell_server(thread.server, "THREAD_MEMBERS_UPDATE", payload, intents=intents, channel=thread)


def member_changed(member: Member, name: str) -> None:
    """GUILD_MEMBER_ADD or GUILD_MEMBER_UPDATE; the bot's own update needs no intent."""
    own = member.user is member.server.world.bot
    payload = serialise.member(member) | {"guild_id": str(member.server.id)}
    intents = 0 if own else Intent.GUILD_MEMBERS
    _tell_server(member.server, name, payload, intents=intents)


def member_removed(server: Server, user: User) -> None:
    """GUILD_MEMBER_REMOVE."""
    payload = {"guild_id": str(server.id), "user": serialise.user(user)}
    _tell_server(server, "GUILD_MEMBER_REMOVE", payload, intents=Intent.GUILD_MEMBERS)


def ban_changed(server: Server, user: User, name: str) -> None:
    """GUILD_BAN_ADD or GUILD_BAN_REMOVE."""
    payload = {"guild_id": str(server.id), "user": serialise.user(user)}
    _tell_server(server, name, payload, intents=Intent.GUILD_MODERATION)


def audit_entry_created(server: Server, entry: AuditEntry) -> None:
    """GUILD_AUDIT_LOG_ENTRY_CREATE."""
    payload = serialise.audit_entry(entry) | {"guild_id": str(server.id)}
    _tell_server(server, "GUILD_AUDIT_LOG_ENTRY_CREATE", payload, intents=Intent.GUILD_MODERATION)


def _message_intent(channel: Channel) -> Intent:
    return Intent.DIRECT_MESSAGES if channel.is_direct else Intent.GUILD_MESSAGES


def _where(channel: Channel) -> Json:
    if channel.server is None:
        return {"channel_type": 1}
    return {"guild_id": str(channel.server.id), "channel_type": int(channel.kind)}


def message_created(message: Message) -> None:
    """MESSAGE_CREATE; ephemeral messages are not told by gateway."""
    _message_event(message, "MESSAGE_CREATE")


def message_updated(message: Message) -> None:
    """MESSAGE_UPDATE, with the whole message as Discord sends it since 2025."""
    _message_event(message, "MESSAGE_UPDATE")


def _message_event(message: Message, name: str) -> None:
    channel = message.channel
    if message.only_for is not None:
        channel.world.changed()
        return
    channel.world.publish(
        Event(
            name,
            lambda full: told_message(message, full=full),
            intents=_message_intent(channel),
            server=channel.server,
            channel=channel,
            free=message_payload.free_content(message),
        )
    )


def told_message(message: Message, *, full: bool) -> Json:
    """Return a message as gateway events carry it, with the author's membership."""
    channel = message.channel
    payload = message_payload.message(message, full=full) | _where(channel)
    member = channel.server.members.get(message.author.id) if channel.server else None
    if member is not None:
        payload["member"] = serialise.member(member, with_user=False)
        assert channel.server is not None
        for mention, user in zip(payload["mentions"], message.mentions, strict=True):
            if (mentioned := channel.server.members.get(user.id)) is not None:
                mention["member"] = serialise.member(mentioned, with_user=False)
    return payload


def messages_deleted(messages: list[Message], *, bulk: bool = False) -> None:
    """MESSAGE_DELETE, or one MESSAGE_DELETE_BULK; ids only."""
    channel = messages[0].channel
    payload: Json = {"channel_id": str(channel.id)} | _where(channel)
    payload.pop("channel_type")
    ids = [str(message.id) for message in messages]
    payload |= {"ids": ids} if bulk else {"id": ids[0]}
    if messages[0].only_for is not None:
        channel.world.changed()
        return
    channel.world.publish(
        Event(
            "MESSAGE_DELETE_BULK" if bulk else "MESSAGE_DELETE",
            _constant(payload),
            intents=_message_intent(channel),
            server=channel.server,
            channel=channel,
        )
    )


def reaction_changed(message: Message, user: User, emoji: str, *, added: bool) -> None:
    """MESSAGE_REACTION_ADD or MESSAGE_REACTION_REMOVE."""
    channel = message.channel
    payload: Json = {
        "user_id": str(user.id),
        "channel_id": str(channel.id),
        "message_id": str(message.id),
        "emoji": {"id": None, "name": emoji, "animated": False},
        "burst": False,
        "type": 0,
    }
    if channel.server is not None:
        payload["guild_id"] = str(channel.server.id)
        if added and user.id in channel.server.members:
            payload["member"] = serialise.member(channel.server.members[user.id])
    direct = Intent.DIRECT_MESSAGE_REACTIONS
    channel.world.publish(
        Event(
            "MESSAGE_REACTION_ADD" if added else "MESSAGE_REACTION_REMOVE",
            _constant(payload),
            intents=direct if channel.is_direct else Intent.GUILD_MESSAGE_REACTIONS,
            server=channel.server,
            channel=channel,
        )
    )


def typing_started(channel: Channel, user: User) -> None:
    """TYPING_START."""
    now = channel.world.clock()
    payload: Json = {
        "channel_id": str(channel.id),
        "user_id": str(user.id),
        "timestamp": int(now),
    } | _where(channel)
    payload.pop("channel_type")
    if channel.server is not None and user.id in channel.server.members:
        payload["member"] = serialise.member(channel.server.members[user.id])
    direct = Intent.DIRECT_MESSAGE_TYPING
    channel.world.publish(
        Event(
            "TYPING_START",
            _constant(payload),
            intents=direct if channel.is_direct else Intent.GUILD_MESSAGE_TYPING,
            server=channel.server,
            channel=channel,
        )
    )


def pins_changed(channel: Channel) -> None:
    """CHANNEL_PINS_UPDATE."""
    payload: Json = {
        "channel_id": str(channel.id),
        "last_pin_timestamp": iso(channel.world.clock()),
    } | _where(channel)
    payload.pop("channel_type")
    intents = Intent.DIRECT_MESSAGES if channel.is_direct else Intent.GUILDS
    channel.world.publish(
        Event(
            "CHANNEL_PINS_UPDATE",
            _constant(payload),
            intents=intents,
            server=channel.server,
            channel=channel,
        )
    )
