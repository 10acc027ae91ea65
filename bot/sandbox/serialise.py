"""The only module that knows the shape of Discord's payloads, messages apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.protocol import ChannelFlag, ChannelType, Json
from bot.sandbox.snowflakes import iso, seconds_of

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.servers import Server
    from bot.sandbox.world import AuditEntry, ForumTag, Invite, Member, Role, User


def user(account: User) -> Json:
    """Return a user object."""
    return {
        "id": str(account.id),
        "username": account.name,
        "global_name": account.display,
        "discriminator": "0",
        "avatar": None,
        "bot": account.bot,
        "public_flags": 0,
    }


def role(of: Role) -> Json:
    """Return a role object."""
    payload: Json = {
        "id": str(of.id),
        "name": of.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": of.position,
        "permissions": str(of.permissions),
        "managed": of.managed_by is not None,
        "mentionable": of.mentionable,
        "flags": 0,
    }
    if of.managed_by is not None:
        payload["tags"] = {"bot_id": str(of.managed_by)}
    return payload


def member(of: Member, *, with_user: bool = True) -> Json:
    """Return a server member object."""
    payload: Json = {
        "roles": [str(r.id) for r in of.roles],
        "nick": of.nick,
        "avatar": None,
        "joined_at": iso(of.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": iso(of.timeout_until) if of.timeout_until else None,
    }
    if with_user:
        payload["user"] = user(of.user)
    return payload


def channel(of: Channel) -> Json:
    """Return a channel or thread object."""
    if of.is_thread:
        return _thread(of)
    payload: Json = {"id": str(of.id), "type": int(of.kind), "flags": 0}
    if of.takes_messages:
        payload["last_message_id"] = str(of.last_message_id) if of.last_message_id else None
    if of.server is None:
        return payload | {"recipients": [user(u) for u in of.recipients if not u.bot]}
    payload |= {
        "guild_id": str(of.server.id),
        "name": of.name,
        "position": of.position,
        "nsfw": of.nsfw,
        "topic": of.topic,
        "parent_id": str(of.parent.id) if of.parent else None,
        "rate_limit_per_user": of.slow_mode,
        "permission_overwrites": [
            {
                "id": str(o.target_id),
                "type": int(o.member),
                "allow": str(o.allow),
                "deny": str(o.deny),
            }
            for o in of.overwrites.values()
        ],
    }
    if of.kind is ChannelType.VOICE:
        payload |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    if of.kind is ChannelType.FORUM:
        payload |= {
            "flags": int(ChannelFlag.REQUIRE_TAG) if of.requires_tag else 0,
            "available_tags": [forum_tag(tag) for tag in of.available_tags],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return payload


def _thread(of: Channel) -> Json:
    assert of.server is not None
    assert of.parent is not None
    payload: Json = {
        "id": str(of.id),
        "type": int(of.kind),
        "guild_id": str(of.server.id),
        "parent_id": str(of.parent.id),
        "owner_id": str(of.owner.id if of.owner else of.server.owner.id),
        "name": of.name,
        "last_message_id": str(of.last_message_id) if of.last_message_id else None,
        "message_count": of.message_count,
        "total_message_sent": of.message_count,
        "member_count": len(of.thread_members),
        "rate_limit_per_user": of.slow_mode,
        "flags": 0,
        "thread_metadata": {
            "archived": of.archived,
            "locked": of.locked,
            "invitable": of.invitable,
            "auto_archive_duration": of.archive_minutes,
            "archive_timestamp": iso(seconds_of(of.id)),
            "create_timestamp": iso(seconds_of(of.id)),
        },
        "applied_tags": [str(tag) for tag in of.applied_tags],
    }
    if of.world.bot.id in of.thread_members:
        payload["member"] = thread_member(of, of.world.bot)
    return payload


def thread_member(of: Channel, account: User) -> Json:
    """Return the membership of an account in a thread."""
    joined = of.thread_members.get(account.id, of.world.clock())
    return {
        "id": str(of.id),
        "user_id": str(account.id),
        "join_timestamp": iso(joined),
        "flags": 0,
    }


def server(of: Server, *, all_members: bool) -> Json:
    """Return the server as GUILD_CREATE sends it: with channels, threads and members."""
    bot = of.world.bot
    joined = of.members[bot.id].joined_at if bot.id in of.members else of.world.clock()
    members = of.members.values() if all_members else [of.members[bot.id]]
    return server_summary(of) | {
        "joined_at": iso(joined),
        "large": len(of.members) > 250,
        "unavailable": False,
        "member_count": len(of.members),
        "members": [member(m) for m in members],
        "channels": [channel(c) for c in of.channels.values()],
        "threads": [
            channel(t) for t in of.threads.values() if not t.archived and t.visible_to(bot)
        ],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def server_summary(of: Server) -> Json:
    """Return the server as REST sends it."""
    return {
        "id": str(of.id),
        "name": of.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "description": None,
        "banner": None,
        "owner_id": str(of.owner.id),
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": of.locale,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "vanity_url_code": None,
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [role(r) for r in of.roles.values()],
        "incidents_data": _incidents(of),
    }


def _incidents(of: Server) -> Json | None:
    if of.messages_paused_until is None:
        return None
    return {"dms_disabled_until": of.messages_paused_until, "invites_disabled_until": None}


def invite(of: Invite) -> Json:
    """Return an invite with its metadata."""
    assert of.channel.server is not None
    return {
        "type": 0,
        "code": of.code,
        "guild": {
            "id": str(of.channel.server.id),
            "name": of.channel.server.name,
            "splash": None,
            "banner": None,
            "description": None,
            "icon": None,
            "features": [],
            "verification_level": 1,
            "vanity_url_code": None,
        },
        "channel": {
            "id": str(of.channel.id),
            "type": int(of.channel.kind),
            "name": of.channel.name,
        },
        "inviter": user(of.inviter),
        "uses": 0,
        "max_uses": 0,
        "max_age": 0,
        "temporary": False,
        "created_at": iso(of.channel.world.clock()),
        "expires_at": None,
    }


def forum_tag(of: ForumTag) -> Json:
    """Return a tag of a forum."""
    return {
        "id": str(of.id),
        "name": of.name,
        "moderated": False,
        "emoji_id": None,
        "emoji_name": None,
    }


def audit_entry(of: AuditEntry) -> Json:
    """Return an audit log entry."""
    payload: Json = {
        "id": str(of.id),
        "user_id": str(of.author.id),
        "target_id": str(of.target_id) if of.target_id else None,
        "action_type": int(of.action),
        "changes": list(of.changes),
    }
    if of.reason is not None:
        payload["reason"] = of.reason
    if of.options is not None:
        payload["options"] = of.options
    return payload
