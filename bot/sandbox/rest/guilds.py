"""The only module that knows the routes of servers: themselves, roles, bans and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox import posting, serialise
from bot.sandbox.errors import ApiError, FormErrors
from bot.sandbox.permissions import base_permissions, require_above, require_in_server
from bot.sandbox.protocol import AuditAction, Json, Permission

if TYPE_CHECKING:
    from bot.sandbox.rest.call import Call, Route

LONGEST_PAUSE = 24 * 3600


async def get_server(call: Call) -> Json:
    """Answer a server."""
    server = call.server()
    counts = {
        "approximate_member_count": len(server.members),
        "approximate_presence_count": len(server.members),
    }
    return serialise.server_summary(server) | counts


async def edit_server(call: Call) -> Json:
    """Edit a server; needs MANAGE_GUILD."""
    require_in_server(call.me(), Permission.MANAGE_GUILD)
    server = call.server()
    server.name = call.body.get("name", server.name)
    return serialise.server_summary(server)


async def pause_messages(call: Call) -> Json:
    """Stop direct messages between members, for a day at most; needs MANAGE_GUILD."""
    require_in_server(call.me(), Permission.MANAGE_GUILD)
    server = call.server()
    until = call.body.get("dms_disabled_until")
    if until is not None:
        wait = datetime.fromisoformat(until).timestamp() - call.world.clock()
        if not 0 < wait <= LONGEST_PAUSE:
            errors = FormErrors()
            message = "Incident actions last 24 hours at most."
            errors.add("dms_disabled_until", code="BASE_TYPE_BAD_LENGTH", message=message)
            errors.check()
    server.messages_paused_until = until
    server.record(AuditAction.GUILD_UPDATE, by=call.bot, target_id=server.id, reason=call.reason)
    return {"dms_disabled_until": until, "invites_disabled_until": None}


async def get_roles(call: Call) -> list[Json]:
    """Answer the roles of a server."""
    return [serialise.role(r) for r in call.server().roles.values()]


async def create_role(call: Call) -> Json:
    """Create a role with permissions that the bot has itself."""
    me = call.me()
    require_in_server(me, Permission.MANAGE_ROLES)
    permissions = int(call.body.get("permissions") or 0)
    if permissions & ~base_permissions(me):
        raise ApiError(50013)
    role = call.server().create_role(
        str(call.body.get("name") or "new role"),
        permissions=permissions,
        mentionable=bool(call.body.get("mentionable")),
    )
    call.server().record(
        AuditAction.ROLE_CREATE, by=call.bot, target_id=role.id, reason=call.reason
    )
    return serialise.role(role)


async def get_bans(call: Call) -> list[Json]:
    """Answer the bans of a server."""
    require_in_server(call.me(), Permission.BAN_MEMBERS)
    users = call.world.users
    return [
        {"user": serialise.user(users[user_id]), "reason": reason}
        for user_id, reason in call.server().bans.items()
    ]


async def get_ban(call: Call) -> Json:
    """Answer one ban; raises 10026."""
    require_in_server(call.me(), Permission.BAN_MEMBERS)
    user, bans = call.user(), call.server().bans
    if user.id not in bans:
        raise ApiError(10026)
    return {"user": serialise.user(user), "reason": bans[user.id]}


async def ban(call: Call) -> None:
    """Ban an account, and delete its messages of the last `delete_message_seconds`."""
    server, user, me = call.server(), call.user(), call.me()
    require_in_server(me, Permission.BAN_MEMBERS)
    if user.id in server.members:
        require_above(me, server.members[user.id])
    given = call.query.get("delete_message_seconds") or call.body.get("delete_message_seconds")
    since = call.world.clock() - int(given or 0)
    for channel in (*server.channels.values(), *server.threads.values()):
        found = [m for m in channel.messages.values() if m.author is user and m.created_at > since]
        if found:
            posting.delete(found, bulk=len(found) > 1)
    server.record(AuditAction.MEMBER_BAN_ADD, by=call.bot, target_id=user.id, reason=call.reason)
    server.ban(user, reason=call.reason)


async def unban(call: Call) -> None:
    """Lift a ban; raises 10026."""
    server, user = call.server(), call.user()
    require_in_server(call.me(), Permission.BAN_MEMBERS)
    if user.id not in server.bans:
        raise ApiError(10026)
    server.record(AuditAction.MEMBER_BAN_REMOVE, by=call.bot, target_id=user.id, reason=call.reason)
    server.unban(user)


async def get_audit_log(call: Call) -> Json:
    """Answer the audit log, newest first."""
    require_in_server(call.me(), Permission.VIEW_AUDIT_LOG)
    server, query = call.server(), call.query
    entries = [
        e
        for e in server.audit_log
        if str(int(e.action)) == query.get("action_type", str(int(e.action)))
        and str(e.author.id) == query.get("user_id", str(e.author.id))
        and e.id < int(query.get("before", e.id + 1))
        and e.id > int(query.get("after", 0))
    ]
    entries = entries[::-1][: int(query.get("limit", 50))]
    users = call.world.users
    named = {e.author.id for e in entries} | {e.target_id for e in entries if e.target_id in users}
    return {
        "audit_log_entries": [serialise.audit_entry(e) for e in entries],
        "users": [serialise.user(users[i]) for i in sorted(i for i in named if i is not None)],
        "integrations": [],
        "webhooks": [],
        "threads": [],
        "application_commands": [],
        "auto_moderation_rules": [],
        "guild_scheduled_events": [],
    }


ROUTES: tuple[Route, ...] = (
    ("GET", "/guilds/{guild}", get_server),
    ("PATCH", "/guilds/{guild}", edit_server),
    ("PUT", "/guilds/{guild}/incident-actions", pause_messages),
    ("GET", "/guilds/{guild}/roles", get_roles),
    ("POST", "/guilds/{guild}/roles", create_role),
    ("GET", "/guilds/{guild}/bans", get_bans),
    ("GET", "/guilds/{guild}/bans/{user}", get_ban),
    ("PUT", "/guilds/{guild}/bans/{user}", ban),
    ("DELETE", "/guilds/{guild}/bans/{user}", unban),
    ("GET", "/guilds/{guild}/audit-logs", get_audit_log),
)
