"""The only module that knows the routes of members: timeouts, nicks, roles and removal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox import serialise
from bot.sandbox.errors import ApiError, FormErrors
from bot.sandbox.permissions import base_permissions, require_above, require_in_server
from bot.sandbox.protocol import AuditAction, Intent, Json, Permission

if TYPE_CHECKING:
    from bot.sandbox.rest.call import Call, Route
    from bot.sandbox.world import Member, Role

LONGEST_TIMEOUT = 28 * 24 * 3600


async def get_member(call: Call) -> Json:
    """Answer a member."""
    return serialise.member(call.member())


async def get_members(call: Call) -> list[Json]:
    """Answer the members in order of id; needs the GUILD_MEMBERS intent."""
    if not call.discord.gateway.granted & Intent.GUILD_MEMBERS:
        raise ApiError(50001)
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    members = sorted(call.server().members.values(), key=lambda m: m.user.id)
    return [serialise.member(m) for m in members if m.user.id > after][:limit]


async def edit_member(call: Call) -> Json:
    """Change nick, roles or timeout."""
    member, me, body = call.member(), call.me(), call.body
    if "nick" in body:
        _require(me, member, Permission.MANAGE_NICKNAMES)
        member.nick = body["nick"] or None
    if "roles" in body:
        _require(me, member, Permission.MANAGE_ROLES)
        member.roles = [_role(call, int(i)) for i in body["roles"]]
        _record(call, member, AuditAction.MEMBER_ROLE_UPDATE)
    if "communication_disabled_until" in body:
        _time_out(call, member)
    member.server.member_updated(member)
    return serialise.member(member)


def _require(me: Member, target: Member, permission: int) -> None:
    require_in_server(me, permission)
    if target is not me:
        require_above(me, target)


def _time_out(call: Call, member: Member) -> None:
    _require(call.me(), member, Permission.MODERATE_MEMBERS)
    if base_permissions(member) & Permission.ADMINISTRATOR:
        raise ApiError(50013)
    given = call.body["communication_disabled_until"]
    until = None if given is None else datetime.fromisoformat(given).timestamp()
    if until is not None and until > call.world.clock() + LONGEST_TIMEOUT:
        errors = FormErrors()
        message = "Timeouts last 28 days at most."
        errors.add("communication_disabled_until", code="BASE_TYPE_BAD_LENGTH", message=message)
        errors.check()
    change: Json = {"key": "communication_disabled_until"}
    if member.timeout_until is not None:
        change["old_value"] = serialise.member(member)["communication_disabled_until"]
    member.timeout_until = until
    if until is not None:
        change["new_value"] = serialise.member(member)["communication_disabled_until"]
    _record(call, member, AuditAction.MEMBER_UPDATE, change)


def _record(call: Call, member: Member, action: AuditAction, *changes: Json) -> None:
    member.server.record(
        action, by=call.bot, target_id=member.user.id, reason=call.reason, changes=changes
    )


async def edit_me(call: Call) -> Json:
    """Change the bot's own nick."""
    me = call.me()
    require_in_server(me, Permission.CHANGE_NICKNAME)
    me.nick = call.body.get("nick") or None
    me.server.member_updated(me)
    return serialise.member(me)


async def kick(call: Call) -> None:
    """Remove a member."""
    member = call.member()
    _require(call.me(), member, Permission.KICK_MEMBERS)
    _record(call, member, AuditAction.MEMBER_KICK)
    member.server.remove_member(member.user)


async def add_role(call: Call) -> None:
    """Give a member a role below the bot's own."""
    member, role = call.member(), _role(call, call.number("role"))
    if role not in member.roles:
        member.server.give_role(member.user, role)
    _record(call, member, AuditAction.MEMBER_ROLE_UPDATE)


async def remove_role(call: Call) -> None:
    """Take a role below the bot's own from a member."""
    member, role = call.member(), _role(call, call.number("role"))
    member.server.take_role(member.user, role)
    _record(call, member, AuditAction.MEMBER_ROLE_UPDATE)


def _role(call: Call, role_id: int) -> Role:
    me = call.me()
    role = me.server.roles.get(role_id)
    if role is None:
        raise ApiError(10011)
    require_in_server(me, Permission.MANAGE_ROLES)
    if role.position >= me.top_position and me.user is not me.server.owner:
        raise ApiError(50013)
    return role


_ONE = "/guilds/{guild}/members/{user}"

ROUTES: tuple[Route, ...] = (
    ("GET", "/guilds/{guild}/members", get_members),
    ("PATCH", "/guilds/{guild}/members/@me", edit_me),
    ("GET", _ONE, get_member),
    ("PATCH", _ONE, edit_member),
    ("DELETE", _ONE, kick),
    ("PUT", _ONE + "/roles/{role}", add_role),
    ("DELETE", _ONE + "/roles/{role}", remove_role),
)
